"""The tables of the read model: how they are made, what their columns are, and one number to compare them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

from common.messaging.ports import Connection

SCHEMA = "readmodel"
CELL = ("jurisdiction", "first_month", "last_month", "counted")


@dataclass(frozen=True, slots=True)
class Grain:
    """What is counted: its dimensions in the order of a kind's names, and those of its cube."""

    name: str
    dimensions: tuple[str, ...]
    cube_dimensions: tuple[str, ...]
    value: str
    value_type: str

    @property
    def cube(self) -> str:
        return f"{self.name}_cube"

    @property
    def kinds(self) -> str:
        """The column with the kinds of an incident, of persons, weapons and items."""
        return f"{self.name}s"

    @property
    def numbers(self) -> str:
        return f"{self.name}_numbers"


GRAINS: Mapping[str, Grain] = MappingProxyType(
    {
        grain.name: grain
        for grain in (
            Grain(
                "incident",
                ("jurisdiction", "category", "verification", "status"),
                ("category", "verification"),
                "incidents",
                "bigint",
            ),
            Grain(
                "person",
                ("role", "sex", "age_group", "outcome", "relation"),
                ("role", "sex", "outcome"),
                "persons",
                "bigint",
            ),
            Grain("weapon", ("weapon_type", "possession"), ("weapon_type", "possession"), "weapons", "bigint"),
            Grain(
                "item", ("seizure_setting", "kind", "unit"), ("seizure_setting", "kind", "unit"), "quantity", "numeric"
            ),
        )
    }
)
DETAILS = tuple(grain for grain in GRAINS.values() if grain.name != "incident")
"""What an incident may have several of."""

KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {**{grain.name: grain.dimensions for grain in GRAINS.values()}, "tags": ("tag",), "admin": ("admin",)}
)
"""What there are kinds of, with the dimensions of their names; kinds of tags and areas are whole lists of one."""

INCIDENT = (
    *("span_start", "span_end", "first_month", "last_month", "kind", "tags", "admin", "version", "id"),
    *(grain.kinds for grain in DETAILS),
    *(grain.numbers for grain in DETAILS),
)


async def create(connection: Connection) -> None:
    """Makes the tables, empty, in the schema that the search path leads to."""
    await connection.execute(definition())


def definition() -> str:
    return (files("reporting.readmodel") / "tables.sql").read_text()


async def digest(connection: Connection) -> str:
    """Equal for equal contents in whatever order: per table the number of rows and the sum of their hashes.

    Kinds go in by their names: their codes follow the order in which they first came.
    """
    tables = {grain.cube: f"SELECT t::text AS row FROM {grain.cube} t" for grain in GRAINS.values()}  # noqa: S608
    tables |= {"coverage": "SELECT t::text AS row FROM coverage t", "incident": _ROWS}
    parts = " UNION ALL ".join(f"SELECT '{name}' AS name, {_HASH} FROM ({rows}) t" for name, rows in tables.items())  # noqa: S608
    query = f"SELECT string_agg(name || ' ' || hash, E'\\n' ORDER BY name) FROM ({parts})"  # noqa: S608  our own names
    return str(await connection.fetchval(query))


_HASH = "count(*) || ':' || coalesce(sum(hashtextextended(row, 0)::numeric), 0) AS hash"
_HASHES = """SELECT array_agg(coalesce(hashtextextended(of || names, 0), 0) ORDER BY n)
    FROM generate_series(1, (SELECT max(code) FROM kind)) AS n LEFT JOIN kind ON code = n"""
_DETAILS = ", ".join(
    f"ARRAY(SELECT hashes[k] FROM unnest({grain.kinds}) k), {grain.numbers}"  # noqa: S608  our own names
    for grain in DETAILS
)
_ROWS = f"""
    SELECT concat_ws(' ', id, version, span_start, span_end, first_month, last_month,
        hashes[f.kind], hashes[f.tags], hashes[f.admin], {_DETAILS}) AS row
    FROM incident f, ({_HASHES}) AS names (hashes)
"""  # noqa: S608  our own names
