"""Fills the running services with the sample feed, once, and waits until the aggregates show it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx

from embedded.bars import Bars
from embedded.errors import CannotRun
from embedded.home import Home, read_json, write_json
from embedded.sample_feed.agencies import MONITOR
from embedded.sample_feed.feed import COMPLETE_THROUGH
from embedded.sample_feed.figures import FIGURES
from embedded.sample_feed.partner import FeedRefused
from embedded.sample_feed.push import push

CAUGHT_UP_WITHIN = 300.0  # seconds


async def load(home: Home, urls: Mapping[str, str], keys: Mapping[str, str], tokens: Mapping[str, str]) -> str:
    """Pushes the sample feed unless this log holds it already; a sentence on what came of it.

    An interrupted load is finished by the next: what has landed is not written twice.
    """
    async with httpx.AsyncClient(base_url=urls["incidents"]) as incidents:
        log_id, _ = await _head(incidents, keys)
        if (read_json(home.loaded) or {}).get("log") == log_id:
            said = "The data of an earlier run is used again."
        else:
            said = f"Sample feed: {await _push(urls, keys, tokens)}."
            write_json(home.loaded, {"log": log_id})
        _, position = await _head(incidents, keys)
    await _caught_up(urls["reporting"], position)
    return said


async def _push(urls: Mapping[str, str], keys: Mapping[str, str], tokens: Mapping[str, str]) -> str:
    with Bars() as bars:
        try:
            return str(await push(urls["incidents"], keys, tokens, bars.show))
        except FeedRefused as error:
            raise CannotRun(f"The sample feed was refused: {error}") from error
        except httpx.TransportError as error:
            raise CannotRun(f"The sample feed could not be pushed: {error!r}") from error


async def _head(incidents: httpx.AsyncClient, keys: Mapping[str, str]) -> tuple[str, int]:
    """Log id and position of the log, told by a declaration that says again what holds already."""
    answer = await incidents.put(
        "/v1/coverage/RS",
        json={"complete_through": COMPLETE_THROUGH},
        headers={"Authorization": f"ApiKey {keys[MONITOR.code]}"},
    )
    if not answer.is_success:
        raise CannotRun(f"PUT /v1/coverage/RS answered {answer.status_code}: {answer.text}")
    _, log_id, position = answer.headers["SALWatch-Position"].split(":")
    return log_id, int(position)


async def _caught_up(reporting_url: str, position: int) -> None:
    deadline = asyncio.get_running_loop().time() + CAUGHT_UP_WITHIN
    with Bars() as bars:
        async with httpx.AsyncClient(base_url=reporting_url, timeout=30) as reporting:
            while (reached := await _applied(reporting)) < position:
                bars.show("events in the aggregates", reached, position)
                if asyncio.get_running_loop().time() > deadline:
                    raise CannotRun(f"The aggregates stand at event {reached} of {position}; see the worker's log.")
                await asyncio.sleep(0.2)


async def _applied(reporting: httpx.AsyncClient) -> int:
    answer = await reporting.get("/v1/aggregates/incidents", params={"from": COMPLETE_THROUGH, "to": COMPLETE_THROUGH})
    answer.raise_for_status()
    position = answer.json()["freshness"]["incidents"]["position"]
    return int(str(position).rpartition(":")[2]) if position else 0


async def check(reporting_url: str) -> list[str]:
    """A line per published figure. Raises `CannotRun` where the aggregates say something else."""
    lines, wrong = [], []
    async with httpx.AsyncClient(base_url=reporting_url, timeout=30) as reporting:
        for figure in FIGURES:
            answer = await reporting.get("/v1/aggregates/incidents", params=figure.query)
            value = answer.raise_for_status().json()["total"]
            lines.append(f"{figure.year} {figure.what}: {value:,}")
            if value != figure.value:
                wrong.append(f"{figure.year} {figure.what}: {value:,} instead of {figure.value:,}")
    if wrong:
        raise CannotRun("The aggregates do not show what was published: " + "; ".join(wrong) + ".")
    return lines
