"""A consumer's whole life: it reads the topic where there is one, and the feed where there is none or it must.

A new consumer, one that misses something, and one whose topic was closed read the feed until they have caught up. So
what a broker lost is healed, and a later generation of the topic begins when the earlier one is behind, by one way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

import asyncpg
import structlog

from common.kernel.clock import utc_now
from common.messaging import checkpoints, moving
from common.messaging.checkpoints import Checkpoint, Moved
from common.messaging.faults import TRANSIENT, backoff
from common.messaging.feed import FeedSource
from common.messaging.ports import Gap, Projection, Source, TopicLeft
from common.messaging.published import Published
from common.messaging.side_by_side import side_by_side
from common.messaging.subscriber import Subscriber
from common.observability import metrics

log = structlog.get_logger()

OpenTopic: TypeAlias = Callable[[str], AbstractAsyncContextManager[Source]]
"""Opens this worker's share of the topic of that name."""

TURN_SECONDS = 1.0  # between two looks of a worker whether it is its turn to read the feed
SILENCE_SECONDS = 30.0  # after which a topic is not believed to be alive; the worst lag when it is not
MEASURE_SECONDS = 1.0
NEAR = 2_000  # positions; a topic that is less behind the feed is as good as it


class Follower:
    """Without `open_topic` the feed is read for good. `consumer` is a durable identity."""

    def __init__(
        self,
        pool: asyncpg.Pool[Any],
        feed: FeedSource,
        projection: Projection,
        consumer: str,
        *,
        open_topic: OpenTopic | None = None,
        parked_limit: int = 100,
    ) -> None:
        self._pool = pool
        self._feed = feed
        self._projection = projection
        self._consumer = consumer
        self._open_topic = open_topic
        self._parked_limit = parked_limit

    async def run(self) -> None:
        """For ever. Raises `ForeignLog` where the feed says so, a `Gap` of the feed itself, and what does not pass."""
        await side_by_side(self._follow_always(), self._measure_always())

    async def _follow_always(self) -> None:
        failures = 0
        while True:
            try:
                await self._follow()
                failures = 0
            except TRANSIENT as error:
                log.warning("follower_waits", consumer=self._consumer, error=repr(error))
                await asyncio.sleep(backoff(failures))
                failures += 1

    async def _follow(self) -> None:
        """Until it is time to read elsewhere."""
        topic = await moving.topic_read(self._pool, self._consumer, self._feed.publisher)
        try:
            if topic is None:
                await self._take_turn()
            elif self._open_topic is None:
                await self._to_feed("the feed is the transport")
            else:
                await self._read_topic(topic)
        except Moved as error:
            log.info("follows_elsewhere", consumer=self._consumer, reason=str(error))
            if topic is not None and topic == await moving.topic_read(self._pool, self._consumer, self._feed.publisher):
                await self._to_feed(f"{topic} has other partitions than it had")  # else another worker has moved it

    async def _take_turn(self) -> None:
        """One worker reads the feed at a time: others would read the same and lose every swap."""
        name = f"{self._consumer} reads {self._feed.publisher}"
        async with self._pool.acquire() as connection:
            if not await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", name):
                await asyncio.sleep(TURN_SECONDS)
                return
            await self._read_feed()  # the lock goes with the connection, which the pool takes back clean

    async def _read_feed(self) -> None:
        feed = self._feed.anew()
        subscriber = self._subscriber(feed)
        while True:
            gained = await subscriber.step()
            published = feed.published
            if self._open_topic and published and gained <= NEAR and await self._is_near(published):
                await moving.to_topic(self._pool, self._consumer, self._feed.publisher, published)
                log.info("reads_topic", consumer=self._consumer, topic=published.topic)
                return

    async def _is_near(self, published: Published) -> bool:
        """Whether the topic goes about as far as the read model: who went over earlier would see nothing new."""
        position: int | None = await self._pool.fetchval(
            "SELECT max(position) FROM checkpoint WHERE (consumer, publisher) = ($1, $2)",
            self._consumer,
            self._feed.publisher,
        )
        return position is not None and published.position >= position - NEAR

    async def _read_topic(self, topic: str) -> None:
        try:
            await side_by_side(self._subscribe(topic), self._listen(topic))
        except (Gap, TopicLeft) as error:
            await self._to_feed(str(error))

    async def _subscribe(self, topic: str) -> None:
        assert self._open_topic is not None
        async with self._open_topic(topic) as source:
            await self._subscriber(source).run()

    async def _listen(self, topic: str) -> None:
        """A topic that lives has a watermark every second. One that is silent was deleted, or closed with a mark that
        has expired; or the relay or the broker is away, and the feed knows more. Raises `TopicLeft`."""
        while not await moving.silent(self._pool, self._consumer, self._feed.publisher, SILENCE_SECONDS):
            await asyncio.sleep(SILENCE_SECONDS / 3)
        raise TopicLeft(f"{topic} is silent")

    async def _measure_always(self) -> None:
        """All partitions, by every worker: what was given away to another is not ours to be late with, and what nobody
        reads must not look healthy."""
        while True:
            try:
                async with self._pool.acquire() as connection:
                    held = await checkpoints.standing(connection, self._consumer, self._feed.publisher)
                self._tell(held)
            except TRANSIENT as error:
                log.warning("lag_unknown", consumer=self._consumer, error=repr(error))
            await asyncio.sleep(MEASURE_SECONDS)

    def _tell(self, held: Sequence[Checkpoint]) -> None:
        """The age is worked out when it is asked for, so that it also grows while the database cannot be asked."""
        labels = (self._consumer, self._feed.publisher)
        metrics.TAIL_LAG_EVENTS.labels(*labels).set(checkpoints.lag_events(held) or 0)
        metrics.TAIL_LAG_SECONDS.labels(*labels).set_function(
            lambda: max((checkpoint.lag_seconds(utc_now()) or 0 for checkpoint in held), default=0)
        )

    async def _to_feed(self, reason: str) -> None:
        log.warning("reads_feed", consumer=self._consumer, reason=reason)
        await moving.to_feed(self._pool, self._consumer, self._feed.publisher)

    def _subscriber(self, source: Source) -> Subscriber:
        return Subscriber(self._pool, source, self._projection, self._consumer, parked_limit=self._parked_limit)
