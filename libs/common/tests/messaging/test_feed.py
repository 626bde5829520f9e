"""Reading a change feed over an unreliable line."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from harbour import Harbour

from common.messaging.feed import PARTITION, FeedRefused, FeedSource
from common.messaging.ports import ForeignLog

Happening = Callable[[], httpx.Response | None]


class Line(httpx.AsyncBaseTransport):
    """What happens to the first requests; the others go through. None: this one goes through too."""

    def __init__(self, client: httpx.AsyncClient, *happenings: Happening) -> None:
        self._client = client
        self.happenings = list(happenings)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.happenings and (answer := self.happenings.pop(0)()) is not None:
            return answer
        passed = await self._client.send(self._client.build_request("GET", request.url))
        return httpx.Response(passed.status_code, headers=passed.headers, content=passed.content)


def cut() -> None:
    raise httpx.ReadError("the line was cut")


def busy() -> httpx.Response:
    return httpx.Response(503, headers={"Retry-After": "0"})


def page_of_a_proxy() -> httpx.Response:
    return httpx.Response(200, html="<p>Welcome</p>")


def half_a_feed() -> httpx.Response:
    place = "incidents:00000000-0000-0000-0000-000000000001:1"
    headers = {"SALWatch-Position": place, "Next-Cursor": "x"}
    return httpx.Response(200, headers=headers, content=b'{"specversion": "1.0", "id"')


def source(port: Harbour, *happenings: Happening) -> FeedSource:
    client = httpx.AsyncClient(transport=Line(port.client, *happenings), base_url="http://incidents")
    return FeedSource(client, "incidents", "/v1/events", limit=2, wait=0.05)


async def test_a_publisher_that_is_away_is_waited_for(port: Harbour) -> None:
    await port.declare("A", 1, 2, 3)
    reading = source(port, cut, busy, cut)
    batches = [await reading.poll(), await reading.poll(), await reading.poll()]
    assert [[r.envelope.sequence for r in batch.records] for batch in batches] == [[1, 2], [3], []]
    assert [(r.predecessor, batch.heads[PARTITION]) for batch in batches for r in batch.records] == [
        (0, 3),
        (1, 3),
        (2, 3),
    ]


async def test_after_a_seek_it_reads_from_there(port: Harbour) -> None:
    await port.declare("A", 1, 2, 3)
    reading = source(port)
    first = await reading.poll()
    await reading.poll()
    await reading.seek(PARTITION, first.records[0].place)
    assert [r.envelope.sequence for r in (await reading.poll()).records] == [2, 3]


@pytest.mark.parametrize("answer", [page_of_a_proxy, half_a_feed])
async def test_what_is_not_a_change_feed_is_refused(port: Harbour, answer: Happening) -> None:
    with pytest.raises(FeedRefused, match="not a change feed"):
        await source(port, answer).poll()


async def test_a_cursor_of_another_log_says_rebuild(port: Harbour) -> None:
    await port.declare("A", 1)
    reading = source(port)
    await reading.poll()
    await port.log.restored()
    with pytest.raises(ForeignLog, match="rebuild"):
        await reading.poll()
