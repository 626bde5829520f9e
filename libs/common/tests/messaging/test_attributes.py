"""What the documents say of an envelope is what is sent: in the feed and on Kafka."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from common.contracts.attributes import ATTRIBUTES, Kind
from common.kernel.clock import utc_now
from common.kernel.ids import new_id
from common.messaging.binding import Mark, event_message
from common.messaging.envelope import Envelope

LOG = UUID("0193a000-0000-7000-8000-000000000001")


def envelope(data: bytes | None = None, **further: Any) -> Envelope:
    now = utc_now()
    return Envelope(
        new_id(), "incidents", LOG, "incidents.incident-retracted.v1", new_id(), now, now, 7, 2, data, **further
    )


def headers_by_the_table(kind: Kind, *, bare: bool = False) -> set[str]:
    return {
        attribute.header
        for attribute in ATTRIBUTES
        if kind in attribute.kinds and not (bare and kind in attribute.optional)
    }


def test_the_feed_has_the_members_of_the_table() -> None:
    sent = json.loads(envelope(b"{}", correlation_id=new_id(), causation_id=new_id(), cursor="x").json())
    assert sent.keys() == {attribute.name for attribute in ATTRIBUTES if attribute.in_feed} | {"data"}


@pytest.mark.parametrize("bare", [False, True])
def test_an_event_has_the_headers_of_the_table(bare: bool) -> None:
    further = {} if bare else {"correlation_id": new_id(), "causation_id": new_id()}
    message = event_message(envelope(b"{}", cursor="x", **further), predecessor=5, epoch=1)
    assert [name for name, _ in message.headers if name in headers_by_the_table("event", bare=bare)] == [
        name for name, _ in message.headers
    ]
    assert len(message.headers) == len(headers_by_the_table("event", bare=bare))


@pytest.mark.parametrize("bare", [False, True])
def test_marks_have_the_headers_of_the_table_and_nothing_else(bare: bool) -> None:
    cursor = None if bare else "x"
    watermark = Mark("incidents", LOG, 7, 9, cursor).message(predecessor=5, epoch=1)
    end = Mark("incidents", LOG, 7, 7, cursor, "incidents.events.g2").message(predecessor=5, epoch=1)
    assert {name for name, _ in watermark.headers} == headers_by_the_table("watermark", bare=bare)
    assert {name for name, _ in end.headers} == headers_by_the_table("generation-end", bare=bare)
    assert [watermark.key, watermark.value, end.key, end.value] == [None] * 4
