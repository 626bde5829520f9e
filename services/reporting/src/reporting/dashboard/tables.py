"""Tables and pictures as the templates print them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reporting.dashboard.charts.theme import Spec


@dataclass(frozen=True, slots=True)
class Column:
    text: str
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """`note` stands below it in small letters; `tone` is a class of the stylesheet that says the same by colour. With
    `words` it stands on the left and may take several lines, as no figure does."""

    text: str
    strong: bool = False
    note: str = ""
    tone: str = ""
    words: bool = False

    @property
    def classes(self) -> str:
        """As the template writes them; "" for none."""
        found = ("strong" if self.strong else "", self.tone, "words" if self.words else "")
        return " ".join(name for name in found if name)


@dataclass(frozen=True, slots=True)
class Head:
    """A row's header; `note` stands behind it in small letters, `span` is the number of rows it is for."""

    text: str
    note: str = ""
    span: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    heads: Sequence[Head]
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """`total` is the last line; `address` is where a program reads the same figures, "" where it cannot."""

    caption: str
    columns: Sequence[Column]
    lines: Sequence[Line]
    address: str
    total: Line | None = None


@dataclass(frozen=True, slots=True)
class Sketch:
    """A picture to be drawn, twice: for wide and for narrow screens. `legend` explains its tick marks."""

    caption: str
    description: str
    wide: Spec
    narrow: Spec
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    caption: str
    legend: str
    wide: Markup
    narrow: Markup


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A picture (to be drawn or drawn already, None where there is nothing to draw) and the table of the same figures.
    `broad` stands them one above the other; `notes` follow the table."""

    sketch: Sketch | Picture | None
    table: Table
    notes: Sequence[str] = ()
    broad: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """`lead` says the main thing in a sentence."""

    anchor: str
    title: str
    lead: str
    exhibits: Sequence[Exhibit]
