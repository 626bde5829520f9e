"""What bodies of several kinds keep: amounts, days, shares, budgets. Each gives the violations it finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from common.kernel.errors import Violation
from common.kernel.money import MINOR_UNITS, ZERO, is_exact, rounded, written
from funds.domain import errors
from funds.domain.values import CATEGORIES, INDIRECT, Plan, Quantity, Share, total

LARGEST = Decimal(10) ** 15
HUNDRED = Decimal(100)
FINEST_SHARE = Decimal("0.000001")


def require(violations: Iterable[Violation]) -> None:
    """Raises `InvalidInput`, where there are any."""
    if found := list(violations):
        raise errors.InvalidInput("", *found)


def amount(value: Decimal, currency: str, pointer: str, *, signed: bool = False) -> Iterator[Violation]:
    if currency not in MINOR_UNITS:
        return
    if not signed and value <= 0:
        yield Violation(pointer, "not_positive", "An amount is more than 0; a fact that was wrong is reversed.")
    if signed and not value:
        yield Violation(pointer, "not_positive", "An amount of nothing is no fact.")
    if abs(value) >= LARGEST:
        yield Violation(pointer, "too_large", f"An amount is less than {LARGEST:f}.")
    elif not is_exact(value, currency):
        digits = MINOR_UNITS[currency]
        yield Violation(pointer, "too_many_decimals", f"{currency} has {digits} digits after the point.")


def currency(code: str, pointer: str) -> Iterator[Violation]:
    if code not in MINOR_UNITS:
        detail = f"{code[:10]!r} is none of the currencies known here: {', '.join(MINOR_UNITS)}."
        yield Violation(pointer, "currency_unknown", detail)


def span(start: date, end: date | None, pointer: str = "/end") -> Iterator[Violation]:
    if end is not None and end < start:
        yield Violation(pointer, "span_reversed", f"The end {end} lies before the start {start}.")


def unique(values: Sequence[object], pointer: str, what: str) -> Iterator[Violation]:
    for n, value in enumerate(values):
        if value in values[:n]:
            yield Violation(f"{pointer}/{n}", "repeated", f"This {what} stands here twice.")


def shares(given: Sequence[Share], pointer: str) -> Iterator[Violation]:
    yield from unique([each.code for each in given], pointer, "code")
    for n, share in enumerate(given):
        if not 0 < share.percent <= HUNDRED:
            yield Violation(f"{pointer}/{n}/percent", "share_out_of_range", "A share is more than 0 and at most 100.")
    together = total(each.percent for each in given)
    if given and together != HUNDRED:
        yield Violation(pointer, "shares_not_whole", f"Shares add up to 100, not {together:f}.")


def equal_shares(codes: Sequence[str]) -> tuple[Share, ...]:
    """Of 100, so fine that money of any usual size falls in equal parts to the cent; what rounding leaves goes to the
    first ones."""
    if not codes:
        return ()
    each = (HUNDRED / len(codes)).quantize(FINEST_SHARE, ROUND_FLOOR)
    more = int((HUNDRED - each * len(codes)) / FINEST_SHARE)
    return tuple(Share(code, each + FINEST_SHARE if n < more else each) for n, code in enumerate(codes))


def plan(given: Plan, base: str, pointer: str = "") -> Iterator[Violation]:
    yield from span(given.start, given.end, f"{pointer}/end")
    yield from shares(given.jurisdictions, f"{pointer}/jurisdictions")
    yield from shares(given.goals, f"{pointer}/goals")
    yield from unique(given.kpis, f"{pointer}/kpis", "KPI")
    offices = {office.organisation for office in given.offices}
    yield from unique([(line.organisation, line.category) for line in given.budget], f"{pointer}/budget", "line")
    for n, line in enumerate(given.budget):
        at = f"{pointer}/budget/{n}"
        if line.category not in CATEGORIES:
            yield Violation(f"{at}/category", "category_unknown", "A category is a number from 1 to 8.")
        if line.organisation not in offices:
            detail = (
                f"{line.organisation[:40]} has no office in this plan; the offices are of {', '.join(sorted(offices))}."
            )
            yield Violation(f"{at}/organisation", "organisation_without_office", detail)
        yield from amount(line.amount, base, f"{at}/amount")
    budgeted = {line.organisation for line in given.budget}
    for organisation in sorted(offices - budgeted) if given.budget else ():
        yield Violation(f"{pointer}/budget", "budget_missing", f"There is no budget line of {organisation}.")


def indirect_costs(given: Plan, cap: Decimal, base: str, pointer: str = "") -> Iterator[Violation]:
    """At most `cap` percent of the sum of the other categories, rounded half up, for each organisation."""
    for part in given.of_organisations():
        lines = [(n, line) for n, line in enumerate(given.budget) if line.organisation == part.organisation]
        direct = total(line.amount for _, line in lines if line.category != INDIRECT)
        most = rounded(direct * cap / HUNDRED, base)
        for n, line in lines:
            if line.category == INDIRECT and line.amount > most:
                detail = (
                    f"Indirect costs of {part.organisation} are at most {cap:f} % of its direct costs "
                    f"{written(direct, base)}: {written(most, base)}, not {written(line.amount, base)}."
                )
                yield Violation(f"{pointer}/budget/{n}/amount", errors.IndirectCostsTooHigh.code, detail)


def fundable(given: Plan, base: str, cap: Decimal, eligible: Sequence[str], pointer: str) -> Iterator[Violation]:
    """What a plan must be for a fund to be asked for it: with a budget, of organisations that take part in the fund."""
    yield from plan(given, base, pointer)
    yield from indirect_costs(given, cap, base, pointer)
    if not given.budget:
        yield Violation(f"{pointer}/budget", "budget_missing", "What a fund is asked for has a budget.")
    for n, office in enumerate(given.offices):
        if office.organisation not in eligible:
            known = ", ".join(eligible) or "none"
            detail = f"{office.organisation[:40]} takes no part in the fund; {known} may propose."
            yield Violation(f"{pointer}/offices/{n}/organisation", errors.NotEligible.code, detail)


def quantities(given: Sequence[Quantity], pointer: str) -> Iterator[Violation]:
    yield from unique([(q.what, q.unit, q.sex, q.jurisdiction) for q in given], pointer, "quantity")
    for n, each in enumerate(given):
        if each.quantity < ZERO or each.quantity >= LARGEST:
            yield Violation(f"{pointer}/{n}/quantity", "out_of_range", "A quantity is not negative.")
        if each.unit in ("participants", "pieces", "items", "storages") and each.quantity % 1:
            yield Violation(f"{pointer}/{n}/quantity", "not_whole", f"{each.unit} are counted in whole numbers.")
