"""What some lines said when they were first pushed: first reports are often vaguer than what is known later."""

from __future__ import annotations

from collections.abc import Sequence

from embedded.sample_feed.generate import Line

_EVERY = 60  # one line in so many was corrected later
_CATEGORIES = ("criminal_context", "public_dispute", "weapon_seizure")


def first_versions(lines: Sequence[Line]) -> list[Line]:
    """Some of `lines`, those that were corrected after their first report, as they read before."""
    chosen = [line for line in lines if line.body["category"] in _CATEGORIES][::_EVERY]
    return [_vaguer(line, nth) for nth, line in enumerate(chosen)]


def _vaguer(line: Line, nth: int) -> Line:
    """Without its weapons, or without its persons, or told under another category."""
    body = {**line.body, "narrative": f"{line.body['narrative']} First report."}
    if nth % 3 == 0:
        body.pop("weapons", None)
    elif nth % 3 == 1:
        body.pop("persons", None)
        body.pop("casualties", None)
    else:
        body["category"] = "undetermined_shooting"
    return Line(line.agency, body)
