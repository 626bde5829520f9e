"""The errors a domain raises, named after the rule that was broken.

    DomainError                 something the caller can mend
    ├── RuleBroken              the input breaks a rule of the field            (422)
    ├── NotAllowed              this actor may not do this                      (403)
    ├── NotFound                there is no such thing                          (404)
    ├── InConflict              the present state does not admit it             (409)
    └── StaleVersion            the version the caller named is not the present (412)

Only `common.http.problems` knows status codes; the numbers above are for the reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong, or worth a warning.

    `pointer` is a JSON pointer into the body that was sent ("/persons/0/age", "" for the whole);
    `code` is stable and for programs; `detail` says to a person what is wrong and how to mend it.
    """

    pointer: str
    code: str
    detail: str

    def below(self, prefix: str) -> Violation:
        """The same violation, its pointer moved below `prefix`."""
        return Violation(f"{prefix}{self.pointer}", self.code, self.detail)


class DomainError(Exception):
    """Base of what a domain refuses. `code` names the rule; `violations` say where."""

    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "The request was refused"

    def __init__(self, detail: str = "", *violations: Violation) -> None:
        self.detail = detail or _in_one_line(violations) or self.title
        super().__init__(self.detail)
        self.violations = violations or (Violation("", self.code, self.detail),)


class RuleBroken(DomainError):
    code = "rule_broken"
    title = "The input breaks a rule"


class NotAllowed(DomainError):
    code = "not_allowed"
    title = "Not allowed"


class NotFound(DomainError):
    code = "not_found"
    title = "Not found"


class InConflict(DomainError):
    code = "conflict"
    title = "The present state does not admit this"


class StaleVersion(DomainError):
    code = "stale_version"
    title = "It has changed since you read it"


def _in_one_line(violations: tuple[Violation, ...]) -> str:
    """The first of them, and how many more there are."""
    more = len(violations) - 1
    return violations[0].detail + (f" (and {more} more)" if more else "") if violations else ""
