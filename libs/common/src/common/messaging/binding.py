"""CloudEvents on Kafka: binary mode as we write it, binary and structured mode as we read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from common.contracts.attributes import CONTENT_TYPE, GENERATION_END, WATERMARK, sortable
from common.kernel.clock import utc_now
from common.kernel.ids import new_id
from common.messaging.envelope import CloudEvent, Envelope, publisher_and_log, source_of
from common.messaging.ports import Message, Place, Record

STRUCTURED = b"application/cloudevents+json"
_STRUCTURED = msgspec.json.Decoder(CloudEvent)
_JSON = CONTENT_TYPE.encode()
_encode = msgspec.json.Encoder().encode


def partition_name(topic: str, number: int) -> str:
    """A partition as checkpoints name it."""
    return f"{topic}/{number}"


def event_message(envelope: Envelope, predecessor: int, epoch: int) -> Message:
    """A public event in binary mode: the attributes are headers, the value is the contract."""
    subject = str(envelope.subject).encode()
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(envelope.id).encode()),
        ("ce_source", source_of(envelope.publisher, envelope.log_id).encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_subject", subject),
        ("ce_time", _instant(envelope.occurred_at)),
        ("ce_recordedtime", _instant(envelope.recorded_at)),
        ("ce_sequence", b"%020d" % envelope.sequence),
        ("ce_streamversion", b"%d" % envelope.stream_version),
        ("ce_predecessor", b"%020d" % predecessor),
        ("ce_epoch", b"%d" % epoch),
        ("content-type", _JSON),
    ]
    if envelope.cursor is not None:
        headers.append(("ce_cursor", envelope.cursor.encode()))
    if envelope.correlation_id is not None:
        headers.append(("ce_correlationid", str(envelope.correlation_id).encode()))
        headers.append(("traceparent", _traceparent(envelope.correlation_id, envelope.id)))
    if envelope.causation_id is not None:
        headers.append(("ce_causationid", str(envelope.causation_id).encode()))
    return Message(subject, envelope.data, headers)


def _instant(instant: datetime) -> bytes:
    """In UTC, as the log has it. What `isoformat` gives, which takes five times as long."""
    return _encode(instant)[1:-1].replace(b"Z", b"+00:00")


@dataclass(frozen=True, slots=True)
class Mark:
    """That the log was published up to a position, and how far it goes; with `next_topic` the end of this generation
    of the topic."""

    publisher: str
    log_id: UUID
    position: int
    head: int
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
            "loghead": sortable(self.head),
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
    headers = dict(message.headers)
    try:
        if headers.get("content-type", b"").startswith(STRUCTURED):
            return _event_record(_STRUCTURED.decode(message.value or b""), partition, next_offset)
        kind = headers["ce_type"].decode()
        if kind == GENERATION_END:
            raise EndOfTopic
        if kind == WATERMARK:
            return _watermark_record(headers, partition, next_offset)
        members = {name[3:]: value.decode() for name, value in headers.items() if name.startswith("ce_")}
        data = msgspec.Raw(message.value or b"")
        event = msgspec.convert({**members, "data": data}, CloudEvent, strict=False)
        return _event_record(event, partition, next_offset)
    except (KeyError, ValueError, TypeError) as error:  # msgspec's errors are ValueErrors
        raise NotOurs(repr(error)) from error


def _event_record(event: CloudEvent, partition: str, next_offset: int) -> Record:
    envelope = Envelope.of(event)
    if event.cursor is None or event.predecessor is None:  # not of our relay: it says nothing of the partition
        return Record(partition, Place(offset=next_offset), 0, envelope.log_id, envelope)
    place = Place(envelope.sequence, envelope.cursor, next_offset, envelope.recorded_at)
    return Record(partition, place, int(event.predecessor), envelope.log_id, envelope)


def _watermark_record(headers: Mapping[str, bytes], partition: str, next_offset: int) -> Record:
    _, log_id = publisher_and_log(headers["ce_source"].decode())
    if "ce_cursor" not in headers:  # the log was empty
        return Record(partition, Place(offset=next_offset), 0, log_id, None)
    place = Place(int(headers["ce_sequence"]), headers["ce_cursor"].decode(), next_offset)
    return Record(partition, place, int(headers["ce_predecessor"]), log_id, None, int(headers["ce_loghead"]))


def _traceparent(correlation_id: UUID, event_id: UUID) -> bytes:
    """W3C Trace Context: the correlation id is the trace, the event's id a span of it."""
    return f"00-{correlation_id.hex}-{event_id.hex[16:]}-01".encode()
