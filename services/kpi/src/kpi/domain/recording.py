"""What may be recorded at all: a figure that breaks one of these rules is refused at once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from common.kernel.errors import Violation
from common.kernel.text import ErasableText
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import TOTAL, Part
from kpi.domain.values import Cell, Dimensions, Document, Evidence, Figure

MOST_CELLS = 10_000
MOST_DOCUMENTS = 200
LONGEST_TEXT = 20_000
LARGEST = Decimal(10) ** 15

_HOLDS = {"statuses": "statuses", "documents": "documents", "narrative": "text"}
_EMPTY = {
    "cells": "cells are for KPIs that count",
    "statuses": "statuses are for KPIs that ask for the status of items",
    "documents": "documents are for KPIs that ask for documents; a proof goes into evidence",
    "text": "a text is for KPIs that ask for a narrative; a remark goes into comment",
}


def figure_violations(definitions: Definitions, part: Part, figure: Figure) -> tuple[Violation, ...]:
    """Everything that is wrong with a figure for that part; pointers go into the figure."""
    return tuple(_violations(definitions, part, figure))


def _violations(definitions: Definitions, part: Part, figure: Figure) -> Iterator[Violation]:
    yield from _presence(part, figure)
    yield from cell_violations(definitions, part, figure.cells)
    yield from _statuses(part, figure)
    yield from _documents(figure.documents)
    yield from evidence_violations(figure.evidence)
    yield from text_violations(figure.comment, "/comment")
    yield from text_violations(figure.text, "/text")


def _presence(part: Part, figure: Figure) -> Iterator[Violation]:
    holds = "cells" if part.numeric else _HOLDS[part.kind]
    for name, hint in _EMPTY.items():
        filled = getattr(figure, name)
        if filled and (name != holds or figure.presence != "reported"):
            why = hint if name != holds else f"{figure.presence} has no value; leave it out, or say reported"
            yield Violation(f"/{name}", "value_against_presence", f"{part.number}: {why}.")
    if figure.presence == "reported":
        if not getattr(figure, holds):
            detail = f"{part.number} is said to be reported: give its {holds}, or say not_reported. Zero is a value."
            yield Violation(f"/{holds}", "value_missing", detail)
        if figure.quality is None:
            yield Violation("/quality", "quality_missing", "A reported figure is final, estimated or provisional.")
    elif figure.quality is not None:
        yield Violation("/quality", "value_against_presence", f"{figure.presence} has no quality; leave it out.")


def cell_violations(definitions: Definitions, part: Part, cells: tuple[Cell, ...]) -> Iterator[Violation]:
    if len(cells) > MOST_CELLS:
        yield Violation("/cells", "too_many", f"At most {MOST_CELLS} cells.")
        return
    seen: set[Dimensions] = set()
    for n, cell in enumerate(cells):
        yield from _dimensions(definitions, part, cell.dimensions, f"/cells/{n}/dimensions")
        yield from _value(part, cell.value, f"/cells/{n}/value")
        if cell.dimensions in seen:
            detail = "The same dimensions stand in an earlier cell; give each once."
            yield Violation(f"/cells/{n}", "cell_twice", detail)
        seen.add(cell.dimensions)


def _dimensions(definitions: Definitions, part: Part, dimensions: Dimensions, pointer: str) -> Iterator[Violation]:
    for name, code in dimensions:
        if name not in part.dimensions:
            known = ", ".join(part.dimensions) or "none"
            yield Violation(f"{pointer}/{name}", "dimension_unknown", f"{part.number} has these dimensions: {known}.")
        elif code not in definitions.codes(name):
            known = ", ".join(definitions.codes(name)[:40])
            detail = f"{code!r} is no code of {name}: {known}. Leave it out for the total ({TOTAL})."
            yield Violation(f"{pointer}/{name}", "code_unknown", detail)


def _value(part: Part, value: Decimal, pointer: str) -> Iterator[Violation]:
    if not value.is_finite() or abs(value) >= LARGEST:
        yield Violation(pointer, "out_of_range", "A finite number below 10^15.")
        return
    if value < 0:
        yield Violation(pointer, "negative", f"{value} is negative; a figure is 0 or more.")
    if _decimals(value) > part.decimals:
        unit = f" in {part.unit}" if part.unit else ""
        wanted = f"at most {part.decimals} decimals" if part.decimals else "a whole number"
        yield Violation(pointer, "too_many_decimals", f"{value}: {part.number}{unit} is {wanted}.")


def _decimals(value: Decimal) -> int:
    """Without trailing zeros; of every digit there is, where arithmetic would round."""
    return len(f"{value:f}".partition(".")[2].rstrip("0"))


def _statuses(part: Part, figure: Figure) -> Iterator[Violation]:
    items, statuses = {i.code for i in part.items}, {s.code for s in part.statuses}
    seen: set[str] = set()
    for n, held in enumerate(figure.statuses):
        if held.item not in items:
            known = ", ".join(sorted(items)) or "none"
            yield Violation(f"/statuses/{n}/item", "item_unknown", f"{held.item!r}; the items are: {known}.")
        if held.status not in statuses:
            known = ", ".join(s.code for s in part.statuses) or "none"
            yield Violation(f"/statuses/{n}/status", "status_unknown", f"{held.status!r}; the statuses are: {known}.")
        if held.item in seen:
            yield Violation(f"/statuses/{n}/item", "item_twice", f"{held.item!r} stands twice.")
        seen.add(held.item)


def _documents(documents: tuple[Document, ...]) -> Iterator[Violation]:
    if len(documents) > MOST_DOCUMENTS:
        yield Violation("/documents", "too_many", f"At most {MOST_DOCUMENTS} documents.")
    for n, document in enumerate(documents):
        if not document.title.strip():
            yield Violation(f"/documents/{n}/title", "empty", "A document has a title.")


def evidence_violations(evidence: tuple[Evidence, ...], pointer: str = "/evidence") -> Iterator[Violation]:
    if len(evidence) > MOST_DOCUMENTS:
        yield Violation(pointer, "too_many", f"At most {MOST_DOCUMENTS} files.")
    seen: set[str] = set()
    for n, file in enumerate(evidence):
        if file.sha256 in seen:
            yield Violation(f"{pointer}/{n}/sha256", "evidence_twice", "The same file stands here twice.")
        seen.add(file.sha256)


def text_violations(text: ErasableText | None, pointer: str, *, required: bool = False) -> Iterator[Violation]:
    body = text.body if text else None
    if text is not None and body is not None and not body.strip():
        yield Violation(pointer, "empty", "Say something, or leave it out.")
    if required and text is None:
        yield Violation(pointer, "required", "This is needed.")
    if body is not None and len(body) > LONGEST_TEXT:
        yield Violation(pointer, "too_long", f"At most {LONGEST_TEXT:,} characters.")
