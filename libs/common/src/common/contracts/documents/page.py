"""The page for partners: prose from `page.md`, tables from the contracts and the attributes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.resources import files
from typing import Any

from common.contracts.attributes import ATTRIBUTES, Attribute, Kind
from common.contracts.documents import contracts
from common.contracts.documents.contracts import Topic
from common.contracts.registry import CONTRACTS, READERS

_FORMATS = {"date": "date", "uuid": "UUID"}


def text(topics: Sequence[Topic]) -> str:
    page = (files(__package__) / "page.md").read_text(encoding="utf-8")
    publishers = "\n\n".join(part for topic in topics for part in _publisher(topic))
    parts = {"attributes": _attributes(), "marks": _marks(), "publishers": publishers}
    for name, part in parts.items():
        page = page.replace(f"<!-- {name} -->", part)
    return page


def _attributes() -> str:
    rows = [
        (
            f"`{attribute.name}`" if attribute.in_feed else "–",
            f"`{attribute.header}`",
            attribute.meaning + (" If any." if "event" in attribute.optional else ""),
            f"`{attribute.example}`",
        )
        for attribute in ATTRIBUTES
        if "event" in attribute.kinds
    ]
    data = ("`data`", "the value", "The contract as JSON, see below; a private event has none.", "")
    return _table(("Feed", "Kafka", "Meaning", "Example"), [*rows, data])


def _marks() -> str:
    everywhere = [attribute for attribute in ATTRIBUTES if attribute.kinds >= contracts.MARKS.keys()]
    rows = [
        (f"`{name}`", contracts.MEANING_OF_MARKS[kind], _own_headers(kind, everywhere))
        for kind, name in contracts.MARKS.items()
    ]
    shared = ", ".join(f"`{each.header}`" + (" (if any)" if each.optional else "") for each in everywhere)
    return _table(("`ce_type`", "Meaning", "Own headers"), rows) + f"\n\nBoth have {shared}."


def _own_headers(kind: Kind, shared: Sequence[Attribute]) -> str:
    own = [a for a in ATTRIBUTES if kind in a.kinds and a not in shared]
    return "; ".join(f"`{a.header}`: {a.meaning}" for a in own) or "–"


def _publisher(topic: Topic) -> Iterable[str]:
    publisher = topic.publisher
    schemas = contracts.schemas(publisher)
    events = {name: schemas[CONTRACTS[name].__name__] for name in contracts.wire_names(publisher)}
    readers = [f"`{reader}`" for reader in READERS[publisher]]
    yield f"## {publisher}"
    yield inspect.getdoc(import_module(f"common.contracts.{publisher}")) or ""
    yield (
        f"Topic `{topic.name}`: {topic.partitions} partitions, a record is kept for {topic.days} days. "
        f"Of the services, {' and '.join(readers)} {'read' if len(readers) > 1 else 'reads'} them."
    )
    yield _table(("Event", "When"), [(f"[`{name}`](#{_anchor(name)})", _told(events[name])) for name in events])
    for name, schema in events.items():
        yield from _event(publisher, name, schema)
    for shape in dict.fromkeys(_shapes(events.values(), schemas)):
        yield from _shape(publisher, shape, schemas[shape])


def _shapes(inside: Iterable[Any], schemas: dict[str, Any]) -> Iterable[str]:
    """What the schemas are made of, each shape followed by those inside it."""
    for schema in inside:
        for shape in _references(schema):
            yield shape
            yield from _shapes([schemas[shape]], schemas)


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for part in schema for name in _references(part)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    return own + [name for part in schema.values() for name in _references(part)]


def _event(publisher: str, name: str, schema: dict[str, Any]) -> Iterable[str]:
    yield f"### {name}"
    yield _told(schema)
    if schema["properties"]:
        yield _fields(publisher, schema)
        yield f"```json\n{_compact(contracts.example(name))}\n```"
    else:
        yield "No fields: `data` is `{}`."


def _shape(publisher: str, name: str, schema: dict[str, Any]) -> Iterable[str]:
    yield f"### {publisher}: {name}"
    yield _told(schema)
    yield _fields(publisher, schema)


def _fields(publisher: str, schema: dict[str, Any]) -> str:
    rows = [
        (f"`{name}`", _type(publisher, field), " ".join(field["description"].split()))
        for name, field in schema["properties"].items()
    ]
    return _table(("Field", "Type", "Meaning"), rows)


def _type(publisher: str, schema: dict[str, Any]) -> str:
    """A field's type in words; a shape's name leads to its table."""
    match schema:
        case {"$ref": shape}:
            return f"[{shape}](#{_anchor(f'{publisher}: {shape}')})"
        case {"anyOf": [*options]}:
            return " or ".join(_type(publisher, option) for option in options)
        case {"enum": [*values]}:
            return " ".join(f"`{value}`" for value in values)
        case {"type": "array", "items": items}:
            return f"list of {_type(publisher, items)}"
        case {"type": "string", "format": known}:
            return _FORMATS[known]
        case {"type": kind}:
            return str(kind)
    raise ValueError(f"no words for {schema}")


def _told(schema: dict[str, Any]) -> str:
    return " ".join(schema["description"].split())


def _anchor(heading: str) -> str:
    """As renderers of Markdown make them."""
    return "".join(c for c in heading.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _compact(data: Any, indent: str = "", room: int = 110) -> str:
    """JSON with everything on one line that fits."""
    line = json.dumps(data, ensure_ascii=False)
    if len(indent) + len(line) <= room or not data or not isinstance(data, list | dict):
        return line
    inner = indent + "  "
    if isinstance(data, list):
        parts = [_compact(part, inner, room) for part in data]
        opening, closing = "[", "]"
    else:
        parts = [f"{json.dumps(name)}: {_compact(part, inner, room)}" for name, part in data.items()]
        opening, closing = "{", "}"
    return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"\n{indent}{closing}"
