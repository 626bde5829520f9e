"""Reads the tables of the funds back, for the comparison with a recount."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from common.messaging.ports import Connection
from reporting.readmodel.funds.recount import Recount
from reporting.readmodel.funds.tables import TABLES
from reporting.readmodel.recount import Totals
from reporting.readmodel.verifying import Verifiable

_JSON = {"document", "instalments"}


async def read(connection: Connection) -> Mapping[str, Totals]:
    """Every row of every table, as often as it stands there."""
    found: dict[str, Totals] = {}
    for table in TABLES:
        rows: Totals = {}
        async for row in connection.cursor(f"SELECT * FROM {table}", prefetch=10_000):  # noqa: S608  our own names
            key = tuple(_plain(name, value) for name, value in row.items())
            rows[key] = rows.get(key, 0) + 1
        found[table] = rows
    return found


def _plain(name: str, value: Any) -> Any:
    if name in _JSON:
        return json.dumps(json.loads(value, parse_float=Decimal), sort_keys=True)
    if isinstance(value, list):
        return tuple(value)
    return str(value) if isinstance(value, (UUID, date)) else value


FUNDS = Verifiable(read, Recount)
