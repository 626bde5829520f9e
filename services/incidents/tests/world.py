"""The service as partners and people meet it, for tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from common.security.issuer import Issuer

ALL = ("AL", "BA", "MD", "ME", "MK", "RS", "XK")
AGENCIES = {"rs-desk": ("RS",), "monitor": ALL, "ba-desk": ("BA", "RS")}


@dataclass
class World:
    """Clients by agency ("rs-desk") or role ("verifier"); `client(authorization)` makes another."""

    app: FastAPI
    issuer: Issuer
    dsn: str
    clients: dict[str, httpx.AsyncClient]
    client: Callable[[str | None], httpx.AsyncClient]

    def __getitem__(self, name: str) -> httpx.AsyncClient:
        return self.clients[name]


async def new_agency(administrator: httpx.AsyncClient, code: str, jurisdictions: tuple[str, ...]) -> str:
    created = await administrator.post(
        "/v1/agencies", json={"code": code, "name": f"Agency {code}", "jurisdictions": jurisdictions}
    )
    assert created.status_code == 201, created.text
    keyed = await administrator.post(f"/v1/agencies/{code}/keys", json={})
    assert keyed.status_code == 201, keyed.text
    return str(keyed.json()["key"])


def line(external_id: str = "RS-2020-1", **more: Any) -> dict[str, Any]:
    """A line of a feed."""
    return {
        "external_id": external_id,
        "occurred_on": "2020-03-14",
        "jurisdiction": "RS",
        "place": {"name": "Novi Sad", "admin": ["Vojvodina"], "latitude": 45.2517, "longitude": 19.8369},
        "category": "criminal_context",
        "persons": [{"role": "victim", "sex": "female", "age": 34, "outcome": "injured"}],
        "weapons": [{"type": "handgun", "possession": "illegal"}],
        "sources": [{"kind": "media", "publisher": "Daily", "url": "https://example.org/1"}],
        "narrative": "Two men argued.",
        **more,
    }
