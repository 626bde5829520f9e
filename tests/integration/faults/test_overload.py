"""More is asked than can be written: some are told to come again, nobody who was promised something loses it."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from audit import audit
from city import city
from reporters import Refused, Reporter, reporters

pytestmark = [pytest.mark.faults, pytest.mark.slow]

CALLERS = 200
SECONDS = 4.0
QUEUE = 20  # lines that may wait


async def test_what_is_too_much_is_refused_and_nothing_is_lost(
    new_folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INCIDENTS_QUEUE_LIMIT", str(QUEUE))
    async with city(new_folder(), kafka=False) as running:
        await running.start("reporting-api")
        async with reporters(running, random.Random(4)) as [ledger, reporting]:
            statuses = await _overload(running.incidents, reporting)
            assert set(statuses) <= {200, 201, 429, 503}, statuses
            assert statuses[503] + statuses[429] > 20, "it was too little"
            assert statuses[201] > 20, statuses
            began = time.monotonic()
            for reporter in reporting:
                await reporter.push(10)
            assert time.monotonic() - began < 10, "it has recovered"
            findings = await audit(running, ledger)
            assert not findings.wrong, findings


async def _overload(url: str, reporting: list[Reporter]) -> Counter[int]:
    """Callers who never wait, and do not ask again. Their answers, by status."""
    statuses: Counter[int] = Counter()
    limits = httpx.Limits(max_connections=CALLERS)
    async with httpx.AsyncClient(base_url=url, timeout=30, limits=limits) as client:
        until = time.monotonic() + SECONDS
        callers = [_call(client, reporting[n % len(reporting)], statuses, until) for n in range(CALLERS)]
        await asyncio.gather(*callers)
    return statuses


async def _call(client: httpx.AsyncClient, reporter: Reporter, statuses: Counter[int], until: float) -> None:
    while time.monotonic() < until:
        line = reporter.line(f"{reporter.jurisdiction}-{uuid4()}")
        answer = await _answer(client, reporter, line)
        statuses[answer.status_code] += 1
        if answer.is_success:
            reporter.acknowledge(line, answer.json())
        elif "Retry-After" not in answer.headers:
            raise Refused(f"{answer.status_code} {answer.text}")


async def _answer(client: httpx.AsyncClient, reporter: Reporter, line: dict[str, Any]) -> httpx.Response:
    """Asks again only where a kept connection was closed just then."""
    headers = {"Authorization": f"ApiKey {reporter.key}", "Idempotency-Key": line["external_id"]}
    while True:
        try:
            return await client.post("/v1/incidents", json=line, headers=headers)
        except httpx.TransportError:
            await asyncio.sleep(0.1)
