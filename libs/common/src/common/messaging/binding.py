"""CloudEvents on Kafka: binary mode as we write it, binary and structured mode as we read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from common.contracts.attributes import CONTENT_TYPE, GENERATION_END, WATERMARK, sortable
from common.kernel.clock import utc_now
from common.kernel.ids import new_id
from common.messaging.envelope import Envelope, publisher_and_log, source_of
from common.messaging.ports import Message, Place, Record

STRUCTURED = b"application/cloudevents+json"


def partition_name(topic: str, number: int) -> str:
    """A partition as checkpoints name it."""
    return f"{topic}/{number}"


def event_message(envelope: Envelope, predecessor: int, epoch: int) -> Message:
    """A public event in binary mode: the attributes are headers, the value is the contract."""
    members = envelope.cloud_event()
    value = msgspec.json.encode(members.pop("data"))
    del members["datacontenttype"]
    headers = [(f"ce_{name}", str(member).encode()) for name, member in members.items()]
    headers += [
        ("ce_predecessor", sortable(predecessor).encode()),
        ("ce_epoch", b"%d" % epoch),
        ("content-type", CONTENT_TYPE.encode()),
    ]
    if envelope.correlation_id is not None:
        headers.append(("traceparent", _traceparent(envelope.correlation_id, envelope.id)))
    return Message(str(envelope.subject).encode(), value, headers)


@dataclass(frozen=True, slots=True)
class Mark:
    """That the log was published up to a position; with `next_topic` the end of this generation of the topic."""

    publisher: str
    log_id: UUID
    position: int
    cursor: str | None
    next_topic: str | None = None

    def message(self, predecessor: int, epoch: int) -> Message:
        """`predecessor` is the position of the partition's last event."""
        members: dict[str, str | None] = {
            "specversion": "1.0",
            "id": str(new_id()),
            "source": source_of(self.publisher, self.log_id),
            "type": GENERATION_END if self.next_topic else WATERMARK,
            "time": utc_now().isoformat(),
            "sequence": sortable(self.position),
            "predecessor": sortable(predecessor),
            "epoch": str(epoch),
            "cursor": self.cursor,
            "nexttopic": self.next_topic,
        }
        headers = [(f"ce_{name}", member.encode()) for name, member in members.items() if member is not None]
        return Message(None, None, headers)


class NotOurs(ValueError):
    """The record is no CloudEvent of a publisher of ours. Were it one that was spoilt, its successor would miss it."""


class EndOfTopic(Exception):
    """The record is the end mark of the topic's generation."""


def read_record(message: Message, partition: str, next_offset: int) -> Record:
    """The record that a message holds; `next_offset` is that of the one after it. Raises `NotOurs`, `EndOfTopic`."""
    try:
        members = _members(message)
        if members["type"] == GENERATION_END:
            raise EndOfTopic
        envelope = None if members["type"] == WATERMARK else Envelope.from_cloud_event(members)
        _, log_id = publisher_and_log(members["source"])
        if "cursor" not in members:  # not of our relay: the event counts, but says nothing of the partition
            return Record(partition, Place(offset=next_offset), 0, log_id, envelope)
        place = Place(
            int(members["sequence"]), members["cursor"], next_offset, envelope.recorded_at if envelope else None
        )
        return Record(partition, place, int(members["predecessor"]), log_id, envelope)
    except (KeyError, ValueError, TypeError, AttributeError) as error:  # msgspec's errors are ValueErrors
        raise NotOurs(repr(error)) from error


def _members(message: Message) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in message.headers}
    if headers.get("content-type", b"").startswith(STRUCTURED):
        members: dict[str, Any] = msgspec.json.decode(message.value or b"")
        return members
    members = {name[3:]: value.decode() for name, value in headers.items() if name.startswith("ce_")}
    if message.value is not None:
        members["data"] = msgspec.json.decode(message.value)
    return members


def _traceparent(correlation_id: UUID, event_id: UUID) -> bytes:
    """W3C Trace Context: the correlation id is the trace, the event's id a span of it."""
    return f"00-{correlation_id.hex}-{event_id.hex[16:]}-01".encode()
