"""One published event as a CloudEvent (1.0, JSON format), and back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from common.contracts.attributes import CONTENT_TYPE, sortable

_NOTHING = msgspec.Raw()


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """`sequence` is the position in the publisher's log, `stream_version` that in the event's own stream.

    `data` is the contract as JSON, None for a private event (which keeps its place in the order).
    `type` of a private event is the internal name under the publisher's prefix.
    `cursor` is the place after this event in its log, opaque to whoever reads it (a CloudEvents extension).

    A struct and not a dataclass: hundred thousands are made in a row.
    """

    id: UUID
    publisher: str
    log_id: UUID
    type: str
    subject: UUID
    occurred_at: datetime
    recorded_at: datetime
    sequence: int
    stream_version: int
    data: bytes | None
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    cursor: str | None = None

    def json(self) -> bytes:
        """The event as a CloudEvent, its members in the order a reader expects them."""
        return _ENCODER.encode(
            CloudEvent(
                specversion="1.0",
                id=self.id,
                source=source_of(self.publisher, self.log_id),
                type=self.type,
                subject=self.subject,
                time=self.occurred_at.isoformat(),
                recordedtime=self.recorded_at.isoformat(),
                sequence=sortable(self.sequence),
                streamversion=self.stream_version,
                correlationid=self.correlation_id,
                causationid=self.causation_id,
                datacontenttype=None if self.data is None else CONTENT_TYPE,
                data=_NOTHING if self.data is None else msgspec.Raw(self.data),
                cursor=self.cursor,
            )
        )

    @classmethod
    def parse(cls, text: bytes | str) -> Envelope:
        """The envelope of what `json` gives; raises `ValueError` where a member is missing or bad."""
        return cls.of(_DECODER.decode(text))

    @classmethod
    def of(cls, event: CloudEvent) -> Envelope:
        """Raises `ValueError`."""
        publisher, log_id = publisher_and_log(event.source)
        return cls(
            event.id,
            publisher,
            log_id,
            event.type,
            event.subject,
            datetime.fromisoformat(event.time),
            datetime.fromisoformat(event.recordedtime),
            int(event.sequence),
            event.streamversion,
            bytes(event.data) or None,
            event.correlationid,
            event.causationid,
            event.cursor,
        )


class CloudEvent(msgspec.Struct, omit_defaults=True):
    """The members as they are named on the wire. `predecessor` comes on Kafka alone."""

    specversion: str
    id: UUID
    source: str
    type: str
    subject: UUID
    time: str
    recordedtime: str
    sequence: str
    streamversion: int
    correlationid: UUID | None = None
    causationid: UUID | None = None
    datacontenttype: str | None = None
    data: msgspec.Raw = _NOTHING
    cursor: str | None = None
    predecessor: str | None = None


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(CloudEvent)


def source_of(publisher: str, log_id: UUID) -> str:
    """The CloudEvents attribute `source`."""
    return f"/salwatch/{publisher}/{log_id}"


def publisher_and_log(source: str) -> tuple[str, UUID]:
    """What `source_of` was made of; raises `ValueError`."""
    _, _, publisher, log_id = source.split("/")
    return publisher, UUID(log_id)
