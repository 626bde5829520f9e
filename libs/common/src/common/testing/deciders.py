"""The language of decider tests: given(decider, *events).when(command).then(*events)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pytest

from common.kernel.decider import Decider, Decision
from common.kernel.errors import DomainError, Violation

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Given(Generic[C, S, E]):
    """A state, reached through its events."""

    decider: Decider[C, S, E]
    state: S

    def when(self, command: C) -> When[C, S, E]:
        """Decides at once; what comes of it is asserted by the methods of the answer."""
        try:
            decision: Decision[E] | DomainError = self.decider.decide(command, self.state)
        except DomainError as error:
            decision = error
        return When(self, decision)


@dataclass(frozen=True, slots=True)
class When(Generic[C, S, E]):
    """What a command led to: a decision, or the error that refused it."""

    given: Given[C, S, E]
    result: Decision[E] | DomainError

    def then(self, *events: E) -> When[C, S, E]:
        """Exactly these events, in order (none: nothing changes)."""
        assert self.decision.events == events
        return self

    def warned(self, *codes: str) -> When[C, S, E]:
        """Warnings with exactly these codes, in order."""
        assert tuple(warning.code for warning in self.decision.warnings) == codes
        return self

    def refused(self, error: type[DomainError], *codes: str, pointer: str | None = None) -> tuple[Violation, ...]:
        """The command was refused with `error`; where codes are given, with these; gives the violations."""
        assert isinstance(self.result, error), f"expected {error.__name__}, got {self.result!r}"
        if codes:
            assert tuple(violation.code for violation in self.result.violations) == codes
        if pointer is not None:
            assert pointer in [violation.pointer for violation in self.result.violations]
        return self.result.violations

    @property
    def decision(self) -> Decision[E]:
        if isinstance(self.result, DomainError):
            pytest.fail(f"refused: {self.result!r} {self.result.violations}")
        return self.result

    @property
    def state(self) -> Any:
        """The state after the events, for what only the state tells."""
        return self.given.decider.fold(self.decision.events, self.given.state)

    def and_when(self, command: C) -> When[C, S, E]:
        """The next command, on the state that this one left."""
        return Given(self.given.decider, self.state).when(command)


def given(decider: Decider[C, S, E], *events: E) -> Given[C, S, E]:
    """The state after `events` in stream order (none: the initial one)."""
    return Given(decider, decider.fold(events))
