"""A fund's money by organisation, project, category, jurisdiction or goal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, Protocol
from uuid import UUID

from common.kernel.money import ZERO, split, written
from funds.domain import project_state
from funds.domain.balances import GrantMoney, expenditure_in_force, grant_money
from funds.domain.fund_state import State
from funds.domain.values import Share

By = Literal["organisation", "project", "category", "jurisdiction", "goal"]
MEASURES = ("approved", "transferred", "refunded", "net_funded", "expenditure")


class Row(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def state(self) -> project_state.State: ...


def breakdown(state: State, projects: Sequence[Row], by: By, on: date) -> list[dict[str, Any]]:
    """Rows by key, in the order in which keys first appear; approved is less what was released."""
    if by == "category":
        return _categories(state, on)
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for project in projects:
        for grant in project.state.grants:
            for organisation, money in grant_money(state, grant.id, on).items():
                for key, share in _keys(by, project.id, organisation, grant.plan_on(on)):
                    _add(sums[key], money, share, state.currency)
    return [_row(key, of, state.currency) for key, of in sums.items()]


Part = tuple[int, Sequence[Share]]
"""Which of the shares a key has."""


def _keys(by: By, project: UUID, organisation: str, plan: Any) -> Iterator[tuple[str, Part | None]]:
    match by:
        case "organisation":
            yield organisation, None
        case "project":
            yield str(project), None
        case "jurisdiction":
            for n, share in enumerate(plan.jurisdictions):
                yield share.code, (n, plan.jurisdictions)
        case _:
            for n, share in enumerate(plan.goals):
                yield share.code, (n, plan.goals)
            if not plan.goals:
                yield "none", None


def _add(of: dict[str, Decimal], money: GrantMoney, part: Part | None, currency: str) -> None:
    amounts = {
        "approved": money.granted,
        "transferred": money.transferred,
        "refunded": money.refunded,
        "expenditure": money.expenditure,
    }
    for measure, amount in amounts.items():
        of[measure] += amount if part is None else _shared(amount, part, currency)
    of["net_funded"] = of["transferred"] - of["refunded"]


def _shared(amount: Decimal, part: Part, currency: str) -> Decimal:
    n, shares = part
    return split(amount, [share.percent for share in shares], currency)[n]


def _categories(state: State, on: date) -> list[dict[str, Any]]:
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for spent in expenditure_in_force(state, on):
        for line in spent.lines:
            sums[line.category] += line.amount
    return [{"key": str(c), "expenditure": written(sums[c], state.currency)} for c in sorted(sums)]


def _row(key: str, of: dict[str, Decimal], currency: str) -> dict[str, Any]:
    row: dict[str, Any] = {"key": key, **{measure: written(of[measure], currency) for measure in MEASURES}}
    return {**row, "delivery_rate": delivery_rate(of["expenditure"], of["net_funded"])}


def delivery_rate(expenditure: Decimal, net_funded: Decimal) -> str | None:
    """In percent, rounded half up to one decimal; None where nothing was funded."""
    if net_funded <= 0:
        return None
    return f"{(expenditure * 100 / net_funded).quantize(Decimal('0.1'), ROUND_HALF_UP)}"
