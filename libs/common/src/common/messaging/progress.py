"""How far a log was published, and what follows: the messages for each partition, chained to the ones before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog

from common.contracts.registry import topic_name
from common.messaging.binding import Mark, event_message
from common.messaging.envelope import Envelope
from common.messaging.partitioner import partition_of
from common.messaging.ports import Message, Topic

log = structlog.get_logger()

LARGEST = 900_000  # bytes; what is larger stays in the feed, where its successor's reader will look for it
COLUMNS = ("log_id", "position", "cursor", "generation", "predecessors")


@dataclass(frozen=True, slots=True)
class Progress:
    """Up to which position of a log everything was published, and into which generation of the topic.

    `predecessors` holds for each partition the position of its last event; or a later one, up to which there is
    nothing more to come: to whoever has not come so far, that means to look into the feed.
    """

    log_id: UUID
    position: int
    cursor: str | None
    generation: int
    predecessors: Sequence[int]

    @classmethod
    def beginning(cls, log_id: UUID, topic: Topic) -> Progress:
        return cls(log_id, 0, None, topic.generation, [0] * topic.partitions)

    def moved_to(self, topic: Topic) -> Progress:
        """The same log goes on in another topic, or in one that was made anew with other partitions."""
        if (topic.generation, topic.partitions) == (self.generation, len(self.predecessors)):
            return self
        return replace(self, generation=topic.generation, predecessors=[self.position] * topic.partitions)

    def values(self) -> tuple[Any, ...]:
        """As `COLUMNS` names them."""
        return self.log_id, self.position, self.cursor, self.generation, list(self.predecessors)

    def after(self, batch: Sequence[Envelope], epoch: int) -> tuple[Mapping[int, Sequence[Message]], Progress]:
        """The messages that publish the next events of the log, private ones left out; and the progress then."""
        messages: defaultdict[int, list[Message]] = defaultdict(list)
        predecessors = list(self.predecessors)
        for envelope in batch:
            if envelope.data is None:
                continue
            partition = partition_of(envelope.subject, len(predecessors))
            message = event_message(envelope, predecessors[partition], epoch)
            predecessors[partition] = envelope.sequence
            if len(message.value or b"") > LARGEST:
                log.error("event_too_large", publisher=envelope.publisher, position=envelope.sequence)
            else:
                messages[partition].append(message)
        if not batch:
            return {}, self
        last = batch[-1]
        return messages, replace(self, position=last.sequence, cursor=last.cursor, predecessors=predecessors)

    def marks(
        self, service: str, epoch: int, head: int, next_generation: int | None = None
    ) -> Mapping[int, Sequence[Message]]:
        """For every partition that the log was published up to here, and goes to `head`; or that it goes on in another
        generation."""
        following = topic_name(service, next_generation) if next_generation else None
        mark = Mark(service, self.log_id, self.position, head, self.cursor, following)
        return {number: [mark.message(last, epoch)] for number, last in enumerate(self.predecessors)}


def missing(after: int, batch: Sequence[Envelope]) -> int | None:
    """The first position that is not there, where they should be after + 1, after + 2, …; None: all of them are."""
    found = zip(range(after + 1, after + 1 + len(batch)), batch, strict=True)
    return next((position for position, envelope in found if envelope.sequence != position), None)
