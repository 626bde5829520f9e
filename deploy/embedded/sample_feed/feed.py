"""One agency's feed: its lines in its format, first versions before corrections, coverage at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx

from embedded.sample_feed.agencies import Agency
from embedded.sample_feed.formats import to_csv, to_json, to_ndjson
from embedded.sample_feed.generate import Line
from embedded.sample_feed.partner import Partner
from embedded.sample_feed.summary import Summary

COMPLETE_THROUGH = "2020-12-31"
_BATCH = 500
_SINGLES_AT_ONCE = 8
_RECENT = 80


@dataclass(frozen=True, slots=True)
class Feed:
    """`landed(count)` is called whenever so many of `lines` are through."""

    agency: Agency
    partner: Partner
    lines: Sequence[Line]
    summary: Summary
    landed: Callable[[int], None]

    async def push(self, firsts: Mapping[str, Line]) -> None:
        """`firsts` are earlier versions by external id; they are sent only for lines the server does not know yet."""
        known = await self._known(list(firsts))
        await self._push(
            [line if line.external_id in known else firsts.get(line.external_id, line) for line in self.lines]
        )
        await self._push([line for line in self.lines if line.external_id in firsts and line.external_id not in known])
        for jurisdiction in self.agency.jurisdictions:
            await self.partner.put(f"/v1/coverage/{jurisdiction}", {"complete_through": COMPLETE_THROUGH})
            self.summary.declared += 1

    async def repeat(self) -> None:
        """What cron jobs do: the last batch twice under one key, and the newest lines again in another format."""
        batch = self.lines[-_BATCH:]
        for _ in range(2):
            self.summary.count(await post_batch(self.partner, self.agency.format, batch))
        other = "csv" if self.agency.format == "ndjson" else "ndjson"
        self.summary.count(await post_batch(self.partner, other, batch[-_RECENT:]))

    async def _known(self, external_ids: Sequence[str]) -> set[str]:
        if not external_ids:
            return set()
        listed = await self.partner.get(
            "/v1/incidents", agency=self.agency.code, external_id=external_ids, status="any"
        )
        return {item["external_id"] for item in listed.json()["items"]}

    async def _push(self, lines: Sequence[Line]) -> None:
        if self.agency.format == "single":
            await self._push_one_by_one(lines)
            return
        for start in range(0, len(lines), _BATCH):
            batch = lines[start : start + _BATCH]
            self.summary.count(await post_batch(self.partner, self.agency.format, batch))
            self.landed(len(batch))

    async def _push_one_by_one(self, lines: Sequence[Line]) -> None:
        turns = asyncio.Semaphore(_SINGLES_AT_ONCE)

        async def one(line: Line) -> None:
            async with turns:
                self.summary.count(await post_one(self.partner, line))
            self.landed(1)

        await asyncio.gather(*map(one, lines))


async def post_batch(partner: Partner, form: str, lines: Sequence[Line]) -> httpx.Response:
    """A batch as CSV, or as zipped NDJSON."""
    bodies = [line.body for line in lines]
    if form == "csv":
        return await partner.post("/v1/incidents:batch", to_csv(bodies), "text/csv")
    return await partner.post("/v1/incidents:batch", to_ndjson(bodies), "application/x-ndjson", zipped=True)


async def post_one(partner: Partner, line: Line) -> httpx.Response:
    return await partner.post("/v1/incidents", to_json(line.body), "application/json")
