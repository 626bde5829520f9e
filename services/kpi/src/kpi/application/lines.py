"""A report as lines, one per value, as spreadsheets and CSV files hold it; and lines back to figures.

A line names its part, and what of it: dimensions ("setting=inland; sex=female", empty: the grand total), an item, or a
document's title. What one line cannot say (presence, quality, comment) stands in the part's first line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import get_args

from common.kernel.errors import Violation
from common.kernel.numbers import plain
from common.kernel.text import ErasableText
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import TOTAL, Part
from kpi.domain.state import State
from kpi.domain.values import Cell, Content, Dimensions, Document, Figure, ItemStatus, Presence, Quality

MOST_COMBINATIONS = 60
"""A part with more combinations of codes than that is not laid out whole."""
BLANK_LINES = 30
"""Lines to fill in for such a part, and for documents five."""
BLANK_DOCUMENTS = 5
COLUMNS = ("kpi", "what", "value", "presence", "quality", "comment")

_PRESENCES, _QUALITIES = get_args(Presence), get_args(Quality)


@dataclass(frozen=True, slots=True)
class Line:
    """`place` says where it stands: a sheet and cell, or a line number. Texts as they were found, "" where empty."""

    place: str
    kpi: str
    what: str = ""
    value: str = ""
    presence: str = ""
    quality: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the lines say of one part: a figure, or what is wrong. `places` are those of the figure's cells, statuses
    and documents, in their order; `place` is the part's first line."""

    part: str
    place: str
    figure: Figure | None
    places: tuple[str, ...] = ()
    violations: tuple[tuple[str, Violation], ...] = ()


@dataclass(slots=True)
class _Reading:
    """A part while its lines are read."""

    part: Part
    place: str
    presence: str = ""
    quality: str = ""
    comment: str = ""
    cells: list[tuple[Cell, str]] = field(default_factory=list)
    statuses: list[tuple[ItemStatus, str]] = field(default_factory=list)
    documents: list[tuple[Document, str]] = field(default_factory=list)
    text: str = ""
    wrong: list[tuple[str, Violation]] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        return bool(self.presence or self.cells or self.statuses or self.documents or self.text or self.wrong)


def laid_out(definitions: Definitions, part: Part, content: Content, before: Content) -> list[str]:
    """What the lines of a part are about, in order: the total first; then every combination, or what is known."""
    figure = dict(content.figures).get(part.number)
    earlier = dict(before.figures).get(part.number)
    if part.numeric:
        known = [cell.dimensions for held in (figure, earlier) if held for cell in held.cells]
        return ["", *_combinations(definitions, part, known)]
    if part.kind == "statuses":
        return [item.code for item in part.items]
    if part.kind == "documents":
        titles = [document.title for document in figure.documents] if figure else []
        return [*titles, *[""] * BLANK_DOCUMENTS]
    return [""]


def _combinations(definitions: Definitions, part: Part, known: Sequence[Dimensions]) -> list[str]:
    if not part.dimensions:
        return []
    codes = [(*definitions.codes(name), TOTAL) for name in part.dimensions]
    size = 1
    for entry in codes:
        size *= len(entry)
    if size > MOST_COMBINATIONS:
        return [*dict.fromkeys(written(dimensions) for dimensions in known if dimensions), *[""] * BLANK_LINES]
    every = [dict(zip(part.dimensions, combination, strict=True)) for combination in product(*codes)]
    found = [tuple(sorted((n, c) for n, c in each.items() if c != TOTAL)) for each in every]
    return [written(dimensions) for dimensions in found if dimensions]


def written(dimensions: Dimensions) -> str:
    """`sex=female; setting=inland`, empty for the grand total."""
    return "; ".join(f"{name}={code}" for name, code in dimensions)


def value_of(part: Part, figure: Figure | None, what: str) -> str:
    """What stands in a line of that figure."""
    if figure is None:
        return ""
    if part.numeric:
        return next((plain(cell.value) for cell in figure.cells if written(cell.dimensions) == what), "")
    if part.kind == "statuses":
        return next((held.status for held in figure.statuses if held.item == what), "")
    if part.kind == "documents":
        return next((document.link for document in figure.documents if what and document.title == what), "")
    return (figure.text.body or "") if figure.text else ""


def lines(definitions: Definitions, state: State, before: Content) -> Iterator[Line]:
    """All that the report collects, as it stands."""
    content = state.content(state.jurisdiction or "")
    for part in definitions.collects(state.kind, state.jurisdiction):
        figure = dict(content.figures).get(part.number)
        for n, what in enumerate(laid_out(definitions, part, content, before)):
            yield Line(
                "", part.number, what, value_of(part, figure, what), *(_first(figure) if n == 0 else ("", "", ""))
            )


def _first(figure: Figure | None) -> tuple[str, str, str]:
    if figure is None:
        return "", "", ""
    return figure.presence, figure.quality or "", (figure.comment.body or "") if figure.comment else ""


def entries(definitions: Definitions, state: State, found: Iterable[Line]) -> list[Entry]:
    """One per part of which the lines say something. What a line cannot say stays as it is: evidence, and what a
    document is besides its title and link."""
    readings: dict[str, _Reading] = {}
    unknown = []
    for line in found:
        part = definitions.parts.get(line.kpi)
        if part is None:
            detail = f"The roadmap has no KPI {line.kpi[:40]!r}; leave the column as the template has it."
            wrong = Violation("/kpi", "kpi_unknown", detail)
            unknown.append(Entry(line.kpi, line.place, None, (), ((line.place, wrong),)))
            continue
        _read(part, readings.setdefault(part.number, _Reading(part, line.place)), line)
    said = [_entry(state, reading) for reading in readings.values() if reading.says_something]
    return [*unknown, *said]


def _read(part: Part, reading: _Reading, line: Line) -> None:
    for name in ("presence", "quality", "comment"):
        if text := getattr(line, name).strip():
            setattr(reading, name, text)
    value = line.value.strip()
    if not value:
        return
    if part.numeric:
        _read_cell(reading, line, value)
    elif part.kind == "statuses":
        reading.statuses.append((ItemStatus(line.what.strip(), value), line.place))
    elif part.kind == "documents":
        reading.documents.append((Document(line.what.strip(), value), line.place))
    else:
        reading.text = value


def _read_cell(reading: _Reading, line: Line, value: str) -> None:
    try:
        number = Decimal(value)
        dimensions = tuple(sorted(_pair(text) for text in line.what.split(";") if text.strip()))
    except InvalidOperation:
        detail = f"{value[:40]!r} is no number; write digits, and a point before decimals."
        reading.wrong.append((line.place, Violation("/value", "decimal_malformed", detail)))
    except ValueError:
        detail = f"{line.what[:80]!r} names no dimensions; write them like setting=inland; sex=female."
        reading.wrong.append((line.place, Violation("/dimensions", "dimension_malformed", detail)))
    else:
        named = tuple(pair for pair in dimensions if pair[1] != TOTAL)
        reading.cells.append((Cell(named, number), line.place))


def _pair(text: str) -> tuple[str, str]:
    name, code = text.split("=")
    return name.strip(), code.strip()


def _entry(state: State, reading: _Reading) -> Entry:
    presence = reading.presence or "reported"
    wrong = list(reading.wrong)
    if presence not in _PRESENCES:
        wrong.append((reading.place, _choice("presence", presence, _PRESENCES)))
    if reading.quality and reading.quality not in _QUALITIES:
        wrong.append((reading.place, _choice("quality", reading.quality, _QUALITIES)))
    if wrong:
        return Entry(reading.part.number, reading.place, None, (), tuple(wrong))
    reading.cells.sort(key=lambda pair: pair[0].dimensions)
    reading.statuses.sort(key=lambda pair: pair[0].item)
    held = state.figure(state.jurisdiction or "", reading.part.number)
    before = held.figure if held else None
    figure = Figure(
        presence,  # type: ignore[arg-type]  # it is one of them
        (reading.quality or ("final" if presence == "reported" else None)),  # type: ignore[arg-type]
        tuple(cell for cell, _ in reading.cells),
        tuple(status for status, _ in reading.statuses),
        tuple(_kept(document, before) for document, _ in reading.documents),
        ErasableText.of(reading.text) if reading.text else None,
        ErasableText.of(reading.comment) if reading.comment else None,
        before.evidence if before else (),
    )
    groups = (reading.cells, reading.statuses, reading.documents)  # one of them, by the part's kind
    places = [place for group in groups for _, place in group]
    return Entry(reading.part.number, reading.place, figure, tuple(places))


def _kept(document: Document, before: Figure | None) -> Document:
    """With the day and the digest that are known of it, where title and link stayed the same."""
    known = before.documents if before else ()
    return next((d for d in known if (d.title, d.link) == (document.title, document.link)), document)


def _choice(name: str, text: str, known: Sequence[str]) -> Violation:
    return Violation(f"/{name}", "unknown_value", f"{text[:40]!r} is none of {', '.join(known)}.")


def located(entry: Entry, violation: Violation) -> str:
    """Where in the file what the domain finds wrong with a figure stands."""
    steps = violation.pointer.split("/")
    if len(steps) > 2 and steps[1] in ("cells", "statuses", "documents") and steps[2].isdigit():
        place = int(steps[2])
        return entry.places[place] if place < len(entry.places) else entry.place
    return entry.place
