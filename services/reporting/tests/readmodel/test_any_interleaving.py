"""Any interleaving of report, correct, reclassify, retract and the rest, redelivered in any way, leaves the read model
equal to a recount from the log, and its answers equal to plain counting."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from feed_of_incidents import LOG, person
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from read_model_world import FeedSource, World, open_world

from common.contracts import incidents as published
from common.messaging.feed import PARTITION
from common.messaging.ports import Batch, Gap
from reporting.readmodel.verifying import verify

PERSONS = st.lists(
    st.builds(
        person,
        st.sampled_from(["victim", "perpetrator", "accomplice"]),
        st.sampled_from(["killed", "injured", "suicide", "unharmed"]),
        sex=st.sampled_from(["female", "male", "unreported"]),
    ),
    max_size=4,
)
WEAPONS = st.lists(
    st.builds(
        lambda kind, count: {"type": kind, "count": count, "possession": "legal"},
        st.sampled_from(["rifle", "handgun"]),
        st.integers(1, 3),
    ),
    max_size=2,
)


def seizure(grams: int) -> dict[str, Any]:
    item = {"kind": "ammunition", "quantity": str(grams / 1000), "unit": "kg"}
    return {"setting": "border", "items": [item, item]}


BODIES = st.fixed_dictionaries(
    {
        "jurisdiction": st.sampled_from(["RS", "ME", "MD"]),
        "category": st.sampled_from(["suicide", "other"]),
        "occurred_on": st.sampled_from(["2019-12-30", "2020-03-14", "2020-03-15", "2020-07-01"]),
        "date_precision": st.sampled_from(["day", "week", "month", "year"]),
        "tags": st.lists(st.sampled_from(["drugs", "school"]), max_size=3),
        "persons": PERSONS,
        "weapons": st.lists(
            st.fixed_dictionaries(
                {
                    "type": st.sampled_from(["rifle", "handgun"]),
                    "count": st.integers(1, 3),
                    "possession": st.just("legal"),
                }
            ),
            max_size=2,
        ),
    },
    optional={
        "casualties": st.integers(4, 9).map(lambda n: {"killed": {"low": 0, "best": n, "high": n}}),
        "seizure": st.integers(0, 5000).map(
            lambda n: {
                "setting": "border",
                "items": [{"kind": "ammunition", "quantity": str(n / 1000), "unit": "kg"}] * 2,
            }
        ),
    },
)


class UnreliableSource(FeedSource):
    """Delivers pieces of any size, again from somewhere before, or with a piece missing."""

    def __init__(self, feed, chance: Random) -> None:
        super().__init__(feed)
        self.chance = chance

    async def poll(self) -> Batch:
        start = max(0, self.after + self.chance.randint(-6, 3))
        records = self.records(start, start + self.chance.randint(0, 8))
        if self.chance.random() < 0.3:
            records += records[: self.chance.randint(0, len(records))]
        self.after = max([self.after, *(record.place.position for record in records)])
        return Batch(LOG, {PARTITION: len(self.feed.received)}, records)


class Interleaving(RuleBasedStateMachine):
    world: World
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.facts: dict[str, dict] = {}
        self.status: dict[str, str] = {}
        self.world.feed.received.clear()
        self.world.feed.versions.clear()
        self.runner.run(self.world.empty())

    @rule(name=st.sampled_from("abcdef"), body=BODIES)
    def report_or_correct(self, name, body):
        if name in self.facts:
            if self.status[name] != "retracted":
                self.world.feed.correct(name, **body)
                self.facts[name] = body
        else:
            self.world.feed.report(name, **body)
            self.facts[name], self.status[name] = body, "active"

    @precondition(lambda self: self._open())
    @rule(data=st.data(), category=st.sampled_from(["suicide", "other", "public_dispute"]))
    def reclassify(self, data, category):
        name = data.draw(st.sampled_from(self._open()))
        self.facts[name] = {**self.facts[name], "category": category}
        self.world.feed.reclassify(name, **self.facts[name])

    @precondition(lambda self: self._open())
    @rule(data=st.data(), what=st.sampled_from(["verify", "dispute", "duplicate", "unmark", "retract"]))
    def happen(self, data, what):
        name = data.draw(st.sampled_from(self._open()))
        contract, status = {
            "verify": (published.IncidentVerified(version_seen=1), self.status[name]),
            "dispute": (published.IncidentDisputed(), self.status[name]),
            "duplicate": (published.IncidentMarkedDuplicate(duplicate_of=LOG), "duplicate"),
            "unmark": (published.IncidentUnmarkedDuplicate(), "active"),
            "retract": (published.IncidentRetracted(), "retracted"),
        }[what]
        self.world.feed.append(name, contract)
        self.status[name] = status

    @rule(jurisdiction=st.sampled_from(["RS", "ME"]), day=st.sampled_from(["2020-03-31", "2020-12-31"]))
    def declare(self, jurisdiction, day):
        self.world.feed.declare(jurisdiction, day)

    @rule(seed=st.integers(0, 1_000), polls=st.integers(1, 5))
    def deliver(self, seed, polls):
        async def step():
            subscriber = self.world.listen(UnreliableSource(self.world.feed, Random(seed)))
            for _ in range(polls):
                with suppress(Gap):  # it begins again where it stood
                    await subscriber.step()

        self.runner.run(step())

    def teardown(self):
        self.runner.run(self._compare())

    async def _compare(self):
        await self.world.listen(self.world.source()).step()
        verified = await verify(self.world.pool, self.world.source(), "reporting")
        assert (verified.position, verified.differences) == (len(self.world.feed.received), [])
        assert await self.world.pool.fetchval("SELECT count(*) FROM parked_event") == 0
        await self._ask([self.facts[name] for name, status in self.status.items() if status == "active"])

    async def _ask(self, counted: list[dict]) -> None:
        ask = self.world.values
        assert await ask(by="category") == Counter(body["category"] for body in counted)
        assert await ask(by="tag") == Counter(tag for body in counted for tag in set(body["tags"]))
        assert (await self.world.ask("killed"))["total"] == sum(map(_killed, counted))
        drugs = [weapon for body in counted if "drugs" in body["tags"] for weapon in body["weapons"]]
        expected = _sums((weapon["type"], weapon["count"]) for weapon in drugs)
        assert await ask("weapons", "weapon_type", tag="drugs") == expected

    def _open(self) -> list[str]:
        return sorted(name for name, status in self.status.items() if status != "retracted")


def _killed(body: dict) -> int:
    listed = sum(each["outcome"] == "killed" for each in body["persons"])
    return max(listed, body["casualties"]["killed"]["best"]) if "casualties" in body else listed


def _sums(pairs: Iterable[tuple[str, int]]) -> Counter:
    sums: Counter = Counter()
    for key, number in pairs:
        sums[key] += number
    return sums


@pytest.mark.slow
def test_any_interleaving_equals_a_recount(fresh_database, pack):
    with asyncio.Runner() as runner:
        opened = open_world(fresh_database("reporting"), pack)
        machine = type("Machine", (Interleaving,), {"world": runner.run(opened.__aenter__()), "runner": runner})
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
                ),
            )
        finally:
            runner.run(opened.__aexit__(None, None, None))
