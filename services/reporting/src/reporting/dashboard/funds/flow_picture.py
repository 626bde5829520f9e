"""Draws a flow in columns as SVG, for Vega-Lite has no such picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reporting.dashboard.charts.theme import BLUE, FONT, HALO, INK, RAMP, UNREPORTED
from reporting.dashboard.funds.streams import Band, Course, Node, Stream, course

BAR = 12
EDGE = 9
"""Above and below, for the letters of the outermost labels."""
MARGINS = {True: (218, 218), False: (52, 56)}
"""Before the first column and behind the last, where their labels stand: on wide and on narrow screens."""
SHORT = 7
"""So many letters have room between two columns on a narrow screen."""
ROOM = {True: 34, False: 27}
"""Of height for each node of the fullest column."""
LETTERS = {True: 12, False: 11}


@dataclass(frozen=True, slots=True)
class Label:
    """`text` stands at the node of a wide picture, with the amount; `short` at that of a narrow one. `aside`: drawn in
    grey, for it is no money of a project."""

    text: str
    short: str
    amount: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """What is to be drawn. Nodes stand in `columns` by keys that `labels` explains."""

    columns: Sequence[Sequence[str]]
    streams: Sequence[Stream]
    labels: Mapping[str, Label]


def drawn(flow: Flow, width: int, description: str, *, wide: bool) -> Markup:
    """One image with that description."""
    most = max((len(column) for column in flow.columns), default=1)
    placed = course(flow.columns, flow.streams, most * ROOM[wide] + (120 if wide else 60))
    height = round(placed.height) + 2 * EDGE
    canvas = _Canvas(flow, placed, width, wide=wide)
    opening = Markup(
        '<svg role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" '
        'viewBox="0 -{} {} {}" font-family="{}" font-size="{}">'
    ).format(description, width, height, EDGE, width, height, FONT, LETTERS[wide])
    return Markup("").join([opening, *canvas.bands(), *canvas.bars(), *canvas.texts(), Markup("</svg>")])


class _Canvas:
    """Where the columns stand, and what is drawn there."""

    def __init__(self, flow: Flow, placed: Course, width: int, *, wide: bool) -> None:
        self._flow, self._placed, self._wide = flow, placed, wide
        self._left, right = MARGINS[wide]
        self._last = placed.columns - 1
        self._step = (width - self._left - right - BAR) / max(self._last, 1)

    def bands(self) -> Iterator[Markup]:
        for band in self._placed.bands:
            aside = self._flow.labels[band.stream.target].aside or self._flow.labels[band.stream.source].aside
            colour = UNREPORTED if aside else RAMP[3]
            yield Markup('<path fill="{}" fill-opacity="{}" d="{}"/>').format(
                colour, "0.3" if aside else "0.55", self._path(band)
            )

    def bars(self) -> Iterator[Markup]:
        for node in self._placed.nodes.values():
            colour = UNREPORTED if self._flow.labels[node.name].aside else BLUE
            yield Markup('<rect fill="{}" x="{:.1f}" y="{:.1f}" width="{}" height="{:.1f}"/>').format(
                colour, self._x(node), node.top, BAR, node.height
            )

    def texts(self) -> Iterator[Markup]:
        for node in self._placed.nodes.values():
            label = self._flow.labels[node.name]
            first = node.column == 0
            yield Markup(
                '<text fill="{}" stroke="{}" stroke-width="3" stroke-opacity="0.65" paint-order="stroke" '
                'x="{:.1f}" y="{:.1f}" dy="0.35em" text-anchor="{}">{}</text>'
            ).format(
                INK,
                HALO,
                self._x(node) - 5 if first else self._x(node) + BAR + 5,
                node.top + node.height / 2,
                "end" if first else "start",
                self._told(label, between=0 < node.column < self._last),
            )

    def _told(self, label: Label, *, between: bool) -> Markup:
        if not self._wide:
            cut = between and len(label.short) > SHORT
            return Markup("{}").format(f"{label.short[: SHORT - 1]}…" if cut else label.short)
        return Markup('{} <tspan font-weight="bold">{}</tspan>').format(label.text, label.amount)

    def _x(self, node: Node) -> float:
        return self._left + node.column * self._step

    def _path(self, band: Band) -> str:
        """Level where it leaves and where it arrives."""
        nodes = self._placed.nodes
        left, right = self._x(nodes[band.stream.source]) + BAR, self._x(nodes[band.stream.target])
        middle = (left + right) / 2
        below_start, below_end = band.start + band.height, band.end + band.height
        return (
            f"M{left:.1f} {band.start:.1f}C{middle:.1f} {band.start:.1f} {middle:.1f} {band.end:.1f} "
            f"{right:.1f} {band.end:.1f}V{below_end:.1f}C{middle:.1f} {below_end:.1f} {middle:.1f} {below_start:.1f} "
            f"{left:.1f} {below_start:.1f}Z"
        )
