"""Brings the funds of the demo into the running service, once, and waits until the aggregates show them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal

import httpx

from embedded.bars import Bars
from embedded.errors import CannotRun
from embedded.funds import mechanisms, register, trust_fund
from embedded.funds.desk import Desk
from embedded.funds.figures import FIGURES
from embedded.funds.plans_2021 import PLANS
from embedded.home import Home, read_json, write_json
from embedded.sample_feed.partner import FeedRefused, Partner

FACTS = 541
"""How many are told, for the bar; more lengthen it."""
START_CLEAN = "a load interrupted more than a day ago is not finished: `make demo-reset` starts clean"
"""By then the service may have forgotten the keys of what was told."""
CAUGHT_UP_WITHIN = 120.0  # seconds


async def load_funds(home: Home, urls: Mapping[str, str], tokens: Mapping[str, str]) -> str:
    """Goes the way of every fund unless this log holds them already; a sentence on what came of it. Raises
    `CannotRun`."""
    async with httpx.AsyncClient(base_url=urls["funds"], timeout=60) as client:
        funds = Partner(client, f"Bearer {tokens['secretariat']}")
        log_id, _ = await _head(funds)
        if (read_json(home.loaded_funds) or {}).get("log") == log_id:
            said = "The funds of an earlier run are used again."
        else:
            said = f"Funds: {await _brought(client, tokens)}."
            write_json(home.loaded_funds, {"log": log_id})
        log_id, position = await _head(funds)
    await _shown(urls["reporting"], f"funds:{log_id}:{position}")
    return said


async def _brought(client: httpx.AsyncClient, tokens: Mapping[str, str]) -> str:
    with Bars() as bars:
        try:
            return await bring(client, tokens, lambda done: bars.show("facts of funds", done, max(done, FACTS)))
        except FeedRefused as error:
            raise CannotRun(f"The funds were refused ({START_CLEAN}): {error}") from error
        except httpx.TransportError as error:
            raise CannotRun(f"The funds could not be loaded: {error!r}") from error


async def bring(client: httpx.AsyncClient, tokens: Mapping[str, str], tell: Callable[[int], None]) -> str:
    """Everything that is not there yet; a sentence on what there is. Raises `FeedRefused`."""
    done = 0

    def told() -> None:
        nonlocal done
        done += 1
        tell(done)

    desk = Desk({role: Partner(client, f"Bearer {token}") for role, token in tokens.items()}, told)
    await register.bring_rates(desk)
    window, projects, others, _ = await asyncio.gather(
        mechanisms.bring_window(desk),
        mechanisms.bring_instruments(desk),
        mechanisms.bring_others(desk),
        register.bring_budget(desk),
    )
    trust, _ = await asyncio.gather(trust_fund.bring(desk, window), register.bring_activities(desk, projects, PLANS))
    all_projects = {*window.values(), *projects.values(), *others, *trust.values()}
    return f"{3 + len(projects)} mechanisms with {len(all_projects)} projects"


async def check_funds(reporting_url: str) -> list[str]:
    """A line per published figure. Raises `CannotRun` where the aggregates say something else."""
    lines, wrong = [], []
    async with httpx.AsyncClient(base_url=reporting_url, timeout=30) as reporting:
        for figure in FIGURES:
            answer = await reporting.get(figure.path, params=figure.query)
            total = answer.raise_for_status().json()["total"]
            lines.append(f"{figure.what}: {Decimal(total):,}")
            if total != figure.value:
                wrong.append(f"{figure.what}: {total} instead of {figure.value}")
    if wrong:
        raise CannotRun("The aggregates do not show what was published: " + "; ".join(wrong) + ".")
    return lines


async def _head(funds: Partner) -> tuple[str, int]:
    """Log id and position of the log: the feed says both."""
    answer = await funds.get("/v1/events", limit=1)
    _, log_id, position = answer.headers["SALWatch-Position"].split(":")
    return log_id, int(position)


async def _shown(reporting_url: str, position: str) -> None:
    """Waits until the aggregates hold everything up to the position."""
    deadline = asyncio.get_running_loop().time() + CAUGHT_UP_WITHIN
    async with httpx.AsyncClient(base_url=reporting_url, timeout=30) as reporting:
        asked = {**FIGURES[0].query, "wait_for": position}
        while (answer := await reporting.get(FIGURES[0].path, params=asked)).status_code == 504:
            if asyncio.get_running_loop().time() > deadline:
                raise CannotRun("The aggregates do not show the funds; see the log of reporting's worker.")
        answer.raise_for_status()
