"""Whatever is asked of a fund, in whatever order and for whatever day: its money can be counted again from the log, no
decision takes what is not there, and a shortfall has a name."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

import funds_recount as recount
from funds_machine import EARMARKS, GRANTS, ORGANISATIONS, PROJECT, PROMISES, START, WHY, SmallFund, cents, day, noted
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from common.kernel.errors import DomainError
from common.kernel.money import ZERO
from funds.domain import commands as c
from funds.domain import events as e
from funds.domain import values as v
from funds.domain.balances import Balances
from funds.domain.exceptions import Key, open_shortfalls
from funds.domain.fund import decider
from funds.domain.ledger import imbalance, postings
from funds.domain.statement import statement

DAYS = 12
on_day = st.integers(0, DAYS).map(day)
few = st.integers(1, 9).map(cents)
much = st.integers(1, 40_000).map(cents)
amounts = st.one_of(few, much, st.just(cents(10_000)))
wrong = st.sampled_from([ZERO, cents(-1), Decimal("0.001"), Decimal(10) ** 16])
any_amount = st.one_of(amounts, amounts, amounts, wrong)
a_cent = st.sampled_from([-1, 0, 0, 0, 1])
grants = st.integers(0, len(GRANTS) - 1)
organisations = st.sampled_from(ORGANISATIONS)
some_draws = st.dictionaries(st.sampled_from(EARMARKS), any_amount, max_size=2)
ENTRIES: tuple[e.EntryKind, ...] = (
    "interest_fund",
    "interest_organisations",
    "rounding",
    "direct_costs",
    "bank_charges",
    "donor_refunds",
)
RESERVATION_LINES = ("approved_by_organisation", "released_by_organisation", "transfers")


class MoneyInAnyOrder(RuleBasedStateMachine):
    governance: e.Governance = "committee"

    def __init__(self) -> None:
        super().__init__()
        self.fund = SmallFund(governance=self.governance)

    def _asked(self, command: c.FundCommand) -> Any:
        """Done or refused; what was done can have changed no day before its own."""
        before = self._past()
        done = self.fund.do(command)
        if isinstance(done, DomainError):
            noted(f"{type(command).__name__} refused: {done.code}")
            return done
        noted(f"{type(command).__name__} done")
        for happened in done:
            assert happened.on == command.on
            self._checked_against(before, happened)
        return done

    def _past(self) -> dict[Any, Any]:
        return {last: self._told(last) for last in map(day, range(DAYS))}

    def _told(self, last: Any) -> Any:
        balances = Balances(self.fund.now)
        return {earmark: balances.at(last, earmark) for earmark in (None, *EARMARKS)}

    def _checked_against(self, before: dict[Any, Any], happened: Any) -> None:
        for last, told in before.items():
            if last < happened.on:
                assert self._told(last) == told, last

    @initialize(steps=st.integers(0, 12), seed=st.randoms(use_true_random=False))
    def begin(self, steps: int, seed: Random) -> None:
        for promise in range(len(PROMISES)):
            self.deposit(promise, cents(30_000), cents(30_000), day(seed.randrange(DAYS // 2)))
        self.go_on(steps, seed)

    @rule(steps=st.integers(1, 6), seed=st.randoms(use_true_random=False))
    def go_on(self, steps: int, seed: Random) -> None:
        """The way that money is meant to go, days and amounts as they come: without it little would go far."""
        for _ in range(steps):
            grant, organisation = seed.randrange(len(GRANTS)), seed.choice(ORGANISATIONS)
            when = day(seed.randrange(DAYS + 1))
            match seed.randrange(6):
                case 0 | 1:
                    self._reserved(grant, {name: cents(seed.randint(1, 2_000)) for name in ORGANISATIONS}, (), when)
                    self.reserve_much(grant, seed.randint(1, 4), seed.choice([-1, 0, 0, 1]), organisation, when)
                case 2 | 3:
                    self.transfer_much(grant, organisation, seed.randint(1, 3), seed.choice([-1, 0, 0, 1]), when)
                case 4:
                    self.release(grant, "reduced", seed.choice([None, cents(seed.randint(1, 9))]), when)
                case _:
                    self.refund(grant, organisation, cents(seed.randint(1, 900)), when)

    @rule(promise=st.sampled_from(range(len(PROMISES))), amount=any_amount, credited=any_amount, when=on_day)
    def deposit(self, promise: int, amount: Decimal, credited: Decimal, when: Any) -> None:
        same = PROMISES[promise][1] == "USD"
        command = c.ReceiveDeposit(
            self.fund.new_id(),
            self.fund.now.commitments[promise].id,
            credited if same else amount,
            PROMISES[promise][1],
            credited,
            when,
        )
        self._asked(command)

    @rule(kind=st.sampled_from(ENTRIES), amount=any_amount, promise=st.sampled_from(range(4)), when=on_day)
    def entry(self, kind: e.EntryKind, amount: Decimal, promise: int, when: Any) -> None:
        back = self.fund.now.commitments[promise].id if kind == "donor_refunds" else None
        party = "UNDP" if kind == "interest_organisations" else None
        self._asked(c.RecordEntry(self.fund.new_id(), kind, amount, party, back, when, WHY))

    @rule(n=st.integers(0, 5), part=st.integers(1, 4), received=any_amount, when=on_day)
    def convert(self, n: int, part: int, received: Decimal, when: Any) -> None:
        if deposits := self.fund.now.deposits:
            deposit = deposits[n % len(deposits)]
            amount = (deposit.amount / part).quantize(cents(1))
            self._asked(c.ConvertCash(self.fund.new_id(), deposit.id, amount, received, when))

    @rule(grant=grants, first=any_amount, second=st.none() | any_amount, draws=some_draws, when=on_day)
    def reserve(
        self, grant: int, first: Decimal, second: Decimal | None, draws: dict[v.Earmark, Decimal], when: Any
    ) -> None:
        parts = {"UNDP": first} | ({} if second is None else {"UNODC": second})
        needs = tuple(v.Draw(*each) for each in draws.items())
        self._reserved(grant, parts, needs, when)

    @rule(
        grant=grants,
        of=st.integers(1, 4),
        over=a_cent,
        organisation=organisations,
        when=on_day,
    )
    def reserve_much(self, grant: int, of: int, over: int, organisation: str, when: Any) -> None:
        """What is available of each earmark that day, or a part of it: by a cent less or more it must matter."""
        moved = recount.movements(self.fund.log)
        left = {each: (recount.available(moved, when, each) / of).quantize(cents(1)) for each in EARMARKS}
        needs = tuple(v.Draw(each, amount + cents(over)) for each, amount in left.items() if amount > cents(1))
        if needs:
            self._reserved(grant, {organisation: sum((each.amount for each in needs), ZERO)}, needs, when)

    def _reserved(self, grant: int, parts: dict[str, Decimal], needs: tuple[v.Draw, ...], when: Any) -> None:
        before = recount.movements(self.fund.log)
        given = tuple(v.OrganisationAmount(*each) for each in parts.items())
        done = self._asked(c.Reserve(GRANTS[grant], PROJECT, None, None, given, needs, ("2", "4"), when))
        if isinstance(done, DomainError):
            return
        if self.governance == "agreement":
            return
        (approved,) = done
        assert sum((draw.amount for draw in approved.draws), ZERO) == sum(parts.values(), ZERO)
        later = [each.on for each in self.fund.log if isinstance(each, e.AmountApproved) and each.on > when]
        for covered in (when, *later):
            assert sum(parts.values(), ZERO) <= recount.available(before, covered)
            for draw in approved.draws:
                assert ZERO < draw.amount <= recount.available(before, covered, draw.earmark)

    @rule(grant=grants, cause=st.sampled_from(["reduced", "cancelled", "closed"]), part=st.none() | few, when=on_day)
    def release(self, grant: int, cause: e.ReleaseCause, part: Decimal | None, when: Any) -> None:
        parts = None if part is None else (v.OrganisationAmount("UNDP", part),)
        self._asked(c.Release(GRANTS[grant], PROJECT, cause, when, parts))

    @rule(
        grant=grants,
        organisation=organisations,
        amount=any_amount,
        active=st.sampled_from([True] * 9 + [False]),
        when=on_day,
    )
    def transfer(self, grant: int, organisation: str, amount: Decimal, active: bool, when: Any) -> None:
        self._transferred(grant, organisation, amount, active, when)

    @rule(grant=grants, organisation=organisations, of=st.integers(1, 3), over=a_cent, when=on_day)
    def transfer_much(self, grant: int, organisation: str, of: int, over: int, when: Any) -> None:
        """What is reserved that day, or a part of it: by a cent less or more it must matter."""
        moved = recount.movements(self.fund.log)
        left = self._reserved_for(moved, grant, organisation, when)
        self._transferred(grant, organisation, (left / of).quantize(cents(1)) + cents(over), True, when)

    def _transferred(self, grant: int, organisation: str, amount: Decimal, active: bool, when: Any) -> None:
        before = recount.movements(self.fund.log)
        command = c.MakeTransfer(self.fund.new_id(), GRANTS[grant], organisation, amount, "TR", START, active, when)
        done = self._asked(command)
        if not isinstance(done, DomainError):
            assert active
            (made,) = done
            assert sum((draw.amount for draw in made.draws), ZERO) == amount
            for draw in made.draws:
                assert ZERO < draw.amount <= recount.cash(before, when, draw.earmark)

    @rule(grant=grants, organisation=organisations, amount=any_amount, when=on_day)
    def refund(self, grant: int, organisation: str, amount: Decimal, when: Any) -> None:
        self._asked(c.ReceiveRefund(self.fund.new_id(), GRANTS[grant], organisation, amount, when))

    @rule(
        grant=grants, organisation=organisations, amount=any_amount, certified=st.booleans(), first=on_day, when=on_day
    )
    def spend(self, grant: int, organisation: str, amount: Decimal, certified: bool, first: Any, when: Any) -> None:
        lines = (v.CategoryAmount(2, amount),)
        command = c.ReportExpenditure(
            self.fund.new_id(), GRANTS[grant], organisation, first, when, lines, certified, when
        )
        self._asked(command)

    @rule(n=st.integers(0, 40), when=on_day)
    def reverse(self, n: int, when: Any) -> None:
        facts = list(self.fund.now.facts())
        self._asked(c.ReverseFact(facts[n % len(facts)].id, when, WHY))

    @rule(grant=grants, n=st.integers(0, 40), when=on_day)
    def on_nothing(self, grant: int, n: int, when: Any) -> None:
        """What names something that is not there is refused, not half done."""
        unknown = self.fund.new_id()
        assert isinstance(self.fund.do(c.ReverseFact(unknown, when, WHY)), DomainError)
        assert isinstance(
            self.fund.do(c.ReceiveDeposit(unknown, unknown, cents(1), "USD", cents(1), when)), DomainError
        )
        assert isinstance(self.fund.do(c.ReceiveRefund(unknown, unknown, "UNDP", cents(1), when)), DomainError)

    def _reserved_for(self, moved: Any, grant: int, organisation: str, when: Any) -> Decimal:
        signs = (1, -1, -1)
        lines = zip(RESERVATION_LINES, signs, strict=True)
        return sum(
            (sign * recount.of_grant(moved, line, GRANTS[grant], organisation, when) for line, sign in lines), ZERO
        )

    @invariant()
    def the_balances_are_those_of_the_recount(self) -> None:
        moved = recount.movements(self.fund.log)
        balances = Balances(self.fund.now)
        for when in map(day, range(DAYS + 1)):
            for earmark in (None, *EARMARKS):
                at = balances.at(when, earmark)
                counted = (recount.cash(moved, when, earmark), recount.reserved(moved, when, earmark))
                assert (at.cash, at.reserved) == counted, (when, earmark)

    @invariant()
    def transferred_is_at_most_granted_on_every_day(self) -> None:
        moved = recount.movements(self.fund.log)
        for when in map(day, range(DAYS + 1)):
            for grant in range(len(GRANTS)):
                for organisation in ORGANISATIONS:
                    assert self._reserved_for(moved, grant, organisation, when) >= 0, (when, grant, organisation)

    @invariant()
    def what_is_reserved_is_never_negative(self) -> None:
        """Of no earmark and on no day: only decisions and transfers move it, and both are refused beforehand."""
        moved = recount.movements(self.fund.log)
        for when in map(day, range(DAYS + 1)):
            for earmark in EARMARKS:
                assert recount.reserved(moved, when, earmark) >= 0, (when, earmark)

    @invariant()
    def the_statement_is_the_recount_for_any_days(self) -> None:
        moved = recount.movements(self.fund.log)
        for first, last in (
            (None, day(DAYS)),
            (day(0), day(4)),
            (day(3), day(3)),
            (day(5), day(9)),
            (day(8), day(DAYS)),
        ):
            told = statement(self.fund.now, first, last)
            assert {code: tuple(columns) for code, columns in told.lines} == recount.statement(moved, first, last)
            assert (told.opening, told.change, told.closing) == recount.balance(moved, first, last)
            assert told.opening + told.change == told.closing == Balances(self.fund.now).at(last).cash

    @invariant()
    def every_fact_is_posted_twice_and_the_accounts_are_the_lines(self) -> None:
        posted = postings(self.fund.now)
        moved = recount.movements(self.fund.log)
        assert imbalance(self.fund.now) == 0
        for when in map(day, (0, 5, DAYS)):
            sums: dict[str, Decimal] = {}
            for each in posted:
                assert ZERO in (each.debit, each.credit)
                assert each.debit >= 0 <= each.credit
                if each.on <= when:
                    sums[each.account] = sums.get(each.account, ZERO) + each.debit - each.credit
            assert sum(sums.values(), ZERO) == 0
            assert sums.get("cash", ZERO) == recount.cash(moved, when)
            assert sums.get("reserved", ZERO) == recount.reserved(moved, when)
            for line, columns in recount.statement(moved, None, when).items():
                if line in recount.CASH:
                    assert -sums.get(line, ZERO) == recount.CASH[line] * columns[2], line

    @invariant()
    def a_shortfall_has_a_name_and_a_name_a_shortfall(self) -> None:
        moved = recount.movements(self.fund.log)
        for when in map(day, range(DAYS + 1)):
            expected = dict(self._short(moved, when))
            told = open_shortfalls(self.fund.now, when)
            assert {each.key: each.amount for each in told} == expected, when
            assert all(each.since <= when for each in told)

    def _short(self, moved: Any, when: Any) -> Iterator[tuple[Key, Decimal]]:
        for earmark in (None, *EARMARKS):
            if (cash := recount.cash(moved, when, earmark)) < 0:
                yield Key("cash_overdrawn", earmark), -cash
            if (available := recount.available(moved, when, earmark)) < 0:
                yield Key("reservations_uncovered", earmark), -available
        for grant in GRANTS:
            for organisation in ORGANISATIONS:
                received = recount.of_grant(moved, "transfers", grant, organisation, when)
                net = received - recount.of_grant(moved, "refunds", grant, organisation, when)
                over = recount.spent(self.fund.log, grant, organisation, when) - max(net, ZERO)
                if net < 0:
                    yield Key("refunds_exceed_transfers", None, grant, organisation), -net
                if over > 0:
                    yield Key("expenditure_exceeds_funding", None, grant, organisation), over

    @invariant()
    def the_log_folds_to_the_state(self) -> None:
        assert decider().fold(self.fund.log) == self.fund.state


class MoneyUnderAnAgreement(MoneyInAnyOrder):
    """It reserves nothing; all else is as in a fund with a committee."""

    governance: e.Governance = "agreement"

    @invariant()
    def nothing_is_reserved(self) -> None:
        assert Balances(self.fund.now).at(day(DAYS)).reserved == 0


TestMoneyInAnyOrder = MoneyInAnyOrder.TestCase
TestMoneyInAnyOrder.settings = settings(
    max_examples=80, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestMoneyUnderAnAgreement = MoneyUnderAnAgreement.TestCase
TestMoneyUnderAnAgreement.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
