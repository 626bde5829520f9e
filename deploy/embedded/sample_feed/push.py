"""Push the feed through the public API as partner agencies do: in their formats, with retries and corrections.

A second or resumed run changes nothing: keys follow from content, first versions are sent for new lines only.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx

from embedded.sample_feed.agencies import AGENCIES
from embedded.sample_feed.earlier import first_versions
from embedded.sample_feed.feed import Feed, post_one
from embedded.sample_feed.generate import Line, generate, retracted_line
from embedded.sample_feed.partner import Partner
from embedded.sample_feed.review import review
from embedded.sample_feed.summary import Summary

REPEATING = "rs-desk"
RETRACTION_REASON = "Illustration: the report could not be confirmed."
Progress = Callable[[str, int, int], None]
Hook = Callable[[], Awaitable[None]]


async def push(
    incidents_url: str,
    keys: Mapping[str, str],
    tokens: Mapping[str, str],
    progress: Progress,
    *,
    before_retraction: Hook | None = None,
) -> Summary:
    """Push everything; `keys` by agency, `tokens` by role (`verifier` is needed).

    `progress(what, done, total)` is called as lines land; `before_retraction` once, while the line that will be
    withdrawn still counts. Raises `FeedRefused` when a line does not land, httpx.TransportError when nobody answers.
    """
    lines, summary = generate(), Summary()
    async with httpx.AsyncClient(base_url=incidents_url, timeout=120) as client:
        partners = {code: Partner(client, f"ApiKey {key}") for code, key in keys.items()}
        feeds = _feeds(lines, partners, summary, progress)
        firsts = _by_agency(first_versions(lines))
        await asyncio.gather(
            *(feed.push({line.external_id: line for line in firsts[code]}) for code, feed in feeds.items())
        )
        await feeds[REPEATING].repeat()
        summary.verified, summary.disputed = await review(Partner(client, f"Bearer {tokens['verifier']}"), lines)
        await _retract(partners, summary, before_retraction)
    return summary


def _feeds(
    lines: Sequence[Line], partners: Mapping[str, Partner], summary: Summary, progress: Progress
) -> dict[str, Feed]:
    done = 0

    def landed(count: int) -> None:
        nonlocal done
        done = min(done + count, len(lines))
        progress("lines of the sample feed", done, len(lines))

    mine = _by_agency(lines)
    return {each.code: Feed(each, partners[each.code], mine[each.code], summary, landed) for each in AGENCIES}


def _by_agency(lines: Sequence[Line]) -> Mapping[str, list[Line]]:
    grouped: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        grouped[line.agency].append(line)
    return grouped


async def _retract(partners: Mapping[str, Partner], summary: Summary, before: Hook | None) -> None:
    """The one line too many: it arrives last, counts for a while, and its agency withdraws it."""
    line = retracted_line()
    partner = partners[line.agency]
    incident = await _find(partner, line)
    if incident is None:
        summary.count(await post_one(partner, line))
        incident = await _find(partner, line)
    if incident is None or incident["status"] == "retracted":
        return
    if before:
        await before()
    etag = f'"{incident["version"]}"'
    await partner.command(f"/v1/incidents/{incident['id']}/retract", {"reason": RETRACTION_REASON}, etag)
    summary.retracted += 1


async def _find(partner: Partner, line: Line) -> dict[str, Any] | None:
    listed = await partner.get("/v1/incidents", agency=line.agency, external_id=line.external_id, status="any")
    items: list[dict[str, Any]] = listed.json()["items"]
    return items[0] if items else None
