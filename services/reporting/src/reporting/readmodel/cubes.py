"""The cubes: what one incident adds to their cells, and keeping them by the difference of before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from common.messaging.ports import Connection
from reporting.readmodel.facts import Detail, Facts
from reporting.readmodel.tables import CELL, GRAINS, Grain

Key: TypeAlias = tuple[Any, ...]
CELL_TYPES = ("text", "integer", "integer", "boolean")


class Difference:
    """What a batch changes in the cubes: per cell how many facts and how much value come or go."""

    def __init__(self) -> None:
        self._cells: dict[str, dict[Key, list[Any]]] = {name: defaultdict(lambda: [0, 0]) for name in GRAINS}

    def move(self, before: Facts | None, after: Facts) -> None:
        """An incident stood as `before` in the cubes (None: not at all) and now stands as `after`."""
        if before is not None:
            self._add(before, -1)
        self._add(after, 1)

    async def apply(self, connection: Connection) -> None:
        """One upsert per cube, cells in order; the emptied ones go."""
        for name, grain in GRAINS.items():
            cells = sorted((key, change) for key, change in self._cells[name].items() if any(change))
            if cells:
                await connection.execute(_upsert(grain), *_arrays([(*key, *change) for key, change in cells]))
            if shrunk := [key for key, (facts, _) in cells if facts < 0]:
                await connection.execute(_sweep(grain), *_arrays(shrunk))

    def _add(self, facts: Facts, sign: int) -> None:
        for name, grain in GRAINS.items():
            cells = self._cells[name]
            for key, value in _shares(facts, grain):
                cell = cells[key]
                cell[0] += sign
                cell[1] += sign * value


def _shares(facts: Facts, grain: Grain) -> Iterator[tuple[Key, Any]]:
    at = (facts.jurisdiction, *facts.months, facts.counted)
    if grain.name == "incident":
        yield (*at, facts.category, facts.verification), 1
        return
    picked = [grain.dimensions.index(name) for name in grain.cube_dimensions]
    detail: Detail
    for detail in facts.details[grain.name]:
        yield (*at, *(detail[i] for i in picked)), detail[-1]


def _upsert(grain: Grain) -> str:
    key = (*CELL, *grain.cube_dimensions)
    types = (*CELL_TYPES, *("text" for _ in grain.cube_dimensions), "bigint", grain.value_type)
    return (
        f"INSERT INTO {grain.cube} AS cell ({', '.join(key)}, facts, {grain.value}) "  # noqa: S608  our own names
        f"SELECT * FROM {_unnest(types)} ON CONFLICT ({', '.join(key)}) DO UPDATE "
        f"SET facts = cell.facts + excluded.facts, {grain.value} = cell.{grain.value} + excluded.{grain.value}"
    )


def _sweep(grain: Grain) -> str:
    key = ", ".join((*CELL, *grain.cube_dimensions))
    types = (*CELL_TYPES, *("text" for _ in grain.cube_dimensions))
    return f"DELETE FROM {grain.cube} WHERE facts = 0 AND ({key}) IN (SELECT * FROM {_unnest(types)})"  # noqa: S608


def _unnest(types: Iterable[str]) -> str:
    return f"unnest({', '.join(f'${n}::{name}[]' for n, name in enumerate(types, 1))})"


def _arrays(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    """Columns instead of rows."""
    return [list(column) for column in zip(*rows, strict=True)]
