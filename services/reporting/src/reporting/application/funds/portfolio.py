"""Projects that were active, by any keys: each counts once wherever one of its grants was active."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from common.kernel.periods import periods_between
from reporting.application.funds.counted import Counted, Key, every_key, weights
from reporting.application.funds.model import Everything, Grant, Project
from reporting.application.funds.questions import OUTSIDE, FundsQuestion
from reporting.application.funds.windows import Span, Window, named, shared
from reporting.application.questions import PERIODS, UNKNOWN

ACTIVE = (
    "A project counts where one of its grants was active on a day: from its start to its operational closure or "
    "cancellation. Approved and not yet started does not count."
)
SEVERAL = "One project may stand in several rows, so rows may add up to more than the total, which counts it once."


class Portfolio:
    """A grant that is still active is so until `today`."""

    def __init__(self, everything: Everything, question: FundsQuestion, today: date) -> None:
        self._projects = everything.projects
        self._question = question
        self._today = today

    def count(self, window: Window) -> Counted:
        found: defaultdict[Key, set[UUID]] = defaultdict(set)
        every: set[UUID] = set()
        spans = window.spans()
        for project in self._projects:
            for grant in project.grants:
                values = self._values(project, grant)
                active = [both for span in spans if (both := self._active(grant, span)) is not None]
                if not active or not all(values.values()):
                    continue
                every.add(project.id)
                for periods in self._periods(active):
                    for key in every_key(self._question.by, {**values, **periods}):
                        found[key].add(project.id)
        return Counted({key: Decimal(len(ids)) for key, ids in found.items()}, Decimal(len(every)))

    def write(self, value: Decimal, _: Mapping[str, str]) -> int:
        return int(value)

    def remarks(self) -> Iterable[str]:
        yield ACTIVE
        if self._question.by and self._question.by != ("project",):
            yield SEVERAL

    def _active(self, grant: Grant, span: Span) -> Span | None:
        if grant.started_on is None:
            return None
        end = grant.closed_on or max(self._today, grant.started_on)
        return shared((grant.started_on, max(end, grant.started_on)), span)

    def _periods(self, active: Iterable[Span]) -> Iterator[dict[str, list[str]]]:
        finest = self._question.finest_period
        if finest is None:
            yield {}
            return
        for span in active:
            for period in periods_between(*span, finest):
                yield {name: [named(period.start, name)] for name in PERIODS if name in self._question.by}

    def _values(self, project: Project, grant: Grant) -> dict[str, list[str]]:
        """Those that are wanted, of every key that is asked about; none where a filter is not met."""
        told = {
            "project": [str(project.id)],
            "mechanism": [grant.mechanism],
            "call": [str(grant.call or OUTSIDE)],
            "organisation": list(grant.organisations) or [UNKNOWN],
            "jurisdiction": list(weights(grant.jurisdictions)),
            "goal": list(weights(grant.goals)),
            "kpi": list(grant.kpis) or [UNKNOWN],
        }
        return {
            name: [value for value in values if self._question.wanted(name, value)]
            for name, values in told.items()
            if name in self._question.asked
        }
