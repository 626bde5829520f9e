"""One published event as a CloudEvent (1.0, JSON format), and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


@dataclass(frozen=True, slots=True)
class Envelope:
    """`sequence` is the position in the publisher's log, `stream_version` that in the event's own stream.

    `data` is the contract as JSON, None for a private event (which keeps its place in the order).
    `type` of a private event is the internal name under the publisher's prefix.
    `cursor` is the place after this event in its log, opaque to whoever reads it (a CloudEvents extension).
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
    data: dict[str, Any] | None
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    cursor: str | None = None

    def cloud_event(self) -> dict[str, Any]:
        """The event as the members of a CloudEvent, in the order a reader expects them."""
        members: dict[str, Any] = {
            "specversion": "1.0",
            "id": str(self.id),
            "source": source_of(self.publisher, self.log_id),
            "type": self.type,
            "subject": str(self.subject),
            "time": self.occurred_at.isoformat(),
            "recordedtime": self.recorded_at.isoformat(),
            "sequence": f"{self.sequence:020d}",
            "streamversion": self.stream_version,
        }
        if self.correlation_id is not None:
            members["correlationid"] = str(self.correlation_id)
        if self.causation_id is not None:
            members["causationid"] = str(self.causation_id)
        if self.data is not None:
            members["datacontenttype"] = "application/json"
            members["data"] = self.data
        if self.cursor is not None:
            members["cursor"] = self.cursor
        return members

    @classmethod
    def from_cloud_event(cls, members: dict[str, Any]) -> Envelope:
        """The envelope of a CloudEvent's members; raises `ValueError` or `KeyError` where one is missing or bad."""
        publisher, log_id = publisher_and_log(members["source"])
        return cls(
            id=UUID(members["id"]),
            publisher=publisher,
            log_id=log_id,
            type=members["type"],
            subject=UUID(members["subject"]),
            occurred_at=datetime.fromisoformat(members["time"]),
            recorded_at=datetime.fromisoformat(members["recordedtime"]),
            sequence=int(members["sequence"]),
            stream_version=int(members["streamversion"]),
            data=members.get("data"),
            correlation_id=_uuid(members.get("correlationid")),
            causation_id=_uuid(members.get("causationid")),
            cursor=members.get("cursor"),
        )


def source_of(publisher: str, log_id: UUID) -> str:
    """The CloudEvents attribute `source`."""
    return f"/salwatch/{publisher}/{log_id}"


def publisher_and_log(source: str) -> tuple[str, UUID]:
    """What `source_of` was made of; raises `ValueError`."""
    _, _, publisher, log_id = source.split("/")
    return publisher, UUID(log_id)


def encode_line(members: dict[str, Any]) -> bytes:
    """One NDJSON line, newline included."""
    return msgspec.json.encode(members) + b"\n"


def _uuid(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)
