"""What is made of a fund's facts: the statement, contributions, the ledger, money by organisation, project, goal…"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query
from starlette.responses import Response

from common.http.answers import json_response
from common.http.as_of import AsOfParameter, parse_as_of
from common.http.problems import invalid
from common.http.routing import Router
from common.http.sent import Day
from common.kernel.errors import Violation
from common.security.permissions import requires
from common.security.principal import Principal
from funds.api.answering import LISTED
from funds.api.dependencies import FundPath, Wired
from funds.api.funds import OnDay, Read, seen_fund, sees_agreement
from funds.api.views import amount, exceptions, plain
from funds.application.breakdown import By, breakdown
from funds.domain.contributions import Contribution, contributions
from funds.domain.fund_state import State
from funds.domain.ledger import imbalance, postings
from funds.domain.statement import LABELS, Statement, statement
from funds.domain.values import total

router = Router(prefix="/v1/funds/{fund}", tags=["accounts"])

From = Annotated[Day | None, Query(alias="from", description="the first day, by default the beginning")]
To = Annotated[Day | None, Query(description="the last day, by default today")]


def spanned(first: date | None, last: date) -> None:
    """Raises `Problem` 422 for a reversed span."""
    if first is not None and first > last:
        raise invalid([Violation("?from", "span_reversed", f"from {first} lies after to {last}.")])


@router.get("/statement", summary="The statement of sources and uses", response_class=Response)
async def read_statement(
    fund: FundPath, principal: Read, wired: Wired, from_: From = None, to: To = None, as_of: AsOfParameter = None
) -> Response:
    """In the agent's layout, for any days, also as it was known on another day. `prior` is before `from`, `period` from
    `from` to `to`, `total` both together; refunds and gains are positive. Exceptions are those open on `to`."""
    last = to or wired.today()
    spanned(from_, last)
    stream, state = await seen_fund(wired, fund, as_of)
    document = statement_document(state, statement(state, from_, last), last)
    head = {"fund": stream, "code": state.code, "currency": state.currency, "from": from_, "to": last, "as_of": as_of}
    return json_response({**head, **document})


def statement_document(state: State, made: Statement, last: date) -> dict[str, Any]:
    """`lines`, `balance` and `exceptions`, amounts as strings."""
    currency = state.currency
    return {
        "lines": [
            {
                "code": code,
                "label": LABELS[code],
                "prior": amount(columns.prior, currency),
                "period": amount(columns.period, currency),
                "total": amount(columns.total, currency),
            }
            for code, columns in made.lines
        ],
        "balance": {
            "opening": amount(made.opening, currency),
            "change": amount(made.change, currency),
            "closing": amount(made.closing, currency),
        },
        "exceptions": exceptions(state, last),
    }


@router.get("/contributions", summary="Commitments and deposits by donor", **LISTED)
async def list_contributions(
    fund: FundPath, principal: Read, wired: Wired, on: OnDay = None, as_of: AsOfParameter = None
) -> Response:
    """Each commitment on a day: deposited, outstanding and overdue in its currency, credited in the fund's, and its
    value at the rate of signing, at the rates of the deposits and at the day's. Agreements and instalments are for the
    donor itself, the agent and the secretariat."""
    day = on or wired.today()
    stream, state = await seen_fund(wired, fund, as_of)
    rates = await wired.rates_to(state.currency, parse_as_of(as_of) if as_of else None)
    found = contributions(state, rates, day)
    items = [
        contribution_document(each, state, agreements=sees_agreement(principal, each.commitment.donor))
        for each in found
    ]
    return json_response({"fund": stream, "currency": state.currency, "on": day, "items": items, **_sums(found, state)})


def contribution_document(each: Contribution, state: State, *, agreements: bool) -> dict[str, Any]:
    signed, base = each.commitment, state.currency
    document: dict[str, Any] = {
        "id": signed.id,
        "donor": signed.donor,
        "signed_on": signed.on,
        "amount": amount(signed.amount, signed.currency),
        "currency": signed.currency,
        "earmark": signed.earmark,
        "deposited": amount(each.deposited, signed.currency),
        "outstanding": amount(each.outstanding, signed.currency),
        "credited": amount(each.credited, base),
        "fee": amount(each.fee, base),
        "values": {
            "at_signing": None if each.at_signing is None else amount(each.at_signing, base),
            "at_deposit": amount(each.credited, base),
            "at_day": None if each.at_day is None else amount(each.at_day, base),
        },
        "memorandum": None if each.memorandum is None else amount(each.memorandum, base),
        "deposits": [
            {
                "id": paid.id,
                "on": paid.on,
                "amount": amount(paid.amount, paid.currency),
                "credited": amount(paid.credited, base),
                "fee": amount(paid.fee, base),
                "rate": f"{paid.credited / paid.amount:.6f}",
            }
            for paid in each.deposits
        ],
    }
    if agreements:
        document["agreement"] = signed.agreement
        document["instalments"] = [
            {
                "due": part.instalment.due,
                "amount": amount(part.instalment.amount, signed.currency),
                "open": amount(part.open, signed.currency),
                "overdue": part.overdue,
            }
            for part in each.instalments
        ]
    return document


def _sums(found: list[Contribution], state: State) -> dict[str, Any]:
    donors = dict.fromkeys(each.commitment.donor for each in found)

    def credited(donor: str | None) -> str:
        mine = [each.credited for each in found if donor in (None, each.commitment.donor)]
        return amount(total(mine), state.currency)

    return {
        "by_donor": [{"donor": donor, "credited": credited(donor)} for donor in donors],
        "total": {"credited": credited(None)},
    }


@router.get("/ledger", summary="The double-entry postings", **LISTED)
async def read_ledger(
    fund: FundPath, principal: Read, wired: Wired, from_: From = None, to: To = None, as_of: AsOfParameter = None
) -> Response:
    """By day; what comes is debited to cash. `imbalance` is always 0."""
    last = to or wired.today()
    spanned(from_, last)
    stream, state = await seen_fund(wired, fund, as_of)
    items = [each for each in postings(state) if each.on <= last and (from_ is None or each.on >= from_)]
    documents = [
        {
            **plain(each, state.currency),
            "debit": amount(each.debit, state.currency),
            "credit": amount(each.credit, state.currency),
        }
        for each in items
    ]
    unbalanced = amount(imbalance(state), state.currency)
    return json_response({"fund": stream, "currency": state.currency, "imbalance": unbalanced, "items": documents})


@router.get("/money", summary="Granted, transferred and spent money", **LISTED)
async def read_money(
    fund: FundPath,
    principal: Annotated[Principal, requires("funds:read")],
    wired: Wired,
    by: Annotated[Literal["organisation", "project", "category", "jurisdiction", "goal"], Query()],
    on: OnDay = None,
    as_of: AsOfParameter = None,
) -> Response:
    """Up to a day. By jurisdiction and goal every grant is split by its plan's shares, so that rows add up; by category
    only expenditure is known. `delivery_rate` is expenditure ÷ net funded, in percent."""
    day = on or wired.today()
    stream, state = await seen_fund(wired, fund, as_of)
    projects = await wired.projects_of(stream)
    chosen: By = by
    items = breakdown(state, projects, chosen, day)
    return json_response({"fund": stream, "currency": state.currency, "by": by, "on": day, "items": items})
