"""The journey: agencies push the sample feed, and the public aggregates read what the founding document prints."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from demonstration import free_home

from embedded import services
from embedded.access import Access
from embedded.agencies import api_keys
from embedded.sample_feed.agencies import MONITOR
from embedded.sample_feed.figures import BEFORE_THE_RETRACTION, FIGURES, INCIDENTS_IN_2020, ROSE_SLIGHTLY, Figure
from embedded.sample_feed.generate import retracted_line
from embedded.sample_feed.push import push
from embedded.sample_feed.summary import Summary
from embedded.supervisor import Supervisor

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

IN_2020 = {"from": "2020-01-01", "to": "2020-12-31"}


@dataclass(slots=True)
class Region:
    """The running services, the feed pushed once. `total_before` is what 2020 read before the retraction."""

    incidents: httpx.AsyncClient
    reporting: httpx.AsyncClient
    keys: Mapping[str, str]
    tokens: Mapping[str, str]
    total_before: int = 0
    first: Summary | None = None

    async def push(self) -> Summary:
        async def note() -> None:
            self.total_before = (await self.ask(INCIDENTS_IN_2020.query))["total"]

        url = str(self.incidents.base_url)
        return await push(url, self.keys, self.tokens, lambda *_: None, before_retraction=note)

    async def position(self) -> str:
        """The end of the log: declaring the same coverage again writes nothing."""
        headers = {"Authorization": f"ApiKey {self.keys[MONITOR.code]}"}
        answer = await self.incidents.put("/v1/coverage/RS", json={"complete_through": "2020-12-31"}, headers=headers)
        return str(answer.raise_for_status().headers["SALWatch-Position"])

    async def ask(self, query: Mapping[str, str]) -> dict[str, Any]:
        """The aggregate, not before it holds everything that was pushed."""
        while True:
            params = {**query, "wait_for": await self.position()}
            answer = await self.reporting.get("/v1/aggregates/incidents", params=params)
            if answer.status_code != httpx.codes.GATEWAY_TIMEOUT:
                return dict(answer.raise_for_status().json())

    async def by_category(self, **query: str) -> dict[str, dict[str, Any]]:
        answer = await self.ask({"by": "category", **IN_2020, **query})
        return {row["key"]["category"]: row for row in answer["rows"]}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def region(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Region]:
    place = free_home(tmp_path_factory.mktemp("region"))
    access, server = Access(place), services.postgres(place)
    installation = services.Installation(place, access, server)
    supervisor = Supervisor(place.logs, lambda _: None, print)
    await asyncio.to_thread(server.start)
    try:
        for service in services.SERVICES:
            await asyncio.to_thread(installation.migrate, service)
        for part in installation.parts:
            await supervisor.start(installation.program(part))
        urls = services.urls(place)
        async with (
            httpx.AsyncClient(base_url=urls["incidents"], timeout=30) as incidents,
            httpx.AsyncClient(base_url=urls["reporting"], timeout=30) as reporting,
        ):
            keys = await api_keys(place, incidents, access.token("administrator"))
            region = Region(incidents, reporting, keys, access.tokens())
            region.first = await region.push()
            yield region
    finally:
        await supervisor.stop()
        await asyncio.to_thread(server.stop, "immediate")


async def test_every_line_lands_with_its_retries_and_corrections(region: Region) -> None:
    assert region.first is not None
    assert region.first.accepted == 5370
    assert region.first.corrected == 63
    assert region.first.replayed == 1
    assert region.first.retracted == 1


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: f"{figure.year} {figure.what}")
async def test_the_aggregates_read_what_was_published(region: Region, figure: Figure) -> None:
    assert (await region.ask(figure.query))["total"] == figure.value


async def test_before_the_retraction_2020_read_one_more(region: Region) -> None:
    assert region.total_before == BEFORE_THE_RETRACTION.value


async def test_the_retracted_incident_is_kept_and_shown_as_such(region: Region) -> None:
    headers = {"Authorization": f"Bearer {region.tokens['analyst']}"}
    answer = await region.incidents.get("/v1/incidents", params={"status": "retracted"}, headers=headers)
    assert [item["external_id"] for item in answer.raise_for_status().json()["items"]] == [retracted_line().external_id]


async def test_deaths_are_killed_and_suicides_together(region: Region) -> None:
    assert (await region.ask({"measure": "deaths", **IN_2020}))["total"] == 155 + 66


async def test_criminal_context_ranks_second(region: Region) -> None:
    rows = await region.by_category()
    assert sorted(rows, key=lambda code: -rows[code]["value"])[:2] == ["weapon_seizure", "criminal_context"]


async def test_the_handgun_is_the_most_reported_weapon_in_criminal_context(region: Region) -> None:
    answer = await region.ask({"by": "weapon_type", "category": "criminal_context", **IN_2020})
    assert max(answer["rows"], key=lambda row: row["value"])["key"] == {"weapon_type": "handgun"}


async def test_seizures_rose_most_and_three_categories_slightly(region: Region) -> None:
    rows = await region.by_category()
    rise = {code: float(row["change_percent"]) for code, row in rows.items()}
    assert rise["weapon_seizure"] == 55.4
    assert max(rise, key=lambda code: rise[code]) == "weapon_seizure"
    assert max(rows, key=lambda code: rows[code]["value"] - rows[code]["previous"]) == "weapon_seizure"
    assert {code for code in rise if 0 < rise[code] < 6} == set(ROSE_SLIGHTLY)


async def test_2019_is_less(region: Region) -> None:
    for measure in ("incidents", "killed", "suicides"):
        answer = await region.ask({"by": "year", "measure": measure, "from": "2019-01-01", "to": "2020-12-31"})
        values = {row["key"]["year"]: row["value"] for row in answer["rows"]}
        assert values["2019"] < values["2020"]


async def test_most_women_killed_died_in_domestic_violence(region: Region) -> None:
    answer = await region.ask({"measure": "killed", "sex": "female", **IN_2020})
    rows = await region.by_category(measure="killed", sex="female")
    assert rows["domestic_violence"]["value"] == 23
    assert 23 < answer["total"] <= 45


async def test_perpetrators_are_those_another_source_names(region: Region) -> None:
    answer = await region.ask({"by": "sex", "measure": "perpetrators", **IN_2020})
    values = {row["key"]["sex"]: row["value"] for row in answer["rows"]}
    assert answer["total"] == 3566
    assert values["female"] + values["male"] == 2700


async def test_all_seven_jurisdictions_are_reported(region: Region) -> None:
    coverage = (await region.ask({"by": "jurisdiction", **IN_2020}))["coverage"]
    assert (coverage["reported"], coverage["of"]) == (7, 7)


async def test_a_second_push_changes_nothing(region: Region) -> None:
    before = await region.position()
    again = await region.push()
    assert (again.accepted, again.corrected, again.retracted) == (0, 0, 0)
    assert await region.position() == before
