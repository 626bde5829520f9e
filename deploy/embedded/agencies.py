"""The partner agencies of the demo and their keys, made through the public API as an administrator would."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from embedded.errors import CannotRun
from embedded.home import Home, read_json, write_json
from embedded.sample_feed.agencies import AGENCIES, Agency


async def api_keys(home: Home, client: httpx.AsyncClient, administrator: str) -> Mapping[str, str]:
    """A working key per agency. Keys of an earlier run are used again; each new one is kept before the next is made."""
    kept: dict[str, str] = read_json(home.api_keys) or {}
    authorization = {"Authorization": f"Bearer {administrator}"}
    for agency in AGENCIES:
        if agency.code not in kept or not await _works(client, kept[agency.code]):
            await _register(client, authorization, agency)
            kept[agency.code] = await _new_key(client, authorization, agency)
            write_json(home.api_keys, kept)
    return kept


async def _works(client: httpx.AsyncClient, key: str) -> bool:
    return (await client.get("/v1/me", headers={"Authorization": f"ApiKey {key}"})).is_success


async def _register(client: httpx.AsyncClient, authorization: Mapping[str, str], agency: Agency) -> None:
    body = {"code": agency.code, "name": agency.name, "jurisdictions": agency.jurisdictions}
    answer = await client.post("/v1/agencies", json=body, headers=authorization)
    if answer.status_code != httpx.codes.CONFLICT:  # it is there from an interrupted run
        _require(answer)


async def _new_key(client: httpx.AsyncClient, authorization: Mapping[str, str], agency: Agency) -> str:
    """Keys whose text was lost take up room: an agency may have two that live."""
    path = f"/v1/agencies/{agency.code}/keys"
    known = _require(await client.get(path, headers=authorization)).json()["items"]
    for lost in [key for key in known if key["revoked_at"] is None]:
        _require(await client.delete(f"{path}/{lost['id']}", headers=authorization))
    return str(_require(await client.post(path, json={}, headers=authorization)).json()["key"])


def _require(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise CannotRun(f"{answer.request.method} {answer.request.url} answered {answer.status_code}: {answer.text}")
    return answer
