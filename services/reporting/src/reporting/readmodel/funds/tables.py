"""The tables of the funds: how they are made, and one number to compare them by."""

from __future__ import annotations

from importlib.resources import files

from common.messaging.ports import Connection

SCHEMA = "readmodel_funds"
TABLES = ("commitment", "effect", "expenditure", "money", "stream")


async def create(connection: Connection) -> None:
    """Makes the tables, empty, in the schema that the search path leads to."""
    await connection.execute((files("reporting.readmodel.funds") / "tables.sql").read_text())


async def digest(connection: Connection) -> str:
    """Equal for equal contents in whatever order: per table the number of rows and the sum of their hashes."""
    hashed = "count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)"
    parts = " UNION ALL ".join(f"SELECT '{name}' AS name, {hashed} AS hash FROM {name} t" for name in TABLES)  # noqa: S608
    query = f"SELECT string_agg(name || ' ' || hash, E'\\n' ORDER BY name) FROM ({parts}) AS tables"  # noqa: S608
    return str(await connection.fetchval(query))
