"""The projects of all contributors: those named, and as many illustrative ones as make the printed 36 and 42."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from embedded.funds import instruments, window
from embedded.funds.projects import PROJECTS

CODE = "OTHERS"
NAME = "Projects of other contributors (illustrative)"
ORGANISATIONS = ("Illustrative contributor A", "Illustrative contributor B", "Illustrative contributor C")
COUNTS = {2019: 36, 2020: 42}
"""Initiated or ongoing (line 43)."""
_JURISDICTIONS = ("AL", "BA", "ME", "MK", "RS", "XK", "regional")
_ENDED_IN_2019, _BEGAN_IN_2020, _ALL = 3, 3, 26
_BEGAN, _BEGAN_LATER = date(2018, 6, 1), date(2020, 3, 2)
_ENDED, _ENDS = date(2019, 10, 31), date(2021, 12, 31)


@dataclass(frozen=True, slots=True)
class Illustrative:
    """A made-up project; no title, sum or organisation stands for a real one."""

    key: str
    title: str
    organisation: str
    jurisdiction: str
    goal: str
    starts: date
    ends: date
    closed: date | None


def _illustrative(n: int) -> Illustrative:
    ended, later = n <= _ENDED_IN_2019, n > _ALL - _BEGAN_IN_2020
    return Illustrative(
        f"ILLUSTRATIVE-{n:02}",
        f"Illustrative project {n}",
        ORGANISATIONS[n % len(ORGANISATIONS)],
        _JURISDICTIONS[n % len(_JURISDICTIONS)],
        str(1 + n % 7),
        _BEGAN_LATER if later else _BEGAN,
        _ENDED if ended else _ENDS,
        _ENDED if ended else None,
    )


ILLUSTRATIVE = tuple(_illustrative(n) for n in range(1, _ALL + 1))


def active(year: int) -> set[str]:
    """Keys of the projects of which a grant was active on a day of the year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return {key for key, starts, closed in _grants() if starts <= last and (closed is None or closed >= first)}


def _grants() -> Iterator[tuple[str, date, date | None]]:
    """Every grant: its project, its start and its operational closure."""
    yield from ((project.key, project.starts, None) for project in PROJECTS)
    yield from ((project.key, project.starts, project.closed) for project in window.PROJECTS)
    yield from ((each.code, each.starts, each.closed) for each in instruments.INSTRUMENTS)
    yield from ((each.key, each.starts, each.closed) for each in ILLUSTRATIVE)
