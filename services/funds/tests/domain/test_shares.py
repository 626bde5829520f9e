"""Shares add up to the whole, and so does what is split by them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from common.kernel.errors import Violation
from common.kernel.money import MINOR_UNITS, rounded, split, step
from funds.domain.checks import FINEST_SHARE, equal_shares, shares
from funds.domain.values import Share

codes = st.integers(1, 200).map(lambda count: [f"c{n}" for n in range(count)])
currencies = st.sampled_from(sorted(MINOR_UNITS))
percents = st.lists(st.integers(1, 10_000), min_size=1, max_size=12)


@given(codes)
def test_equal_shares_are_equal_and_a_hundred(names: list[str]) -> None:
    told = equal_shares(names)
    assert list(shares(told, "/shares")) == []
    assert sum(share.percent for share in told) == 100
    assert max(s.percent for s in told) - min(s.percent for s in told) <= FINEST_SHARE


@given(st.integers(1, 12), st.integers(1, 10**9))
def test_money_falls_in_equal_parts_to_the_cent(count: int, cents: int) -> None:
    weights = [share.percent for share in equal_shares([str(n) for n in range(count)])]
    parts = split(Decimal(cents).scaleb(-2), weights, "USD")
    assert max(parts) - min(parts) <= Decimal("0.01") + Decimal(cents).scaleb(-2) * FINEST_SHARE / 100


@given(st.integers(0, 10**15), percents, currencies)
def test_what_is_split_adds_up_and_each_part_is_within_a_minor_unit_of_its_share(
    units: int, weights: list[int], currency: str
) -> None:
    amount = units * step(currency)
    parts = split(amount, [Decimal(weight) for weight in weights], currency)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert part == rounded(part, currency)
        assert abs(part - amount * weight / sum(weights)) < step(currency)


def test_shares_that_do_not_add_up_are_refused_with_what_they_add_up_to() -> None:
    found: list[Violation] = list(shares((Share("AL", Decimal("33.33")), Share("RS", Decimal("66.66"))), "/goals"))
    assert [(each.pointer, each.code) for each in found] == [("/goals", "shares_not_whole")]
    assert "99.99" in found[0].detail
