"""The tables of the read model: how they are made, what their columns are, and one number to compare them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

from common.messaging.ports import Connection

SHARED = ("jurisdiction", "category", "verification", "counted", "span_start", "span_end", "first_month", "last_month")
INCIDENT = ("id", "seq", "version", "agency", "admin", "date_precision", "tags", "status", *SHARED)
CELL = ("jurisdiction", "first_month", "last_month", "counted")


@dataclass(frozen=True, slots=True)
class Grain:
    """A fact table and its cube: which dimensions each has, and what is added up."""

    table: str
    dimensions: tuple[str, ...]
    cube_dimensions: tuple[str, ...]
    value: str
    value_type: str

    @property
    def cube(self) -> str:
        return f"{self.table}_cube"

    @property
    def columns(self) -> tuple[str, ...]:
        """Of a child table: its rows are numbered within their incident."""
        return ("seq", "n", *self.dimensions, self.value, "firsts", *SHARED)

    def first_bit(self, dimensions: Iterable[str]) -> int | None:
        """The bit of `firsts` for these of its dimensions; None for all of them, for in these every row is another."""
        subset = sum(1 << self.dimensions.index(name) for name in set(dimensions))
        return None if subset == (1 << len(self.dimensions)) - 1 else subset


GRAINS: Mapping[str, Grain] = MappingProxyType(
    {
        grain.table: grain
        for grain in (
            Grain("incident", (), ("category", "verification"), "incidents", "bigint"),
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
CHILDREN = tuple(grain for grain in GRAINS.values() if grain.table != "incident")


async def create(connection: Connection) -> None:
    """Makes the tables, empty, in the schema that the search path leads to."""
    await connection.execute(definition())


def definition() -> str:
    return (files("reporting.readmodel") / "tables.sql").read_text()


async def digest(connection: Connection) -> str:
    """Equal for equal contents in whatever order: per table the number of rows and the sum of their hashes."""
    tables = [name for grain in GRAINS.values() for name in (grain.table, grain.cube)] + ["coverage"]
    parts = " UNION ALL ".join(f"SELECT '{name}' AS name, {_HASH} FROM {name} t" for name in tables)  # noqa: S608
    query = f"SELECT string_agg(name || ' ' || hash, E'\\n' ORDER BY name) FROM ({parts})"  # noqa: S608  our own names
    return str(await connection.fetchval(query))


_HASH = "count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS hash"
