"""What is read from a topic: CloudEvents in binary and in structured mode, ours and others', marks, and garbage."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.kernel.clock import utc_now
from common.kernel.ids import new_id
from common.messaging.binding import EndOfTopic, Mark, NotOurs, event_message, read_record
from common.messaging.envelope import Envelope
from common.messaging.ports import Message, Place, Record

LOG = UUID("0193a000-0000-7000-8000-000000000001")
PARTITION = "incidents.events/3"
STRUCTURED = [("content-type", b"application/cloudevents+json; charset=UTF-8")]


def envelope(**changes: Any) -> Envelope:
    now = utc_now()
    one = Envelope(
        id=new_id(),
        publisher="incidents",
        log_id=LOG,
        type="incidents.coverage-declared.v1",
        subject=new_id(),
        occurred_at=now,
        recorded_at=now,
        sequence=42,
        stream_version=7,
        data=b'{"agency":"A"}',
        correlation_id=new_id(),
        causation_id=new_id(),
        cursor="after-42",
    )
    return msgspec.structs.replace(one, **changes)


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_written_as_python_writes_it(instant: datetime) -> None:
    headers = dict(event_message(envelope(occurred_at=instant, recorded_at=instant), 0, 1).headers)
    assert headers["ce_time"] == headers["ce_recordedtime"] == instant.isoformat().encode()


def read(message: Message) -> Record:
    return read_record(message, PARTITION, 100)


@pytest.mark.parametrize("bare", [False, True])
def test_what_we_write_is_read_back(bare: bool) -> None:
    sent = envelope(correlation_id=None, causation_id=None) if bare else envelope()
    place = Place(42, "after-42", 100, sent.recorded_at)
    assert read(event_message(sent, predecessor=40, epoch=2)) == Record(PARTITION, place, 40, LOG, sent)


def test_structured_mode_is_read_as_well() -> None:
    sent = envelope()
    event = msgspec.json.decode(sent.json())
    record = read(Message(None, msgspec.json.encode({**event, "predecessor": f"{40:020}"}), STRUCTURED))
    assert record == Record(PARTITION, Place(42, "after-42", 100, sent.recorded_at), 40, LOG, sent)


def test_an_event_that_our_relay_did_not_send_moves_the_offset_alone() -> None:
    """It has no cursor and no predecessor, so it does not say how far its partition goes."""
    sent = envelope(cursor=None)
    record = read(Message(None, sent.json(), STRUCTURED))
    assert record == Record(PARTITION, Place(offset=100), 0, LOG, sent)
    reached = Place(50, "after-50", 99).after(record.place)
    assert reached == Place(50, "after-50", 100)


def test_attributes_that_are_not_known_are_passed_over() -> None:
    sent = envelope()
    ours = event_message(sent, predecessor=40, epoch=2)
    more = Message(ours.key, ours.value, [*ours.headers, ("ce_ofanother", b"1"), ("other", b"\xff")])
    assert read(more).envelope == sent


def test_a_watermark_is_a_record_without_an_event() -> None:
    mark = Mark("incidents", LOG, 42, 45, "after-42").message(predecessor=40, epoch=2)
    assert read(mark) == Record(PARTITION, Place(42, "after-42", 100), 40, LOG, None, 45)


def test_a_watermark_leaves_it_known_when_the_last_event_was() -> None:
    event = read(event_message(envelope(), predecessor=40, epoch=2)).place
    mark = read(Mark("incidents", LOG, 50, 50, "after-50").message(predecessor=42, epoch=2)).place
    assert event.after(mark) == Place(50, "after-50", 100, event.recorded_at)


def test_a_watermark_of_an_empty_log_moves_the_offset_alone() -> None:
    mark = Mark("incidents", LOG, 0, 0, None).message(predecessor=0, epoch=1)
    assert read(mark) == Record(PARTITION, Place(offset=100), 0, LOG, None)


def test_an_end_mark_ends_the_topic() -> None:
    with pytest.raises(EndOfTopic):
        read(Mark("incidents", LOG, 42, 42, "after-42", "incidents.events.g2").message(predecessor=40, epoch=2))


def spoilt(name: str, value: bytes | None) -> Message:
    """Ours, with another header of that name (None: without it)."""
    ours = event_message(envelope(), predecessor=40, epoch=2)
    others = [(each, kept) for each, kept in ours.headers if each != name]
    return Message(ours.key, ours.value, others if value is None else [*others, (name, value)])


@pytest.mark.parametrize(
    "message",
    [
        Message(None, None, []),
        Message(b"key", b"\xff\xfe garbage", [("ce_type", b"\xff")]),
        Message(None, b"{", STRUCTURED),
        Message(None, None, STRUCTURED),
        Message(None, b"[]", STRUCTURED),
        spoilt("ce_type", None),
        spoilt("ce_sequence", b"the first"),
        spoilt("ce_sequence", None),
        spoilt("ce_predecessor", b"-"),
        spoilt("ce_source", b"/elsewhere"),
        spoilt("ce_source", b"/salwatch/incidents/not-an-id"),
        spoilt("ce_subject", b"not an id"),
        spoilt("ce_time", b"yesterday"),
        spoilt("ce_streamversion", b"1.5"),
    ],
)
def test_what_cannot_be_read_is_not_ours(message: Message) -> None:
    with pytest.raises(NotOurs):
        read(message)
