"""Deciders: how a state folds from events, and which events a command leads to. Both pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from common.kernel.errors import Violation

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Decision(Generic[E]):
    """What a command leads to: new events in order (none: nothing changes), and warnings."""

    events: tuple[E, ...] = ()
    warnings: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class Decider(Generic[C, S, E]):
    """`decide` raises `DomainError` where the command is refused; `evolve` never refuses a stored event."""

    initial: S
    evolve: Callable[[S, E], S]
    decide: Callable[[C, S], Decision[E]]

    def fold(self, events: Iterable[E], state: S | None = None) -> S:
        """The state after `events` in stream order, from `state` or the initial one."""
        current = self.initial if state is None else state
        for event in events:
            current = self.evolve(current, event)
        return current
