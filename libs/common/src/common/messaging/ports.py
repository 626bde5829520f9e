"""Where transports and projections plug in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias
from uuid import UUID

import msgspec

from common.contracts.base import Contract
from common.contracts.registry import CONTRACTS
from common.messaging.envelope import Envelope

if TYPE_CHECKING:
    from typing import Any

    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "asyncpg.Connection[Any] | PoolConnectionProxy[Any]"
"""Plain asyncpg, one's own or out of a pool. A string, for asyncpg's classes are generic to type checkers alone."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a partition was read: all of it up to `position` in the publisher's log.

    `cursor` says so to the feed, `offset` to a topic, where it is known; `recorded_at` is when the last event was, and
    `log_id` names the log, where something is known of it.
    """

    position: int = 0
    cursor: str | None = None
    offset: int | None = None
    recorded_at: datetime | None = None
    log_id: UUID | None = None

    def after(self, taken: Place) -> Place:
        """Where one is who was here and has taken a record: further on, or only at a later offset."""
        if taken.position <= self.position:
            return replace(self, offset=taken.offset)
        return replace(taken, recorded_at=taken.recorded_at or self.recorded_at)


@dataclass(frozen=True, slots=True)
class Record:
    """What a transport delivers: an event, or a watermark (None), which says that a partition goes this far.

    `predecessor` is the position of the event before it in its partition; `head` is how far the log went when a
    watermark was sent.
    """

    partition: str
    place: Place
    predecessor: int
    log_id: UUID
    envelope: Envelope | None
    head: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """What one poll brought: records in order per partition, perhaps none; the publisher's log (None: nothing was
    heard of it), and by partition how far it went then."""

    log_id: UUID | None = None
    heads: Mapping[str, int] = field(default_factory=dict)
    records: Sequence[Record] = ()

    @property
    def envelopes(self) -> list[Envelope]:
        return [record.envelope for record in self.records if record.envelope is not None]


class Source(Protocol):
    """A publisher's events on their way here: the change feed, which is one partition, or those partitions of a topic
    that are this worker's at present.

    It may deliver twice, and lose records: a subscriber drops what it knows, and misses a predecessor.
    """

    @property
    def publisher(self) -> str: ...

    def unplaced(self) -> Collection[str]:
        """Partitions that became ours and deliver nothing before `seek` said where to begin."""

    async def seek(self, partition: str, place: Place) -> None:
        """The partition goes on after `place`, or somewhat before."""

    async def poll(self) -> Batch:
        """The next records of the partitions placed; waits a while for them. Survives a publisher that is away.
        Raises `ForeignLog`, `TopicLeft`."""


class Gap(Exception):
    """A record's predecessor was not delivered: something between was lost on the way."""


class ForeignLog(Exception):
    """The publisher's log is another one than we read before (it was restored): rebuild the read model."""


class TopicLeft(Exception):
    """Nothing more is to be read here: the publisher has closed this generation of its topic."""


class Undecodable(ValueError):
    """The event is of a version that this code does not know, or its data breaks the contract."""


@dataclass(frozen=True, slots=True)
class Received:
    """An event and its contract, validated."""

    envelope: Envelope
    contract: Contract

    @classmethod
    def of(cls, envelope: Envelope) -> Received:
        """Raises `Undecodable`."""
        model = CONTRACTS.get(envelope.type)
        if model is None:
            raise Undecodable(f"{envelope.type} is not known here")
        try:
            return cls(envelope, model.parse(envelope.data or b"null"))
        except ValueError as error:
            raise Undecodable(str(error)) from error


class Projection(Protocol):
    """A read model made from events. It runs in the caller's transaction; its SQL names no schema, for a rebuild
    fills the same tables in another one."""

    @property
    def types(self) -> Collection[str]:
        """The wire names it reads; other types are ignored, other versions of these are set aside."""

    async def seen(self, connection: Connection, streams: Sequence[UUID]) -> Mapping[UUID, int]:
        """The version applied last, of those of the streams of which one was."""

    async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
        """Applies events in order, none of them seen before. Must write what `seen` then tells."""


class Message(msgspec.Struct, frozen=True, gc=False):
    """A record as a broker keeps it. A struct and not a dataclass: hundred thousands are made in a row."""

    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Topic:
    """A generation of a publisher's topic, as it is on the broker."""

    generation: int
    partitions: int


class Publisher(Protocol):
    """Where a relay publishes to. A topic is named by its generation. Whatever a method raises, it may be called
    again."""

    async def newest(self) -> Topic | None:
        """The highest generation that there is; None: none yet."""

    async def create(self, generation: int) -> Topic:
        """Makes a generation as it is declared; what exists is left as it is."""

    async def used(self, generation: int) -> bool:
        """Whether anything was ever published to it."""

    async def publish(self, generation: int, messages: Mapping[int, Sequence[Message]]) -> None:
        """Publishes each partition's messages in order and returns once all of them are acknowledged; else raises, and
        may have published some."""
