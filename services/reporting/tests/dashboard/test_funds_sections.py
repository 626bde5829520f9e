"""The sections of the funds' page, from a small fund whose every figure can be worked out by hand."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reporting.application.funds import model
from reporting.application.funds.model import Everything, Fact, Result, Share
from reporting.application.questions import BadQuestion
from reporting.dashboard.funds import wording
from reporting.dashboard.funds.activities import activities
from reporting.dashboard.funds.asked import Form, read
from reporting.dashboard.funds.contributions import contributions
from reporting.dashboard.funds.delivery import delivery
from reporting.dashboard.funds.figures import Figures, recorded_years
from reporting.dashboard.funds.flow import streams
from reporting.dashboard.funds.flow_section import flow
from reporting.dashboard.funds.headlines import headlines
from reporting.dashboard.funds.naming import FundNames
from reporting.dashboard.funds.pipeline import pipeline
from reporting.dashboard.funds.projects import projects
from reporting.dashboard.funds.statement import sources_and_uses, statement
from reporting.dashboard.names import Names

CALL, HALT, CPIAT, WINDOW, OLDER, TRAINING = (UUID(int=n) for n in range(1, 7))
GRANT, OTHER, SECOND = (UUID(int=n) for n in range(11, 14))

TODAY = date(2021, 3, 18)


def money(on: str, kind: str, amount: str, **more: object) -> Fact:
    return Fact(date.fromisoformat(on), kind, "SLW00", Decimal(amount), **more)


def reserved(on: str, cash: str, amount: str) -> model.Movement:
    return model.Movement(date.fromisoformat(on), "SLW00", Decimal(cash), Decimal(amount))


def grant(grant_id: UUID, budget: str, *offices: str, **more: object) -> model.Grant:
    organisations = tuple(dict.fromkeys(office.split()[0] for office in offices))
    told = {"mechanism": "SLW00", "status": "active", "currency": "USD", "start": date(2020, 2, 1), **more}
    return model.Grant(id=grant_id, budget=Decimal(budget), organisations=organisations, offices=offices, **told)


HALF_EACH = (Share("BA", Decimal(50)), Share("XK", Decimal(50)))
UNDP = {"organisation": "UNDP", "project": HALT, "grant": GRANT}
UNODC = {"organisation": "UNODC", "project": HALT, "grant": GRANT}
EVERYTHING = Everything(
    mechanisms=(
        model.Mechanism(
            UUID(int=21),
            *("SLW00", "Trust Fund for Kosovo and others", "mptf", "USD"),
            meetings=(model.Meeting(1, "First", date(2020, 2, 10), ()), model.Meeting(2, "Next", date(2021, 2, 1), ())),
        ),
        model.Mechanism(UUID(int=22), "FW", "Funding window", "funding_window", "EUR"),
    ),
    commitments=(
        model.Commitment(UUID(int=31), "SLW00", "DE", date(2019, 4, 1), Decimal("1000.00"), "EUR", Decimal("1150.00")),
        model.Commitment(UUID(int=32), "SLW00", "NO", date(2019, 5, 1), Decimal("9000.00"), "NOK"),
    ),
    facts=(
        money("2019-05-02", "deposit", "600.00", donor="DE", original=Decimal("500.00"), currency="EUR"),
        money("2019-05-02", "fee", "6.00"),
        money("2020-08-03", "deposit", "550.00", donor="DE", original=Decimal("500.00"), currency="EUR"),
        money("2020-08-03", "fee", "5.50"),
        money("2020-09-01", "deposit", "100.00", donor="NO", original=Decimal("1000.00"), currency="NOK"),
        money("2020-09-01", "fee", "1.00"),
        money("2020-12-31", "interest_fund", "2.50"),
        money("2020-02-10", "approval", "300.00", call=CALL, **UNDP),
        money("2020-02-10", "approval", "101.01", call=CALL, **UNODC),
        money("2020-02-20", "transfer", "300.00", **UNDP),
        money("2020-02-20", "transfer", "101.01", **UNODC),
        money("2021-03-01", "refund", "1.01", **UNODC),
        money("2020-12-31", "expenditure", "150.00", **UNDP),
        money("2020-12-31", "expenditure", "50.00", **UNODC),
    ),
    positions=(
        reserved("2019-05-02", "594.00", "0"),
        reserved("2020-02-10", "0", "451.01"),
        reserved("2020-02-20", "-401.01", "-401.01"),
    ),
    calls=(
        model.Call(
            CALL,
            *("SLW00", 1, "First call", "closed", None),
            *(date(2019, 7, 1), date(2019, 9, 30), date(2019, 10, 1), 9),
        ),
        model.Call(UUID(int=7), "SLW00", 2, "Second call", "planned", date(2021, 1, 1)),
    ),
    projects=(
        model.Project(
            HALT,
            "Halting trade in Bosnia and Herzegovina and in Kosovo",
            (
                grant(
                    GRANT,
                    "401.01",
                    *("UNDP Kosovo", "UNODC"),
                    call=CALL,
                    started_on=date(2020, 2, 20),
                    end=date(2023, 6, 30),
                    revisions=(model.Revision(2, "no_cost_extension", date(2020, 11, 5), Decimal("401.01")),),
                    jurisdictions=HALF_EACH,
                ),
                grant(SECOND, "0", "UNDP Kosovo", mechanism="FW", currency="EUR", started_on=date(2019, 6, 1)),
            ),
            HALF_EACH,
        ),
        model.Project(CPIAT, "Not yet begun", (grant(OTHER, "50.00", "UNDP Albania", status="approved"),)),
    ),
    activities=(
        model.Activity(
            TRAINING,
            "training",
            "held",
            date(2020, 3, 1),
            date(2020, 3, 5),
            HALT,
            held_on=date(2020, 3, 5),
            results=(
                Result("participants", "person", Decimal(24)),
                Result("participants", "person", Decimal(12), "female"),
            ),
        ),
        model.Activity(
            UUID(int=42),
            "training",
            "held",
            date(2020, 5, 1),
            date(2020, 5, 5),
            HALT,
            held_on=date(2020, 5, 5),
            results=(
                Result("participants", "person", Decimal(3), "female"),
                Result("participants", "person", Decimal(4), "male"),
            ),
        ),
        model.Activity(UUID(int=43), "meeting", "postponed", date(2020, 6, 1), date(2020, 6, 1), HALT),
        model.Activity(UUID(int=44), "meeting", "planned", date(2021, 6, 1), date(2021, 6, 1)),
    ),
    challenges=(
        model.Challenge(UUID(int=51), "Restrictions in Kosovo", date(2020, 3, 1), None, ("XK", "BA"), (UUID(int=43),)),
    ),
    budgets=(model.Budget("SEESAC", 2020, Decimal("3135925.00"), "USD", "annual report"),),
)


@pytest.fixture
def names(pack):
    return FundNames(Names(pack, date(2020, 12, 31), ("undp",)))


def figures(mechanism: str = "", year: str = "", everything: Everything = EVERYTHING) -> Figures:
    return Figures(everything, {}, read(Form(mechanism, year), everything, recorded_years(everything)), TODAY)


def cells(exhibit) -> dict[str, list[str]]:
    """The cells of a table's lines by their last head."""
    lines = [*exhibit.table.lines, *([exhibit.table.total] if exhibit.table.total else [])]
    return {(line.heads[-1].text if line.heads else ""): [cell.text for cell in line.cells] for line in lines}


def test_the_statement_is_in_the_agents_layout_and_balances(names):
    section = sources_and_uses(figures(year="2020"), names)
    lines = cells(section.exhibits[0])
    assert section.lead == "SLW00 holds USD 838.99 at the end of 2020."
    assert lines["Contributions from donors"] == ["600.00", "650.00", "1,250.00"]
    assert lines["Interest earned by the fund"] == ["0.00", "2.50", "2.50"]
    assert lines["Total sources"] == ["600.00", "652.50", "1,252.50"]
    assert lines["Net funded"] == ["0.00", "401.01", "401.01"]
    assert lines["Agent's fee"] == ["6.00", "6.50", "12.50"]
    assert lines["Total uses"] == ["6.00", "407.51", "413.51"]
    assert lines["Opening balance"] == ["0.00", "594.00", "0.00"]
    assert lines["Sources less uses"] == ["594.00", "244.99", "838.99"]
    assert lines["Closing balance"] == ["594.00", "838.99", "838.99"]
    assert lines["of it reserved"] == ["0.00", "50.00", "50.00"]
    assert lines["of it available"] == ["594.00", "788.99", "788.99"]


def test_a_refund_raises_what_is_left(names):
    lines = cells(sources_and_uses(figures(year="2021"), names).exhibits[0])
    assert lines["Refunds from organisations"] == ["0.00", "1.01", "1.01"]
    assert lines["Net funded"] == ["401.01", "−1.01", "400.00"]
    assert lines["Closing balance"] == ["838.99", "840.00", "840.00"]


def test_without_a_year_the_whole_record_is_one_column(names):
    section = sources_and_uses(figures(), names)
    assert cells(section.exhibits[0])["Closing balance"] == ["840.00"]
    assert cells(section.exhibits[1]) == {"2020": ["USD 3,135,925.00", "annual report"]}
    assert section.exhibits[0].table.caption == "Sources and uses of Trust Fund for Kosovo* and others in USD"


def test_contributions_stand_in_original_currency_and_in_dollars(names):
    section = contributions(figures(), names)
    assert section.lead == "2 donors deposited USD 1,250.00 so far."
    assert cells(section.exhibits[0]) == {
        "Germany": ["EUR", "1,000.00", "1,150.00", "1,000.00", "1,150.00", "1.1500", "0.00"],
        "Norway": ["NOK", "9,000.00", "–", "1,000.00", "100.00", "0.1000", "8,000.00"],
        "All donors": ["", "", "–", "", "1,250.00", "", ""],
    }


def test_contributions_of_a_year_leave_out_what_was_paid_later(names):
    lines = cells(contributions(figures(year="2019"), names).exhibits[0])
    assert lines["Germany"] == ["EUR", "1,000.00", "1,150.00", "500.00", "600.00", "1.2000", "500.00"]
    assert lines["Norway"] == ["NOK", "9,000.00", "–", "–", "–", "–", "9,000.00"]


@pytest.mark.parametrize("year", ["", "2019", "2020", "2021"])
def test_as_much_flows_into_a_fund_and_an_organisation_as_out_of_it(year):
    found = streams(figures("SLW00", year), "USD")
    for node in ("fund:SLW00", *(each.target for each in found if each.target.startswith("organisation:"))):
        into = sum(each.amount for each in found if each.target == node)
        assert into == sum(each.amount for each in found if each.source == node), node


KINDS = ("deposit", "fee", "interest_fund", "exchange", "rounding", "transfer", "refund", "donor_refunds")
FACTS = st.builds(
    lambda day, kind, cents, who: money(
        day.isoformat(), kind, str(Decimal(cents) / 100), donor="DE", organisation=who, project=HALT, grant=GRANT
    ),
    st.dates(date(2019, 1, 1), date(2021, 12, 31)),
    st.sampled_from(KINDS),
    st.integers(-(10**9), 10**9),
    st.sampled_from(("UNDP", "UNODC")),
)


@given(st.lists(FACTS, max_size=30), st.sampled_from(["", "2020"]))
def test_whatever_is_recorded_what_is_drawn_balances_and_years_add_up(facts, year):
    """Reversals are negative, so everything can be."""
    everything = msgspec.structs.replace(EVERYTHING, facts=(*EVERYTHING.facts, *facts))
    shown = [each.drawn for each in streams(figures("SLW00", year, everything), "USD")]
    into = sum(each.amount for each in shown if each and each.target == "fund:SLW00")
    assert into == sum(each.amount for each in shown if each and each.source == "fund:SLW00")
    assert all(each.amount > 0 for each in shown if each)
    closing = [statement(figures("SLW00", str(y), everything), "SLW00").period["closing"] for y in (2019, 2020, 2021)]
    opening = [statement(figures("SLW00", str(y), everything), "SLW00").period["opening"] for y in (2020, 2021)]
    assert opening == closing[:2]
    assert closing[-1] == statement(figures("SLW00", "", everything), "SLW00").period["closing"]


def test_the_flow_ends_in_jurisdictions_to_the_cent(names):
    section = flow(figures("SLW00", "2020"), names)
    told = [([head.text for head in line.heads], line.cells[0].text) for line in section.exhibits[0].table.lines]
    assert [amount for heads, amount in told if heads[0] == "UNODC"] == ["50.51", "50.50"]
    assert (["SLW00", "UNDP"], "300.00") in told
    assert (["Balance at the beginning", "SLW00"], "594.00") in told
    assert (["UNDP", "Kosovo*"], "150.00") in told


def test_more_refunds_than_transfers_flow_back(names):
    found = {(each.source, each.target): each for each in streams(figures("SLW00", "2021"), "USD")}
    back = found["fund:SLW00", "organisation:UNODC"]
    assert back.amount == Decimal("-1.01")
    assert (back.drawn.source, back.drawn.target, back.drawn.amount) == ("from:returned", "fund:SLW00", Decimal("1.01"))
    description = str(flow(figures("SLW00", "2021"), names).exhibits[0].sketch.wide)
    assert "Refunds from organisations to SLW00" in description


def test_calls_tell_how_far_they_are_and_what_was_approved(names):
    section = pipeline(figures(), names)
    assert section.lead == "1 call is closed, 1 is planned. Meetings of committees and boards: SLW00 2."
    assert pipeline(figures(year="2020"), names).lead.endswith("Meetings of committees and boards in 2020: SLW00 1.")
    assert cells(section.exhibits[0]) == {
        "First call": ["closed", "1 July 2019", "30 September 2019", "1 October 2019", "9", "1", "USD 401.01"],
        "Second call": ["planned for 2021", "–", "–", "–", "0", "0", "–"],
    }


def test_a_call_that_nobody_has_closed_is_closed_after_its_deadline(names):
    told = figures()
    first = replace(told.everything.calls[0], state="open", closed_on=None)
    unclosed = dataclasses.replace(told, everything=replace(told.everything, calls=(first,)))
    assert pipeline(unclosed, names).lead.startswith("1 call is closed.")
    within = dataclasses.replace(unclosed, today=first.deadline)
    assert pipeline(within, names).lead.startswith("1 call is open.")


def test_projects_have_grants_periods_and_revisions(names):
    section = projects(figures("SLW00"), names)
    assert cells(section.exhibits[0]) == {"2020": ["1", "0", "1"], "2021": ["0", "1", "1"]}
    lines = cells(section.exhibits[1])
    assert lines["Halting trade in Bosnia and Herzegovina and in Kosovo*"] == [
        "SLW00",
        "UNDP Kosovo*, UNODC",
        "USD 401.01",
        "February 2020 to June 2023",
        "active",
        "2: no cost extension, 5 November 2020",
    ]
    assert lines["Not yet begun"][4] == "approved"


def test_a_project_counts_once_whatever_number_of_its_grants_is_active(names):
    section = projects(figures(year="2020"), names)
    assert cells(section.exhibits[0])["2020"] == ["0", "1", "1"]
    assert section.lead.startswith("1 project initiated or ongoing in 2020 with 2 grants")
    first, second = section.exhibits[1].table.lines
    assert (first.heads[0].span, first.heads[0].note) == (2, "Bosnia and Herzegovina, Kosovo*")
    assert second.heads == []
    assert second.cells[2].text == "–"  # a budget that nobody told


def test_delivery_is_expenditure_of_net_funded(names):
    by_organisation, by_project = (cells(each) for each in delivery(figures(), names).exhibits)
    assert by_organisation["UNDP"] == ["300.00", "150.00", "50.0%"]
    assert by_organisation["UNODC"] == ["100.00", "50.00", "50.0%"]
    assert by_organisation["Together"] == by_project["Together"] == ["400.00", "200.00", "50.0%"]
    assert "Halting trade in Bosnia and Herzegovina and in Kosovo* (UNDP)" in by_project


def test_activities_stand_by_kind_and_year_with_their_results(names):
    section = activities(figures(), names)
    assert section.lead == "2 held, 1 planned or under way, 1 postponed or cancelled."
    by_kind, results, challenges = section.exhibits
    lines = [([head.text for head in line.heads], [cell.text for cell in line.cells]) for line in by_kind.table.lines]
    assert lines == [
        (["Meeting", "2020"], ["–", "–", "–", "1", "–"]),
        (["2021"], ["–", "–", "1", "–", "–"]),
        (["Training", "2020"], ["2", "–", "–", "–", "–"]),
    ]
    assert cells(results) == {"Training": ["participants", "person", "31"]}  # 24, and 3 and 4 that make a whole
    assert results.table.lines[0].cells[-1].note == "15 women, 4 men"
    assert cells(challenges) == {
        "Restrictions in Kosovo*": ["1 March 2020", "lasts", "Kosovo*, Bosnia and Herzegovina", "1"]
    }


def test_activities_of_nobodys_project_belong_to_no_mechanism(names):
    assert activities(figures("SLW00", "2021"), names).lead == "No activity is recorded."
    assert activities(figures("", "2021"), names).lead.startswith("0 held, 1 planned")


def test_the_head_of_the_page():
    tiles = [(tile.name, tile.value) for tile in headlines(figures("SLW00", "2020"))]
    assert tiles == [("Deposited", "0.65 k"), ("Net funded", "0.40 k"), ("Delivery rate", "49.9%"), ("Projects", "1")]


def test_a_mechanism_without_money_has_empty_sections(names):
    asked = figures("FW")
    assert sources_and_uses(asked, names).lead == "No money is recorded yet."
    assert contributions(asked, names).lead == "No contribution is recorded yet."
    assert flow(asked, names).lead == "Nothing has flowed yet."
    assert delivery(asked, names).lead == "Nothing has been transferred yet."
    assert pipeline(asked, names).lead == "No call for proposals is recorded."
    assert [tile.value for tile in headlines(asked)] == ["0.00 M", "0.00 M", "n/a", "1"]


def test_nothing_recorded_can_be_shown(names):
    nothing = figures(everything=Everything())
    for section in (sources_and_uses, contributions, flow, pipeline, projects, delivery, activities):
        assert section(nothing, names).exhibits == []


def test_addresses_name_what_was_asked():
    assert figures("SLW00", "2020").asked.address("deposited", "donor") == (
        "/v1/aggregates/funds?measure=deposited&by=donor&mechanism=SLW00&year=2020"
    )


@pytest.mark.parametrize(
    ("form", "code"),
    [(Form("X"), "unknown_mechanism"), (Form("", "soon"), "unknown_year"), (Form("", "1999"), "unknown_year")],
)
def test_what_cannot_be_asked_is_named(form, code):
    with pytest.raises(BadQuestion) as refused:
        read(form, EVERYTHING, recorded_years(EVERYTHING))
    assert [violation.code for violation in refused.value.violations] == [code]


def test_the_years_of_the_record():
    assert recorded_years(EVERYTHING) == range(2019, 2022)
    assert recorded_years(Everything()) == range(0)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("UNDP Kosovo", "UNDP Kosovo*"),
        ("Trafficking in Kosovo* for Kosovo's police", "Trafficking in Kosovo* for Kosovo*'s police"),
        ("KOSOVO–ALBANIA", "KOSOVO*–ALBANIA"),
        ("Kosovar, Kosovo_x", "Kosovar, Kosovo_x"),
        ("UNDP Albania", "UNDP Albania"),
    ],
)
def test_a_footnote_follows_a_name_wherever_it_stands_in_a_text(names, text, marked):
    assert names.marked(text) == marked


@pytest.mark.parametrize(
    ("amount", "text"),
    [("8580000", "8.58 M"), ("540000", "0.54 M"), ("9400", "9.40 k"), ("0", "0.00 M"), ("-2e6", "−2.00 M")],
)
def test_large_amounts_are_written_in_millions(amount, text):
    assert wording.millions(Decimal(amount)) == text


def test_what_is_available_stands_by_earmark_where_there_is_one(names):
    for_goals = model.Movement(date(2020, 1, 5), "SLW00", Decimal("70.00"), Decimal(0), earmark=("2", "4"))
    everything = msgspec.structs.replace(EVERYTHING, positions=(*EVERYTHING.positions, for_goals))
    _, available, _ = sources_and_uses(figures(year="2020", everything=everything), names).exhibits
    assert cells(available) == {
        "Not earmarked": ["192.99", "50.00", "142.99"],
        "Goals 2, 4": ["70.00", "0.00", "70.00"],
        "Together": ["262.99", "50.00", "212.99"],
    }


def test_what_was_reversed_wholly_is_not_listed(names):
    signed = EVERYTHING.commitments[1]
    back = msgspec.structs.replace(signed, on=date(2019, 6, 1), amount=-signed.amount)
    everything = msgspec.structs.replace(EVERYTHING, commitments=(*EVERYTHING.commitments, back))
    assert "Norway" not in cells(contributions(figures(year="2019", everything=everything), names).exhibits[0])


def test_payments_that_nobody_records_are_not_outstanding(names):
    fund, window = EVERYTHING.mechanisms
    agreed = msgspec.structs.replace(window, governance="agreement")
    promise = model.Commitment(UUID(int=33), "FW", "EU", date(2019, 5, 1), Decimal("70.00"), "EUR")
    told = {"mechanisms": (fund, agreed), "commitments": (promise,)}
    everything = msgspec.structs.replace(EVERYTHING, **told)
    section = contributions(figures("FW", "", everything), names)
    assert cells(section.exhibits[0])["European Union"] == ["EUR", "70.00", "–", "–", "–", "–", "–"]
