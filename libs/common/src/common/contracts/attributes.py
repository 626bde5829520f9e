"""The attributes of every CloudEvent that is published, in one table: transports and documents are made from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

WATERMARK = "salwatch.watermark.v1"
GENERATION_END = "salwatch.generation-end.v1"

Kind = Literal["event", "watermark", "generation-end"]

EVENT: frozenset[Kind] = frozenset({"event"})
MARKS: frozenset[Kind] = frozenset({"watermark", "generation-end"})

CONTENT_TYPE = "application/json"
SEQUENCE_DIGITS = 20


def sortable(position: int) -> str:
    """A position as text that sorts as the number does."""
    return f"{position:0{SEQUENCE_DIGITS}d}"


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name` is the member in the change feed; `kinds` are the records on Kafka that carry it, of which those that are
    `optional` leave it out where there is nothing to say."""

    name: str
    meaning: str
    example: str
    kinds: frozenset[Kind] = EVENT | MARKS
    in_feed: bool = True
    optional: frozenset[Kind] = frozenset()
    pattern: str | None = None
    plain_header: str | None = field(default=None, repr=False)

    @property
    def header(self) -> str:
        """The header on Kafka."""
        return self.plain_header or f"ce_{self.name}"


_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_INSTANT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
_POSITION = rf"^\d{{{SEQUENCE_DIGITS}}}$"
_NUMBER = r"^[1-9]\d*$"

ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("specversion", "The version of CloudEvents.", "1.0", pattern=r"^1\.0$"),
    Attribute(
        "id",
        "Identifies the event, everywhere and for ever: the same on every transport and in every redelivery.",
        "0193b2f1-5c1e-7d2a-9a6b-2f0c8e4d7a11",
    ),
    Attribute(
        "source",
        "The publisher and the id of its log, `/salwatch/<publisher>/<log id>`. A log that was restored from a backup "
        "has another id.",
        "/salwatch/incidents/0193a000-0000-7000-8000-000000000001",
        pattern=r"^/salwatch/[a-z]+/[0-9a-f-]{36}$",
    ),
    Attribute("type", "The wire name, `<publisher>.<event>.v<n>`.", "incidents.incident-reported.v1"),
    Attribute(
        "subject",
        "The stream: the one incident (or other thing) that the event is about. Also the key on Kafka.",
        "5b8f7c1e-3a52-5d55-8e0c-0d9f6a2b1c44",
        EVENT,
        pattern=_UUID,
    ),
    Attribute(
        "time",
        "When it came about: the report came in, the decision was taken. Not when an incident took place.",
        "2020-03-15T01:12:44.120000+00:00",
        pattern=_INSTANT,
    ),
    Attribute("recordedtime", "When the log kept it.", "2020-03-15T01:12:44.131000+00:00", EVENT, pattern=_INSTANT),
    Attribute(
        "sequence",
        "The position in the publisher's log, padded with zeros so that it sorts as text. Positions have no gaps and "
        "follow the order in which events were committed; a mark names the position that its partition has reached.",
        sortable(1042),
        pattern=_POSITION,
    ),
    Attribute(
        "streamversion",
        "The position within the stream, counted from 1. Private events are counted too.",
        "1",
        EVENT,
        pattern=_NUMBER,
    ),
    Attribute(
        "correlationid",
        "Shared by everything that one request brought about.",
        "0193b2f1-5c10-7b11-8c44-91d2a7f3e602",
        EVENT,
        optional=EVENT,
        pattern=_UUID,
    ),
    Attribute(
        "causationid",
        "The id of the event that caused this one.",
        "0193b2f1-5bff-7a01-b2c3-5d6e7f809101",
        EVENT,
        optional=EVENT,
        pattern=_UUID,
    ),
    Attribute(
        "predecessor",
        "The `sequence` of the event before it in its partition; of a topic's first, the position at which the topic "
        "began (0, or where the generation before it ended). Beyond what you have read, records are missing.",
        sortable(1037),
        in_feed=False,
        pattern=_POSITION,
    ),
    Attribute(
        "loghead",
        "How far the log went when the mark was sent; the same as `sequence` unless the relay is far behind.",
        sortable(1042),
        MARKS,
        in_feed=False,
        pattern=_POSITION,
    ),
    Attribute(
        "epoch",
        "The term of the relay that sent it. Rises; needed to tell relays apart, not to read events.",
        "3",
        in_feed=False,
        pattern=_NUMBER,
    ),
    Attribute(
        "nexttopic",
        "The topic in which the log goes on.",
        "incidents.events.g2",
        frozenset({"generation-end"}),
        in_feed=False,
        pattern=r"^[a-z]+\.events\.g[1-9]\d*$",
    ),
    Attribute(
        "traceparent",
        "W3C Trace Context: the correlation id as the trace, the event as a span of it.",
        "00-0193b2f15c107b118c4491d2a7f3e602-9a6b2f0c8e4d7a11-01",
        EVENT,
        in_feed=False,
        optional=EVENT,
        plain_header="traceparent",
    ),
    Attribute(
        "datacontenttype",
        "The format of the data.",
        CONTENT_TYPE,
        EVENT,
        plain_header="content-type",
    ),
    Attribute(
        "cursor",
        "The place after this event in the publisher's change feed, to be given to `after=`. Opaque.",
        "AZOgAAAAcACAAAAAAAAAAQAAAAAAAAQSAZOy8VwefSqaay8Mjk16EQ",
        optional=MARKS,
    ),
)
