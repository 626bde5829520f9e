"""The columns of a CSV push and of a CSV export: one set, so that an export pushed back says the same.

A column's name is the path of the member it holds: `place_latitude`, `casualties_killed_best`. Repeated groups are
numbered from 1: `weapon_1_type`, `person_2_age`, `item_1_kind`, `source_1_url`. Lists (`tags`, `place_admin`) are
joined by `|`; a `|` or `\\` inside a name has a `\\` before it. An empty cell is an absent member.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "integer", "number", "boolean", "list"]
Path = tuple[str | int, ...]

MAX_GROUPS = 500  # as many persons as an incident may have
REQUIRED = ("external_id", "occurred_on", "jurisdiction", "category")
READ_ONLY = ("id", "version", "agency", "status", "verification", "duplicate_of", "recorded_at")

_PLAIN: dict[str, tuple[Path, Kind]] = {
    "external_id": (("external_id",), "text"),
    "occurred_on": (("occurred_on",), "text"),
    "date_precision": (("date_precision",), "text"),
    "jurisdiction": (("jurisdiction",), "text"),
    "place_name": (("place", "name"), "text"),
    "place_admin": (("place", "admin"), "list"),
    "place_latitude": (("place", "latitude"), "number"),
    "place_longitude": (("place", "longitude"), "number"),
    "place_precision": (("place", "precision"), "text"),
    "category": (("category",), "text"),
    "tags": (("tags",), "list"),
}
_BOUNDS: dict[str, tuple[Path, Kind]] = {
    f"casualties_{harm}_{bound}": (("casualties", harm, bound), "integer")
    for harm in ("killed", "injured")
    for bound in ("low", "best", "high")
}
_GROUPS: dict[str, tuple[Path, dict[str, Kind]]] = {
    "weapon": (
        ("weapons",),
        {"type": "text", "count": "integer", "possession": "text", "converted": "boolean", "stolen": "boolean"},
    ),
    "person": (
        ("persons",),
        {"role": "text", "sex": "text", "age": "integer", "age_group": "text", "outcome": "text", "relation": "text"},
    ),
    "item": (("seizure", "items"), {"kind": "text", "quantity": "text", "unit": "text"}),
    "source": (
        ("sources",),
        {"kind": "text", "publisher": "text", "url": "text", "published_on": "text", "language": "text"},
    ),
}
_TAIL: dict[str, tuple[Path, Kind]] = {
    "seizure_setting": (("seizure", "setting"), "text"),
    "narrative": (("narrative",), "text"),
}
_SINGLE = _PLAIN | _BOUNDS | _TAIL | {name: ((name,), "text") for name in READ_ONLY}
_GROUPED = re.compile(r"(weapon|person|item|source)_([1-9][0-9]{0,2})_([a-z_]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """`path` leads to the member; in a group its number (from 0) stands where the list's index would."""

    name: str
    path: Path
    kind: Kind

    @property
    def group(self) -> tuple[Path, int] | None:
        """The list that a grouped column belongs to and the number of its element."""
        number = self.path[-2] if len(self.path) > 2 else None
        return (self.path[:-2], number) if isinstance(number, int) else None


def column(name: str) -> Column | None:
    """The column of that name; None where there is none."""
    if name in _SINGLE:
        return Column(name, *_SINGLE[name])
    match = _GROUPED.fullmatch(name)
    if match is None or int(match[2]) > MAX_GROUPS or match[3] not in _GROUPS[match[1]][1]:
        return None
    path, members = _GROUPS[match[1]]
    return Column(name, (*path, int(match[2]) - 1, match[3]), members[match[3]])


def names_for_people() -> list[str]:
    """Every column that exists, groups with `{n}` for the number."""
    grouped = [f"{group}_{{n}}_{member}" for group, (_, members) in _GROUPS.items() for member in members]
    return [*_PLAIN, *grouped, *_BOUNDS, *_TAIL, *READ_ONLY]


def columns(*, weapons: int = 1, persons: int = 1, items: int = 1, sources: int = 1) -> list[Column]:
    """The columns of an export, in order, with so many of each group."""
    counts = {"weapon": weapons, "person": persons, "item": items, "source": sources}
    grouped = [
        f"{group}_{number}_{member}"
        for group, count in counts.items()
        for number in range(1, count + 1)
        for member in _GROUPS[group][1]
    ]
    found = [column(name) for name in (*_PLAIN, *grouped, *_BOUNDS, *_TAIL, *READ_ONLY)]
    return [each for each in found if each is not None]


def to_row(document: Mapping[str, Any], layout: Iterable[Column]) -> list[str]:
    """The cells of an incident as the API shows it; what lies in groups that the layout lacks is left out."""
    return [_to_cell(_member(document, each.path)) for each in layout]


def from_row(layout: Sequence[Column], cells: Sequence[str]) -> dict[str, Any]:
    """The JSON object that a row says. A cell that does not read as its kind stays text, for the rules to refuse.

    Groups close up: with only `weapon_2_…` filled there is one weapon.
    """
    document: dict[str, Any] = {}
    groups: dict[Path, dict[int, dict[str, Any]]] = {}
    for each, cell in zip(layout, cells, strict=True):
        if cell:
            value = _FROM_CELL[each.kind](cell)
            if each.group is None:
                _put(document, each.path, value)
            else:
                path, number = each.group
                groups.setdefault(path, {}).setdefault(number, {})[str(each.path[-1])] = value
    for path, elements in groups.items():
        _put(document, path, [elements[number] for number in sorted(elements)])
    return document


def column_of(layout: Sequence[Column], cells: Sequence[str], pointer: str) -> str | None:
    """The column that a JSON pointer into `from_row(layout, cells)` is about: of the member itself, else the first
    one inside it, else the one it lies in; None for the whole row."""
    numbers: dict[Path, set[int]] = {}
    for each, cell in zip(layout, cells, strict=True):
        if cell and each.group:
            numbers.setdefault(each.group[0], set()).add(each.group[1])
    places = [(_pointer(each, numbers), each.name) for each in layout]
    for fits in (str.__eq__, _inside, lambda place, wanted: _inside(wanted, place)):
        for place, name in places:
            if pointer and fits(place, pointer):
                return name
    return None


def _inside(inner: str, outer: str) -> bool:
    return inner.startswith(f"{outer}/")


def _pointer(each: Column, numbers: Mapping[Path, set[int]]) -> str:
    steps = list(each.path)
    if each.group:
        path, number = each.group
        steps[-2] = sum(1 for other in numbers.get(path, ()) if other < number)
    return "".join(f"/{step}" for step in steps)


def _put(document: dict[str, Any], path: Path, value: Any) -> None:
    for step in path[:-1]:
        document = document.setdefault(str(step), {})
    document[str(path[-1])] = value


def _member(value: Any, path: Path) -> Any:
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list | tuple) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _to_cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return "|".join(str(element).replace("\\", "\\\\").replace("|", "\\|") for element in value)
        case _:
            return str(value)


def _integer(cell: str) -> int | str:
    text = cell.strip()
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else cell


def _number(cell: str) -> float | str:
    text = cell.strip()
    return float(text) if re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", text) else cell


def _boolean(cell: str) -> bool | str:
    return {"true": True, "false": False}.get(cell.strip().lower(), cell)


def _list(cell: str) -> list[str]:
    if "\\" not in cell:
        return cell.split("|")
    parts = re.findall(r"((?:[^\\|]|\\.|\\$)*)(\||$)", cell, re.DOTALL)
    elements = parts if parts[-2:-1] and parts[-2][1] == "|" else parts[:-1]
    return [re.sub(r"\\(.)", r"\1", element, flags=re.DOTALL) for element, _ in elements]


_FROM_CELL: dict[Kind, Callable[[str], Any]] = {
    "text": str,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "list": _list,
}
