"""How far a figure has come from its baseline to its target, and in which band that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from common.kernel.numbers import plain
from common.kernel.periods import Period

Direction = Literal["higher", "lower", "neutral"]

_TENTH, _THOUSANDTH = Decimal("0.1"), Decimal("0.001")


@dataclass(frozen=True, slots=True)
class ProgressBand:
    """A band from that percentage of the way on."""

    code: str
    label: str
    from_percent: Decimal


@dataclass(frozen=True, slots=True)
class Progress:
    """`percent` of the way from baseline to target, rounded half up to one decimal; None where it cannot be said, and
    then `code` says why: no_value, no_baseline, no_target, neutral. `explanation` is for people."""

    code: str
    label: str
    percent: Decimal | None
    explanation: str


SCALED = "The baseline is taken for a period of the same length."
AWAY = ("away", "Away from the target")
IMPROVED, WORSENED, UNCHANGED = ("improved", "Improved"), ("worsened", "Worsened"), ("unchanged", "Unchanged")


def assess(
    direction: Direction,
    value: Decimal | None,
    baseline: Decimal | None,
    target: Decimal | None,
    bands: Sequence[ProgressBand],
    *,
    scaled: bool = False,
) -> Progress:
    """With a target, by `bands` (from the highest); without one, better or worse than the baseline; no judgement where
    neither direction is progress. `scaled`: the baseline comes from `for_length`, which the explanation then says."""
    found = _assessed(direction, value, baseline, target, bands)
    return replace(found, explanation=f"{found.explanation} {SCALED}") if scaled and baseline is not None else found


def for_length(baseline: Decimal | None, of: str, period: str) -> Decimal | None:
    """What happened in the baseline period, as much as falls on a period of that length: half of a year's figure for a
    half-year. Not for what there is at the end of a period, nor for shares."""
    months, whole = Period.parse(period).months, Period.parse(of).months
    if baseline is None or months == whole:
        return baseline
    return (baseline * months / whole).quantize(_THOUSANDTH, ROUND_HALF_UP)


def _assessed(
    direction: Direction,
    value: Decimal | None,
    baseline: Decimal | None,
    target: Decimal | None,
    bands: Sequence[ProgressBand],
) -> Progress:
    if value is None:
        return Progress("no_value", "No value", None, "Nothing is reported to assess.")
    if direction == "neutral":
        return Progress("neutral", "Not assessed", None, "Neither more nor less of it is progress.")
    if baseline is None:
        return Progress("no_baseline", "No baseline", None, "The baseline period has no value to compare with.")
    if target is None or target == baseline:
        return _by_direction(direction, value, baseline)
    percent = ((value - baseline) * 100 / (target - baseline)).quantize(_TENTH, ROUND_HALF_UP)
    band = next((band for band in bands if percent >= band.from_percent), None)
    code, label = (band.code, band.label) if band else AWAY
    way = f"{plain(value)} is {plain(percent)} % of the way from {plain(baseline)} to {plain(target)}"
    least = f"{label} begins at {plain(band.from_percent)} %" if band else "that is away from it"
    return Progress(code, label, percent, f"{way}; {least}.")


def _by_direction(direction: Direction, value: Decimal, baseline: Decimal) -> Progress:
    """No target is set: whether it moved the right way."""
    if value == baseline:
        code, label = UNCHANGED
    else:
        code, label = IMPROVED if (value > baseline) == (direction == "higher") else WORSENED
    why = f"{plain(value)} after {plain(baseline)} in the baseline period; {direction} is progress, no target is set."
    return Progress(code, label, None, why)
