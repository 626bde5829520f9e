"""The agencies that push: their codes, names and the jurisdictions they report for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from common.kernel.errors import InConflict, NotFound


class AgencyExists(InConflict):
    code = "agency_exists"
    title = "There is an agency with this code already"


class NoSuchAgency(NotFound):
    code = "agency_not_found"
    title = "There is no agency with this code"


@dataclass(frozen=True, slots=True)
class Agency:
    code: str
    name: str
    jurisdictions: tuple[str, ...]
    created_at: datetime


class Agencies:
    """Every method is one statement."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def add(self, code: str, name: str, jurisdictions: Sequence[str]) -> Agency:
        """Raises `AgencyExists`."""
        row = await self._pool.fetchrow(
            "INSERT INTO agency (code, name, jurisdictions) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING *",
            code,
            name,
            list(jurisdictions),
        )
        if row is None:
            raise AgencyExists(f"There is an agency {code} already.")
        return _agency(row)

    async def get(self, code: str) -> Agency:
        """Raises `NoSuchAgency`."""
        row = await self._pool.fetchrow("SELECT * FROM agency WHERE code = $1", code)
        if row is None:
            raise NoSuchAgency(f"There is no agency {code}.")
        return _agency(row)

    async def all(self) -> list[Agency]:
        """By code."""
        return [_agency(row) for row in await self._pool.fetch("SELECT * FROM agency ORDER BY code")]


def _agency(row: asyncpg.Record) -> Agency:
    return Agency(row["code"], row["name"], tuple(row["jurisdictions"]), row["created_at"])
