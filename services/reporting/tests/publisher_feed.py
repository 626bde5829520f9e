"""A publisher's feed for tests: contracts in the order of their positions, with gapless positions and versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from feed_of_incidents import LOG

from common.contracts.base import Contract
from common.contracts.registry import WIRE_NAMES
from common.messaging.envelope import Envelope
from common.messaging.ports import Received

BEGINNING = datetime(2021, 1, 1, tzinfo=UTC)


class PublisherFeed:
    publisher: ClassVar[str]

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.versions: dict[UUID, int] = {}

    def append(self, stream: UUID, contract: type[Contract], told: Mapping[str, Any]) -> Received:
        self.versions[stream] = version = self.versions.get(stream, 0) + 1
        position = len(self.received) + 1
        instant = BEGINNING + timedelta(seconds=position)
        envelope = Envelope(
            id=UUID(int=position),
            publisher=self.publisher,
            log_id=LOG,
            type=WIRE_NAMES[contract],
            subject=stream,
            occurred_at=instant,
            recorded_at=instant,
            sequence=position,
            stream_version=version,
            data=msgspec.convert(dict(told), contract).json(),
            cursor=str(position),
        )
        self.received.append(Received.of(envelope))
        return self.received[-1]
