"""The relay: everything at least once, in order, under one leader at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from harbour import Checked, Harbour

from common.messaging.envelope import Envelope
from common.messaging.relay import LogGap, LogReplaced, Relay
from common.testing.eventually import eventually


class Recording:
    """Keeps what was published, and by which epoch; fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.published: list[tuple[int, int]] = []

    @property
    def positions(self) -> list[int]:
        return [position for _, position in self.published]

    async def publish(self, batch: Sequence[Envelope], epoch: int) -> None:
        if self.failures:
            self.failures -= 1
            self.published.append((epoch, batch[0].sequence))  # a part of it went out
            raise ConnectionError("the broker is away")
        self.published += [(epoch, envelope.sequence) for envelope in batch]


class Stuck(Recording):
    """Like a process that is paused in the middle of publishing."""

    def __init__(self) -> None:
        super().__init__()
        self.paused = asyncio.Event()
        self.go_on = asyncio.Event()

    async def publish(self, batch: Sequence[Envelope], epoch: int) -> None:
        self.paused.set()
        await self.go_on.wait()
        await super().publish(batch, epoch)


def relay(port: Harbour, publisher: Recording, **settings: Any) -> Relay:
    read, wait = port.changes.read, port.tail.wait
    return Relay(port.pool, read, wait, publisher, "incidents", **({"lease_seconds": 0.4, "batch_size": 3} | settings))


@asynccontextmanager
async def running(*relays: Relay) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.run()) for one in relays]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def saved(port: Harbour, position: int) -> None:
    async def there() -> bool:
        found: bool = await port.pool.fetchval("SELECT position = $1 FROM relay", position)
        return found

    await eventually(there)


async def test_public_events_are_published_in_order_and_private_ones_counted(port: Harbour) -> None:
    recording = Recording()
    async with running(relay(port, recording)):
        await port.declare("A", 1, 2)
        await port.record(Checked("A"), Checked("B"), Checked("C"), Checked("D"), Checked("E"))
        await port.declare("B", 3)
        await saved(port, 8)
    assert recording.positions == [1, 2, 8]


async def test_it_goes_on_where_it_stopped(port: Harbour) -> None:
    first, second = Recording(), Recording()
    await port.declare("A", 1, 2)
    async with running(relay(port, first)):
        await saved(port, 2)
    await port.declare("A", 3)
    async with running(relay(port, second)):
        await saved(port, 3)
    assert (first.published, second.published) == ([(1, 1), (1, 2)], [(2, 3)])


async def test_what_was_not_acknowledged_is_sent_again_before_anything_newer(port: Harbour) -> None:
    recording = Recording(failures=2)
    await port.declare("A", 1, 2, 3, 4)
    async with running(relay(port, recording)):
        await saved(port, 4)
    assert recording.positions == [1, 1, 1, 2, 3, 4]


async def test_a_crash_between_send_and_cursor_sends_again_and_loses_nothing(port: Harbour) -> None:
    class Dies(Recording):
        async def publish(self, batch: Sequence[Envelope], epoch: int) -> None:
            await super().publish(batch, epoch)
            raise asyncio.CancelledError  # the process ends here

    first, second = Dies(), Recording()
    await port.declare("A", 1, 2)
    with pytest.raises(asyncio.CancelledError):
        await relay(port, first).run()
    async with running(relay(port, second)):
        await saved(port, 2)
    assert (first.positions, second.positions) == ([1, 2], [1, 2])


async def test_of_two_relays_one_publishes(port: Harbour) -> None:
    one, other = Recording(), Recording()
    async with running(relay(port, one), relay(port, other)):
        for n in range(10):
            head = await port.declare("A", n)
        await saved(port, head)
    assert sorted([one.positions, other.positions]) == [[], list(range(1, 11))]


async def test_a_standby_takes_over_and_the_paused_leader_is_fenced(port: Harbour) -> None:
    """The pause is that of the whole process: its lease is not renewed, as its loop does not run."""
    paused, standby = Stuck(), Recording()
    await port.declare("A", 1, 2, 3)
    async with running(relay(port, paused)):
        await paused.paused.wait()
        await port.pool.execute("UPDATE relay SET held_until = '-infinity'")
        async with running(relay(port, standby)):
            await saved(port, 3)
            paused.go_on.set()
            await port.declare("A", 4)
            await saved(port, 4)
    assert standby.published == [(2, 1), (2, 2), (2, 3), (2, 4)]
    assert set(paused.published) <= {(1, 1), (1, 2), (1, 3)}, "at most what it had in hand"


async def test_a_leader_that_publishes_for_long_keeps_its_lease(port: Harbour) -> None:
    slow, standby = Stuck(), Recording()
    await port.declare("A", 1)
    async with running(relay(port, slow)):
        await slow.paused.wait()
        async with running(relay(port, standby)):
            await asyncio.sleep(1.0)
            slow.go_on.set()
            await saved(port, 1)
    assert (slow.published, standby.published) == ([(1, 1)], [])


async def test_a_missing_position_is_an_incident_not_a_wait(port: Harbour) -> None:
    async def lossy(after: int, limit: int) -> list[Envelope]:
        return [e for e in await port.changes.read(after, limit) if e.sequence != 2]

    await port.declare("A", 1, 2, 3)
    with pytest.raises(LogGap, match="position 2"):
        await Relay(port.pool, lossy, port.tail.wait, Recording(), "incidents").run()


async def test_a_restored_log_is_not_published_into_the_old_topics(port: Harbour) -> None:
    await port.declare("A", 1)
    async with running(relay(port, Recording())):
        await saved(port, 1)
    await port.log.restored()
    await port.declare("A", 2)
    with pytest.raises(LogReplaced):
        await relay(port, Recording()).run()
