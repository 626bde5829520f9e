"""Whatever is asked about the funds is answered or refused, and rows that do not overlap add up to the total."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import httpx
import pytest
from feed_of_funds import eventful, of

from reporting import bootstrap
from reporting.application.funds.questions import FUNDS, RESULTS
from reporting.settings import Settings

VALUES = {
    "donor": ["DE", "NO", "nobody"],
    "mechanism": ["SLW00", "WIN", "none", "?"],
    "organisation": ["UNDP", "UNODC"],
    "project": [str(of("project", "HALT")), "outside", "HALT"],
    "call": [str(of("call", "First call")), "outside"],
    "jurisdiction": ["BA", "XK", "regional", "unknown", "ZZ"],
    "goal": ["2", "7", "x"],
    "kpi": ["10", "unknown"],
    "category": ["1", "8", "9"],
    "currency": ["EUR", "USD", "XXX"],
    "kind": ["training", "party"],
    "unit": ["person", "piece"],
    "sex": ["female", "unknown"],
    "state": ["held", "planned"],
    "what": ["participants"],
    "year": ["2020", "2021", "0001", "9999", "2020-S1"],
    "half": ["2020-S1", "2020"],
    "quarter": ["2020-Q3"],
    "month": ["2020-02", "2020-13"],
    "from": ["2020-01-01", "0001-01-01", "9999-12-31", "2020-02-30"],
    "to": ["2020-12-31", "0001-01-01", "9999-12-31"],
    "colour": ["red"],
}
OVERLAPPING = {"kpi", "goal", "jurisdiction", "mechanism", "organisation"}


def question(chance: Random, measures: dict[str, tuple[str, ...]]) -> dict[str, str]:
    measure = chance.choice([*measures, "money"]) if chance.random() < 0.1 else chance.choice(list(measures))
    keys = list(measures.get(measure, ("donor",)))
    by = chance.sample(keys, min(len(keys), chance.randint(0, 3)))
    named = keys if chance.random() < 0.8 else list(VALUES)
    filters = chance.sample([*named, "from", "to"], chance.choice([0, 1, 1, 2]))
    return {"measure": measure, "by": ",".join(by), **{name: chance.choice(VALUES[name]) for name in filters}}


@pytest.mark.parametrize(("path", "measures"), [("funds", FUNDS), ("results", RESULTS)])
async def test_it_is_answered_or_refused(world, path, measures):
    eventful(world.funds)
    await world.tell_funds()
    chance, answered = Random(6), 0
    async with (
        bootstrap.api(Settings(database_url=world.dsn, port=0)) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reporting.test") as client,
    ):
        for _ in range(400):
            asked = question(chance, measures)
            answer = await client.get(f"/v1/aggregates/{path}", params=asked)
            assert answer.status_code in (200, 422), (asked, answer.text)
            if answer.status_code == 200:
                answered += 1
                _check(asked, answer.json())
    assert answered > 100


def _check(asked: dict[str, str], document: dict) -> None:
    keys = set(document["by"])
    counts = document["measure"] in ("projects", "activities")
    if document["total"] is None or document["measure"] == "available":
        return
    if keys.isdisjoint(OVERLAPPING if counts or document["measure"] == "results" else {"kpi"}):
        periods = keys & {"year", "half", "quarter", "month"}
        if document["measure"] == "projects" and periods | keys & {"call"}:
            return  # a project is active in several of them
        added = sum((Decimal(str(row["value"])) for row in document["rows"]), Decimal(0))
        assert added == Decimal(str(document["total"])), asked
