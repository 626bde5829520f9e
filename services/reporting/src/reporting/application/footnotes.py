"""What stands below an answer, so that it is not misread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from common.reference.pack import Pack
from reporting.application.answers import Footnote
from reporting.application.comparisons import Key
from reporting.application.questions import MULTI_VALUED, UNKNOWN, Question

COUNTED = "Unverified and disputed incidents count; duplicates and retracted incidents do not."
TOO_COARSE = "Incidents whose date is too coarse for the period asked for stand under unknown."
MULTIPLE = "One incident may stand in several rows, so rows may add up to more than the total, which counts it once."
UNITS = "Different units are never added: there is no total of several."
RATES = "Rates are per 100,000 inhabitants, by the population of the year or the nearest earlier one that is known."


def footnotes(
    pack: Pack, publishers: Iterable[str], question: Question, members: Sequence[str], keys: Sequence[Key]
) -> Iterator[Footnote]:
    """Those of the members' names first, by publisher."""
    for publisher in publishers:
        for code in members:
            if text := pack.jurisdictions[code].footnotes.get(publisher):
                yield Footnote(text, code)
    yield Footnote(COUNTED)
    if question.finest_period and any(UNKNOWN in key for key in keys):
        yield Footnote(TOO_COARSE)
    if not MULTI_VALUED.isdisjoint(question.by):
        yield Footnote(MULTIPLE)
    if question.measure == "seized_items" and "unit" in question.by:
        yield Footnote(UNITS)
    if question.per is not None:
        yield Footnote(f"{RATES} {_sources(pack, members)}")


def _sources(pack: Pack, members: Sequence[str]) -> str:
    """Where the populations come from, as the pack says it, once each."""
    named = {population.source: None for code in members for population in pack.jurisdictions[code].populations}
    return f"Populations: {' | '.join(named)}." if named else "No population is known."
