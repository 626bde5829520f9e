"""The relay: everything at least once, in order, under one leader at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from harbour import Checked, Harbour, stream_of
from recording import Recording, header

from common.contracts.attributes import GENERATION_END, WATERMARK
from common.messaging.envelope import Envelope
from common.messaging.partitioner import partition_of
from common.messaging.ports import Message
from common.messaging.relay import LogGap, Relay
from common.testing.eventually import eventually


def told(messages: Sequence[Message]) -> list[tuple[str, int, int]]:
    """(kind, position, predecessor), where a kind is e, w or g: an event, a watermark, a generation's end."""
    kinds = {WATERMARK: "w", GENERATION_END: "g"}
    return [
        (kinds.get(header(m, "ce_type"), "e"), int(header(m, "ce_sequence")), int(header(m, "ce_predecessor")))
        for m in messages
    ]


class Stuck(Recording):
    """Like a process that is paused in the middle of publishing."""

    def __init__(self) -> None:
        super().__init__()
        self.paused = asyncio.Event()
        self.go_on = asyncio.Event()

    async def publish(self, generation: int, messages: Mapping[int, Sequence[Message]]) -> None:
        self.paused.set()
        await self.go_on.wait()
        await super().publish(generation, messages)


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
        async def publish(self, generation: int, messages: Mapping[int, Sequence[Message]]) -> None:
            await super().publish(generation, messages)
            if self.positions:
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


async def test_every_event_names_the_one_before_it_in_its_partition(port: Harbour) -> None:
    recording = Recording(partitions=3)
    async with running(relay(port, recording)):
        for n in range(1, 21):
            await port.declare(f"agency {n % 7}", n)
        await saved(port, 20)
    for partition, messages in recording.topics[1].items():
        events = [(position, before) for kind, position, before in told(messages) if kind == "e"]
        assert [before for _, before in events] == [0, *(position for position, _ in events)][: len(events)]
        assert {partition_of(UUID(m.key.decode()), 3) for m in messages if m.key} <= {partition}


async def test_idle_partitions_are_told_how_far_the_log_was_published(port: Harbour) -> None:
    recording = Recording(partitions=3)
    async with running(relay(port, recording)):
        await port.declare("A", 1)
        await port.record(Checked("A"))

        async def all_told() -> bool:
            batches = recording.topics.get(1, {0: []}).values()
            return all(batch and told(batch)[-1][:2] == ("w", 2) for batch in batches)

        await eventually(all_told)
    own = partition_of(stream_of("A"), 3)
    assert {n: told(batch)[-1][2] for n, batch in recording.topics[1].items()} == {0: 0, 1: 0, 2: 0} | {own: 1}


async def test_a_relay_that_is_behind_says_how_far_the_log_goes(port: Harbour) -> None:
    class Slow(Recording):
        async def publish(self, generation: int, messages: Mapping[int, Sequence[Message]]) -> None:
            await super().publish(generation, messages)
            await asyncio.sleep(0.15)

    recording = Slow()
    await port.declare("A", *range(1, 13))
    async with running(relay(port, recording)):
        await saved(port, 12)

        async def all_told() -> bool:
            return told(recording.topics[1][0])[-1] == ("w", 12, 12)

        await eventually(all_told)
    marks = [m for m in recording.topics[1][0] if m.key is None]
    heads = [(int(header(m, "ce_sequence")), int(header(m, "ce_loghead"))) for m in marks]
    assert (6, 12) in heads, "two batches behind"
    assert heads[-1] == (12, 12)


async def test_what_is_too_large_for_the_topic_is_missed_by_its_successor(port: Harbour) -> None:
    recording = Recording()
    with patch("common.messaging.progress.LARGEST", 150):
        async with running(relay(port, recording)):
            await port.declare("A", 1)
            await port.declare("A" * 100, 2)
            await port.declare("A", 3)
            await saved(port, 3)
    assert [entry for entry in told(recording.topics[1][0]) if entry[0] == "e"] == [("e", 1, 0), ("e", 3, 2)]


async def test_a_newer_generation_is_gone_over_to_after_the_end_of_the_old_one(port: Harbour) -> None:
    recording = Recording()
    with patch("common.messaging.relay.LOOK_SECONDS", 0.05):
        async with running(relay(port, recording)):
            await port.declare("A", 1, 2)
            await saved(port, 2)
            recording.partitions = 2
            await recording.create(2)

            async def closed() -> bool:
                return told(recording.topics[1][0])[-1] == ("g", 2, 2)

            await eventually(closed)
            await port.declare("A", 3)
            await saved(port, 3)
    assert header(recording.topics[1][0][-1], "ce_nexttopic") == "incidents.events.g2"
    partition = partition_of(stream_of("A"), 2)
    assert ("e", 3, 2) in told(recording.topics[2][partition])


async def test_a_restored_log_goes_whole_into_a_new_generation(port: Harbour) -> None:
    await port.declare("A", 1)
    recording = Recording()
    async with running(relay(port, recording)):
        await saved(port, 1)
    log = (await port.log.restored()).log_id
    await port.declare("A", 2)
    async with running(relay(port, recording)):
        await saved(port, 2)
    assert [told([m])[0] for m in recording.topics[2][0] if m.key] == [("e", 1, 0), ("e", 2, 1)]
    assert {header(m, "ce_source") for m in recording.topics[2][0]} == {f"/salwatch/incidents/{log}"}
    assert told(recording.topics[1][0])[-1][0] == "g"


async def test_a_topic_that_somebody_else_has_used_is_left_alone(port: Harbour) -> None:
    recording = Recording()
    await recording.create(1)
    recording.topics[1][0].append(Message(b"of another log", b"", ()))
    await port.declare("A", 1)
    async with running(relay(port, recording)):
        await saved(port, 1)
    assert [len(batch) for batch in recording.topics[1].values()] == [1]
    assert (max(recording.topics), recording.positions) == (2, [1])


async def test_a_topic_that_was_lost_is_made_again_and_gone_on_with(port: Harbour) -> None:
    await port.declare("A", 1, 2)
    recording = Recording()
    async with running(relay(port, recording)):
        await saved(port, 2)
    wiped = Recording()
    await port.declare("A", 3)
    async with running(relay(port, wiped)):
        await saved(port, 3)
    assert [entry for entry in told(wiped.topics[1][0]) if entry[0] == "e"] == [("e", 3, 2)]
