"""The journey of a fund's money over the services as processes: promised, paid, decided on, spent, reversed, refunded.

The same way twice: under the roadmap of the Western Balkans over the change feed, under the Caribbean one over Kafka.
What a partner adds up from the published events alone is what the statement and the public aggregates say.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest
from demonstration import Demo
from traveller import Traveller

from common.testing.eventually import eventually

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]

SECRET = "Storage at an undisclosed place"
"""Said in words that stay in the service."""
END = "2023-12-31"
ROLES = (
    ("UNDP", "chair", True),
    ("UNODC", "member", True),
    ("DE", "ex_officio", True),
    ("UNDP", "organisation", False),
    ("UNODC", "organisation", False),
    ("SEESAC", "secretariat", False),
    ("MPTFO", "agent", False),
)
STATEMENT = {
    "contributions": "185000.37",
    "interest_fund": "5.55",
    "total_sources": "185005.92",
    "transfers": "107000.00",
    "refunds": "16999.99",
    "net_funded": "90000.01",
    "fee": "1850.00",
    "bank_charges": "12.34",
    "total_uses": "91862.35",
}


@dataclass(frozen=True, slots=True)
class Journey:
    """A fund of its own under a roadmap, for a project in two jurisdictions."""

    code: str
    roadmap: str
    one: str
    other: str

    @property
    def path(self) -> str:
        return f"/v1/funds/{self.code}"


WESTERN_BALKANS = Journey("JRN-WB", "wb-salw", "AL", "XK")
CARIBBEAN = Journey("JRN-CF", "caribbean-firearms", "JM", "TT")


class Way:
    """The actors of a journey; each method is a stretch of it and rests on those before."""

    def __init__(self, demo: Demo, journey: Journey) -> None:
        self.traveller = Traveller(demo, "funds")
        self.journey = journey
        self.office = self.as_("secretariat", "SEESAC")
        self.agent = self.as_("agent", "MPTFO")
        self.last: httpx.Response | None = None

    def as_(self, role: str, party: str) -> dict[str, str]:
        return self.traveller.as_(role, agency=party)

    def read(self, path: str, **query: Any) -> Any:
        return self.traveller.read(self.office, path, **query)

    def send(
        self, who: Mapping[str, str], path: str, on: str, version: int | None = None, /, **body: Any
    ) -> httpx.Response:
        return self.traveller.send("POST", who, path, {"on": on, **body}, version)

    def do(self, who: Mapping[str, str], path: str, on: str, version: int | None = None, /, **body: Any) -> Any:
        answer = self.last = self.send(who, path, on, version, **body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def step(self, who: Mapping[str, str], thing: str, step: str, on: str, /, **body: Any) -> Any:
        """On the version of the thing that stands now."""
        return self.do(who, f"{thing}/{step}", on, self.read(thing)["version"], **body)

    def post(self, kind: str, on: str, /, **body: Any) -> Any:
        return self.do(self.agent, f"{self.journey.path}/{kind}", on, **body)

    def statement(self, to: str = END, **query: Any) -> dict[str, Any]:
        told = self.read(f"{self.journey.path}/statement", to=to, **query)
        return {**told, "lines": {line["code"]: line["total"] for line in told["lines"]}}

    def established(self) -> None:
        """Under a roadmap that kpi has published."""
        of_kpi = Traveller(self.traveller.demo)
        published = of_kpi.read(self.office, "/v1/roadmaps")["items"]
        if not any(r["code"] == self.journey.roadmap and r["status"] == "published" for r in published):
            of_kpi.do(self.office, "/v1/roadmaps", {"code": self.journey.roadmap, "on": "2021-07-01"})
        self.goal = of_kpi.read(self.office, f"/v1/roadmaps/{self.journey.roadmap}")["goals"][0]["number"]
        voting = {"rule": "majority", "quorum": "50", "top_donors": 1, "recused_on_own": ["UNDP"]}
        what = {"code": self.journey.code, "name": "The journey's fund", "kind": "mptf", "governance": "committee"}
        how = {"currency": "USD", "start": "2022-01-01", "fees": {"agent": "1", "indirect_cap": "7"}, "voting": voting}
        body = {**what, **how, "roadmap": self.journey.roadmap}
        self.do(self.office, "/v1/funds", "2022-01-01", **body)
        for party, role, vote in ROLES:
            self.do(self.office, f"{self.journey.path}/roles", "2022-01-01", party=party, role=role, vote=vote)

    async def paid(self) -> None:
        """Promised and paid are two facts; the largest other donor gets a seat by what it has paid."""
        promises = (
            ("GB", "200000.00", "GBP", [], "100000.00", "130000.00"),
            ("SE", "50000.33", "EUR", [self.goal], "50000.33", "55000.37"),
        )
        for donor, amount, currency, earmark, paid, credited in promises:
            signed = {"donor": donor, "amount": amount, "currency": currency, "earmark": earmark, "agreement": SECRET}
            commitment = await self._promised("2022-01-10", signed)
            self.post("deposits", "2022-02-01", commitment=commitment["id"], amount=paid, credited=credited)
        seats = self.read(f"{self.journey.path}/committee", on="2022-02-01")["seats"]
        assert [(s["party"], s["vote"]) for s in seats if s["kind"] == "top_donor"] == [("GB", True)]
        before = self.read(f"{self.journey.path}/committee", on="2022-01-31")["seats"]
        assert not [s for s in before if s["kind"] == "top_donor"]

    async def _promised(self, on: str, signed: Mapping[str, Any]) -> Any:
        """Money for a goal is promised once funds has heard of the roadmap."""

        async def heard() -> httpx.Response | None:
            answer = self.send(self.agent, f"{self.journey.path}/commitments", on, **signed)
            assert answer.status_code == 201 or answer.json()["errors"][0]["code"] == "roadmap_not_known", answer.text
            return answer if answer.status_code == 201 else None

        return (await eventually(heard, within=90)).json()

    def proposed(self) -> str:
        """To a call, jointly; evaluated by somebody who has no conflict of interest."""
        call = self.do(self.office, f"{self.journey.path}/calls", "2022-02-02", number=1, title="First call")
        path = f"/v1/calls/{call['id']}"
        criteria = [{"code": "need", "title": "Need", "weight": "2"}, {"code": "cost", "title": "Cost", "weight": "1"}]
        self.step(self.office, path, "open", "2022-02-03", deadline="2022-03-01", criteria=criteria)
        undp = self.as_("organisation", "UNDP")
        late = self.send(undp, f"{path}/proposals", "2022-03-02", plan=self._plan())
        assert late.json()["errors"][0]["code"] == "deadline_passed"
        proposal = self.do(undp, f"{path}/proposals", "2022-03-01", plan=self._plan())
        path = f"/v1/proposals/{proposal['id']}"
        for name in ("one", "other"):
            reviewer = self.traveller.read(self.as_("reviewer", name), "/v1/me")["id"]
            self.step(self.office, path, "reviewers", "2022-03-02", reviewer=reviewer)
        self.step(self.as_("reviewer", "other"), path, "conflict", "2022-03-03")
        scores = [{"criterion": "need", "points": "90"}, {"criterion": "cost", "points": "61"}]
        seen = self.read(path)["version"]
        refused = self.send(self.as_("reviewer", "other"), f"{path}/scores", "2022-03-04", seen, scores=scores)
        assert refused.status_code == 403
        self.step(self.as_("reviewer", "one"), path, "scores", "2022-03-04", scores=scores)
        self.step(self.office, path, "recommendation", "2022-03-05", recommendation="recommended")
        return str(proposal["id"])

    def _plan(self, amount: str = "100000.00") -> dict[str, Any]:
        lines = (("UNDP", 4, amount), ("UNDP", 8, "7000.00"), ("UNODC", 1, "20000.00"))
        return {
            "title": "Safer storage",
            "offices": [{"organisation": name, "name": f"{name} regional office"} for name in ("UNDP", "UNODC")],
            "jurisdictions": [{"code": self.journey.one}, {"code": self.journey.other}],
            "goals": [{"code": self.goal}],
            "budget": [{"organisation": o, "category": c, "amount": a} for o, c, a in lines],
            "start": "2022-04-01",
            "end": "2023-03-31",
        }

    def decided(self, proposal: str) -> tuple[str, str]:
        """At a meeting, without the chair, who would receive: the project and its grant. Another one is too much."""
        day = "2022-03-15"
        present = ["UNDP", "UNODC", "DE", "GB"]
        self.do(self.office, f"{self.journey.path}/meetings", day, number=1, title="First", attendance=present)
        draws = [{"earmark": [self.goal], "amount": "50000.00"}]
        about: list[dict[str, Any]] = [{"proposal": proposal, "draws": draws}, {"plan": self._plan("100000.01")}]
        for number, what in enumerate(about):
            sent = {"kind": "approve", "mode": "meeting", "meeting": 1, **what}
            decision = self.do(self.office, f"{self.journey.path}/decisions", day, **sent)
            path = f"/v1/decisions/{decision['id']}"
            chair = self.send(self.as_("member", "UNDP"), f"{path}/votes", day, vote="yes")
            assert chair.status_code == 403
            for party, vote in (("UNODC", "abstain"), ("DE", "yes"), ("GB", "yes")):
                self.do(self.as_("member", party), f"{path}/votes", day, vote=vote)
            version = self.read(path)["version"]
            concluded = self.send(self.office, f"{path}/conclude", day, version)
            assert concluded.status_code == (409 if number else 200), concluded.text
        assert concluded.json()["errors"][0]["code"] == "allocation_exceeds_balance"
        (project,) = [p for p in self.read("/v1/projects")["items"] if p["grants"][0]["mechanism"] == self.journey.code]
        assert self._position("2022-03-15") == ("183150.37", "127000.00", "56150.37")
        return project["id"], project["grants"][0]["id"]

    def _position(self, on: str) -> tuple[str, str, str]:
        told = self.read(self.journey.path, on=on)["position"]
        return told["cash"], told["reserved"], told["available"]

    def spent(self, project: str, grant: str) -> None:
        """More than was received, by a slip of the pen: recorded, named, reversed, and told rightly."""
        undp = self.as_("organisation", "UNDP")
        self.step(undp, f"/v1/projects/{project}", f"grants/{grant}/start", "2022-04-01")
        asked = {"grant": grant, "organisation": "UNDP", "request": "TR-1", "requested_on": "2022-04-02"}
        too_much = self.send(self.agent, f"{self.journey.path}/transfers", "2022-04-05", amount="107000.01", **asked)
        assert too_much.json()["errors"][0]["code"] == "transfer_exceeds_reservation"
        self.post("transfers", "2022-04-05", amount="107000.00", **asked)
        self.post("entries", "2022-04-05", kind="bank_charges", amount="12.34")
        self.post("entries", "2022-12-31", kind="interest_fund", amount="5.55")
        spent = {"grant": grant, "organisation": "UNDP", "start": "2022-04-01", "end": "2022-12-31", "certified": True}
        path = f"{self.journey.path}/expenditure"
        wrong = self.do(undp, path, "2023-01-20", lines=[{"category": 4, "amount": "900000.10"}], **spent)
        known = self.last.headers["SALWatch-Position"].rpartition(":")[2] if self.last else ""
        (named,) = self.statement("2023-01-31")["exceptions"]
        assert (named["code"], named["amount"]) == ("expenditure_exceeds_funding", "793000.10")
        then = self.statement("2023-01-31", as_of=known)
        self.do(undp, f"{self.journey.path}/reversals", "2023-02-01", fact=wrong["id"])
        self.do(undp, path, "2023-02-01", lines=[{"category": 4, "amount": "90000.01"}], **spent)
        assert self.statement()["exceptions"] == []
        assert self.statement("2023-01-31", as_of=known) == then
        assert self.statement("2023-01-31")["exceptions"] == [named]  # so it was, on that day

    def closed(self, project: str, grant: str) -> None:
        """What is left is given back before the grant is over, and what was never transferred is free again."""
        path = f"/v1/projects/{project}"
        self.step(self.office, path, f"grants/{grant}/operational-closure", "2023-03-31")
        version = self.read(path)["version"]
        early = self.send(self.office, f"{path}/grants/{grant}/financial-closure", "2023-05-01", version)
        assert early.status_code == 409
        self.post("refunds", "2023-05-02", grant=grant, organisation="UNDP", amount="16999.99")
        self.step(self.office, path, f"grants/{grant}/financial-closure", "2023-05-03")
        assert self._position(END) == ("93143.57", "0.00", "93143.57")

    def told(self, project: str) -> None:
        """In the statement, in the aggregates, and to a partner who has nothing but the events."""
        lines, balance = self.statement()["lines"], self.statement()["balance"]
        assert {code: lines[code] for code in STATEMENT} == STATEMENT
        assert balance == {"opening": "0.00", "change": "93143.57", "closing": "93143.57"}
        of_fund = [event for event in self.traveller.events() if event["subject"] == self.read(self.journey.path)["id"]]
        added = recounted(of_fund)
        assert {name: f"{added[name]:.2f}" for name in added} == {
            **{name: STATEMENT[name] for name in ("contributions", "fee", "transfers", "refunds")},
            **{name: STATEMENT[name] for name in ("interest_fund", "bank_charges")},
            "expenditure": "90000.01",
            "reserved": "0.00",
        }
        assert SECRET not in json.dumps(of_fund)
        for measure, by, expected in (
            ("deposited", "donor", {"GB": "130000.00", "SE": "55000.37"}),
            ("transferred", "jurisdiction", {self.journey.one: "53500.00", self.journey.other: "53500.00"}),
            ("expenditure", "organisation", {"UNDP": "90000.01"}),
            ("available", "mechanism", {self.journey.code: "93143.57"}),
            ("projects", "goal", {self.goal: 1}),
        ):
            asked = {"measure": measure, "by": by, "mechanism": self.journey.code, "to": END}
            rows = self.traveller.aggregate(self.last, **asked)["rows"]
            assert {row["key"][by]: row["value"] for row in rows if row["value"] != "0.00"} == expected, measure
        xml = self.traveller.get(self.office, f"{self.journey.path}/iati.xml").text
        told = re.findall(r'<transaction .*?<transaction-type code="(\d+)".*?<value [^>]*>([^<]*)', xml, re.DOTALL)
        moved = sorted(value for kind, value in told if kind in ("1", "3"))
        assert moved == ["-16999.99", "107000.00", "130000.00", "55000.37"]
        page = self.traveller.client.get(self.traveller.at("reporting", f"/funds?mechanism={self.journey.code}"))
        assert page.is_success
        assert "Safer storage" in page.text


def recounted(events: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """What the published events of a fund come to: a reversed fact counts for nothing at the end."""
    data = [(event["type"].split(".")[1], event["data"]) for event in events if "data" in event]
    undone = {fact["id"] for name, fact in data if name == "fact-reversed"}
    sums: Counter[str] = Counter()
    for name, fact in data:
        if fact.get("id") in undone:
            continue
        match name:
            case "deposit-received":
                sums["contributions"] += Decimal(fact["credited"])
                sums["fee"] += Decimal(fact["fee"])
            case "entry-recorded":
                sums[fact["kind"]] += Decimal(fact["amount"])
            case "transfer-made" | "refund-received":
                sums["transfers" if name == "transfer-made" else "refunds"] += Decimal(fact["amount"])
            case "expenditure-reported":
                sums["expenditure"] += sum(Decimal(line["amount"]) for line in fact["lines"])
        sign = {"amount-approved": 1, "amount-released": -1, "transfer-made": -1}.get(name, 0)
        sums["reserved"] += sign * sum(Decimal(draw["amount"]) for draw in fact.get("draws", ()))
    return sums


async def travel(demo: Demo, journey: Journey) -> None:
    way = Way(demo, journey)
    way.established()
    await way.paid()
    project, grant = way.decided(way.proposed())
    way.spent(project, grant)
    way.closed(project, grant)
    way.told(project)


async def test_money_under_the_roadmap_of_the_western_balkans_over_the_feed(trial: Demo) -> None:
    await travel(trial, WESTERN_BALKANS)


@pytest.mark.kafka
@pytest.mark.timeout(400)
async def test_money_under_the_caribbean_roadmap_over_kafka(caribbean: Demo) -> None:
    await travel(caribbean, CARIBBEAN)
