"""Brings the KPI reports of the demo into the running service, once, and waits until the aggregates show them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from embedded.bars import Bars
from embedded.errors import CannotRun
from embedded.home import Home, read_json, write_json
from embedded.kpi_reports import arms, plan
from embedded.kpi_reports.desk import Desk, Values
from embedded.kpi_reports.figures import FIGURES
from embedded.kpi_reports.plan import Calendar
from embedded.sample_feed.partner import FeedRefused, Partner

Told = Callable[[str, int, int], None]
"""What is counted, how many are done, of how many."""
COMPARED = ("2020-S1",)
"""Periods whose figures are set beside the incident feed."""
CAUGHT_UP_WITHIN = 120.0  # seconds


async def load_reports(home: Home, urls: Mapping[str, str], tokens: Mapping[str, str]) -> str:
    """Goes the way of every report unless this log holds them already; a sentence on what came of it. Raises
    `CannotRun`."""
    async with httpx.AsyncClient(base_url=urls["kpi"], timeout=60) as client:
        kpi = Partner(client, f"Bearer {tokens['secretariat']}")
        log_id, _ = await _head(kpi)
        if (read_json(home.loaded_reports) or {}).get("log") == log_id:
            said = "The reports of an earlier run are used again."
        else:
            with Bars() as bars:
                try:
                    said = f"KPI reports: {await bring(urls['kpi'], tokens, bars.show)}."
                except FeedRefused as error:
                    raise CannotRun(f"The KPI reports were refused: {error}") from error
                except httpx.TransportError as error:
                    raise CannotRun(f"The KPI reports could not be loaded: {error!r}") from error
            write_json(home.loaded_reports, {"log": log_id})
        log_id, position = await _head(kpi)
    await _shown(urls["reporting"], f"kpi:{log_id}:{position}")
    return said


async def check_reports(reporting_url: str) -> list[str]:
    """A line per published figure. Raises `CannotRun` where the aggregates say something else."""
    lines, wrong = [], []
    async with httpx.AsyncClient(base_url=reporting_url, timeout=30) as reporting:
        for figure in FIGURES:
            answer = await reporting.get("/v1/aggregates/kpi", params=figure.query)
            total = answer.raise_for_status().json()["total"]
            lines.append(f"{figure.query['period']} {figure.what}: {int(total):,}")
            if total != figure.value:
                wrong.append(f"{figure.what}: {total} instead of {figure.value}")
    if wrong:
        raise CannotRun("The aggregates do not show what was published: " + "; ".join(wrong) + ".")
    return lines


async def _head(kpi: Partner) -> tuple[str, int]:
    """Log id and position of the log: the feed says both."""
    answer = await kpi.get("/v1/events", limit=1)
    _, log_id, position = answer.headers["SALWatch-Position"].split(":")
    return log_id, int(position)


async def _shown(reporting_url: str, position: str) -> None:
    """Waits until the aggregates hold everything up to the position."""
    deadline = asyncio.get_running_loop().time() + CAUGHT_UP_WITHIN
    async with httpx.AsyncClient(base_url=reporting_url, timeout=30) as reporting:
        asked = {**FIGURES[0].query, "wait_for": position}
        while (answer := await reporting.get("/v1/aggregates/kpi", params=asked)).status_code == 504:
            if asyncio.get_running_loop().time() > deadline:
                raise CannotRun("The aggregates do not show the KPI reports; see the log of reporting's worker.")
        answer.raise_for_status()


async def bring(url: str, tokens: Mapping[str, str], tell: Told) -> str:
    """Every report of the demo that is not there yet; a sentence on what there is. Raises `FeedRefused`."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        desk = Desk({role: Partner(client, f"Bearer {token}") for role, token in tokens.items()})
        rounds = [(plan.ROADMAP, when) for when in plan.ROUNDS] + [(arms.ROADMAP, when) for when in arms.ROUNDS]
        await desk.publish_roadmap(plan.ROADMAP, plan.ROUNDS[0].opened)
        await desk.publish_roadmap(arms.ROADMAP, arms.ROUNDS[0].opened)
        for n, (roadmap, when) in enumerate(rounds):
            tell("rounds of reports", n, len(rounds))
            await (_salw(desk, when) if roadmap == plan.ROADMAP else _arms(desk, when))
        tell("rounds of reports", len(rounds), len(rounds))
    return f"{len(rounds)} rounds of reports, each published"


async def _salw(desk: Desk, when: Calendar) -> None:
    def values(calendar: Calendar, jurisdiction: str) -> Sequence[Mapping[str, Any]]:
        return plan.values(calendar.number, jurisdiction)

    round_ = await desk.round(plan.ROADMAP, when)
    reports = await desk.reports(round_["id"])
    own = [report for report in reports if report["kind"] == "jurisdiction"]
    await asyncio.gather(
        *(desk.narrate(report, when, plan.narratives(when.number, report["jurisdiction"])) for report in own)
    )
    await _accepted(desk, when, own, values)
    (office,) = [report for report in reports if report["kind"] == "secretariat"]
    await desk.record_survey(office, when, plan.survey(when.number))
    if when.period in COMPARED:
        await desk.feed_read(own[0])
        for report in own:
            await desk.compare_with_feed(report, when)
    await desk.publish(round_["id"], when)


async def _arms(desk: Desk, when: Calendar) -> None:
    def values(calendar: Calendar, jurisdiction: str) -> Sequence[Mapping[str, Any]]:
        return arms.values(calendar.period, jurisdiction)

    round_ = await desk.round(arms.ROADMAP, when)
    own = [report for report in await desk.reports(round_["id"]) if report["kind"] == "jurisdiction"]
    await _accepted(desk, when, own, values)
    await desk.publish(round_["id"], when)


async def _accepted(desk: Desk, when: Calendar, own: Sequence[Mapping[str, Any]], values: Values) -> None:
    """All reports of a round, side by side."""
    await asyncio.gather(*(desk.bring(report, when, values(when, report["jurisdiction"])) for report in own))
