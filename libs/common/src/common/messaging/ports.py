"""Where transports and projections plug in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias
from uuid import UUID

from pydantic import ValidationError

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
class Record:
    """An event as a transport delivers it, with the position of the one before it in its partition."""

    envelope: Envelope
    predecessor: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one poll brought: records in order, perhaps none; and the publisher's log and head as it then stood."""

    log_id: UUID
    head: int
    records: Sequence[Record] = ()


class Source(Protocol):
    """A partition of a publisher's events: the change feed, or a topic's partition.

    It may deliver twice, and from an earlier place than it was asked for; a subscriber stands both.
    """

    @property
    def publisher(self) -> str: ...

    @property
    def partition(self) -> str: ...

    def seek(self, cursor: str | None) -> None:
        """The next poll begins after `cursor`; None is the beginning."""

    async def poll(self) -> Batch:
        """The next records; waits a while for them. Survives a publisher that is away. Raises `ForeignLog`."""

    async def between(self, cursor: str | None, position: int) -> Sequence[Envelope]:
        """The events after `cursor`, which stands at `position`: at least the next one, contiguous, from the
        publisher's own feed. Raises `GapInFeed` where it has none either."""


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
            return cls(envelope, model.model_validate(envelope.data))
        except ValidationError as error:
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


class Publisher(Protocol):
    """Where a relay publishes to."""

    async def publish(self, batch: Sequence[Envelope], epoch: int) -> None:
        """Publishes in order and returns once all of it is acknowledged; else raises, and may have published some.
        `epoch` tells the relay's present leader from earlier ones."""
