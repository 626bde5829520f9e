"""The geometry of a flow in columns: how high each node is, where it stands, and where each stream runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

GAP = 16
"""Between two nodes of a column, for the second line of a label."""
LEAST = 1.5
"""So high is a stream at least: what flows can be seen."""


@dataclass(frozen=True, slots=True)
class Stream:
    """`amount` flows from one node to another, which stands in a later column."""

    source: str
    target: str
    amount: float


@dataclass(frozen=True, slots=True)
class Node:
    """`column` from 0; `amount` is what flows through it."""

    name: str
    column: int
    top: float
    height: float
    amount: float


@dataclass(frozen=True, slots=True)
class Band:
    """A stream as it is drawn: from `start` (top at the source) to `end` (top at the target), `height` all the way."""

    stream: Stream
    start: float
    end: float
    height: float


@dataclass(frozen=True, slots=True)
class Course:
    """The nodes in columns from above to below, and the streams between them."""

    nodes: Mapping[str, Node]
    bands: Sequence[Band]
    columns: int
    height: float


def course(columns: Sequence[Sequence[str]], streams: Sequence[Stream], height: float) -> Course:
    """Nodes keep the order they have in their columns; one that nothing flows through is left out. The fullest column
    takes the whole height, the others stand in its middle."""
    flowing = [stream for stream in streams if stream.amount > 0]
    amounts = _amounts(flowing)
    kept = [[name for name in column if amounts.get(name)] for column in columns]
    scale = _scale(kept, amounts, height)
    nodes = {node.name: node for number, column in enumerate(kept) for node in _column(number, column, amounts, scale)}
    lowest = max((node.top + node.height for node in nodes.values()), default=0.0)
    centred = _centred(nodes, kept, max(height, lowest))
    return Course(centred, _bands(flowing, centred), len(columns), max(height, lowest))


def _amounts(streams: Sequence[Stream]) -> dict[str, float]:
    """What flows through a node: what comes in or what goes out, whichever is more."""
    incoming: dict[str, float] = {}
    outgoing: dict[str, float] = {}
    for stream in streams:
        outgoing[stream.source] = outgoing.get(stream.source, 0) + stream.amount
        incoming[stream.target] = incoming.get(stream.target, 0) + stream.amount
    return {name: max(incoming.get(name, 0), outgoing.get(name, 0)) for name in {**incoming, **outgoing}}


def _scale(columns: Sequence[Sequence[str]], amounts: Mapping[str, float], height: float) -> float:
    """Pixels per unit: the same everywhere, so that heights can be compared."""
    scales = [
        (height - GAP * (len(column) - 1)) / total
        for column in columns
        if (total := sum(amounts[name] for name in column)) > 0
    ]
    return max(min(scales, default=0.0), 0.0)


def _column(number: int, names: Sequence[str], amounts: Mapping[str, float], scale: float) -> list[Node]:
    nodes, top = [], 0.0
    for name in names:
        height = max(amounts[name] * scale, LEAST)
        nodes.append(Node(name, number, top, height, amounts[name]))
        top += height + GAP
    return nodes


def _centred(nodes: Mapping[str, Node], columns: Sequence[Sequence[str]], height: float) -> dict[str, Node]:
    placed = {}
    for column in columns:
        bottom = max((nodes[name].top + nodes[name].height for name in column), default=0.0)
        for name in column:
            node = nodes[name]
            placed[name] = Node(name, node.column, node.top + (height - bottom) / 2, node.height, node.amount)
    return placed


def _bands(streams: Sequence[Stream], nodes: Mapping[str, Node]) -> list[Band]:
    """At each node from above to below in the order of what they lead to, so that they cross as little as can be."""
    starts, ends = {}, {}
    used = dict.fromkeys(nodes, 0.0)
    heights = {id(stream): _height(stream, nodes) for stream in streams}
    for stream in sorted(streams, key=lambda each: nodes[each.target].top):
        starts[id(stream)] = nodes[stream.source].top + used[stream.source]
        used[stream.source] += heights[id(stream)]
    used = dict.fromkeys(nodes, 0.0)
    for stream in sorted(streams, key=lambda each: nodes[each.source].top):
        ends[id(stream)] = nodes[stream.target].top + used[stream.target]
        used[stream.target] += heights[id(stream)]
    return [Band(stream, starts[id(stream)], ends[id(stream)], heights[id(stream)]) for stream in streams]


def _height(stream: Stream, nodes: Mapping[str, Node]) -> float:
    """By the source's scale, which is every node's."""
    source = nodes[stream.source]
    return source.height * stream.amount / source.amount
