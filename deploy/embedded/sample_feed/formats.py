"""The formats partners push in: NDJSON, CSV and one JSON document per post."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Body = Mapping[str, Any]

# What a repeated group is called in the columns, wherever it lies: weapon_1_type, weapon_2_type, item_1_kind …
_GROUPS = {"weapons": "weapon", "persons": "person", "items": "item", "sources": "source"}


def to_json(body: Body) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def to_ndjson(bodies: Sequence[Body]) -> bytes:
    return b"".join(to_json(body) + b"\n" for body in bodies)


def to_csv(bodies: Sequence[Body]) -> bytes:
    """One row per incident, the columns those of the longest; cells that do not apply stay empty."""
    rows = [dict(_cells(body)) for body in bodies]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _cells(members: Body, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in members.items():
        if isinstance(value, Mapping):
            yield from _cells(value, f"{prefix}{name}_")
        elif name in _GROUPS:
            for nth, each in enumerate(value, start=1):
                yield from _cells(each, f"{_GROUPS[name]}_{nth}_")
        else:
            yield f"{prefix}{name}", _cell(value)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "|".join(map(str, value)) if isinstance(value, list) else str(value)
