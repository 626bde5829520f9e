"""A publisher without a broker: for the tests of the relay, which must see what was published, and make it fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from common.messaging.ports import Message, Topic


class Recording:
    """A publisher that keeps what was published, and by which epoch; fails as often as it is told to."""

    def __init__(self, failures: int = 0, partitions: int = 1) -> None:
        self.failures = failures
        self.partitions = partitions
        self.topics: dict[int, dict[int, list[Message]]] = {}
        self.published: list[tuple[int, int]] = []

    @property
    def positions(self) -> list[int]:
        return [position for _, position in self.published]

    async def newest(self) -> Topic | None:
        if not self.topics:
            return None
        generation = max(self.topics)
        return Topic(generation, len(self.topics[generation]))

    async def create(self, generation: int) -> Topic:
        self.topics.setdefault(generation, {number: [] for number in range(self.partitions)})
        return Topic(generation, len(self.topics[generation]))

    async def used(self, generation: int) -> bool:
        return any(self.topics.get(generation, {}).values())

    async def publish(self, generation: int, messages: Mapping[int, Sequence[Message]]) -> None:
        events = [message for batch in messages.values() for message in batch if message.key is not None]
        if self.failures and events:
            self.failures -= 1
            self._keep(events[:1])  # a part of it went out
            raise ConnectionError("the broker is away")
        self._keep(events)
        for partition, batch in messages.items():
            self.topics[generation][partition] += batch

    def _keep(self, events: Sequence[Message]) -> None:
        self.published += [(int(header(event, "ce_epoch")), int(header(event, "ce_sequence"))) for event in events]


def header(message: Message, name: str) -> str:
    return dict(message.headers)[name].decode()
