"""The watchdog leaves a client that is stuck, and nobody whom something else keeps."""

from __future__ import annotations

import asyncio
from functools import partial
from unittest.mock import patch

from harbour import Harbour
from quay import Quay, published

from common.messaging.binding import partition_name
from common.messaging.kafka.source import KafkaSource
from common.messaging.kafka.watchdog import Watchdog
from common.messaging.ports import Place


async def test_a_consumer_that_waits_for_its_database_is_not_stuck(port: Harbour, quay: Quay) -> None:
    """It polls once in a long while, and each time is set back to where it was."""
    with patch("common.messaging.kafka.source.Watchdog", partial(Watchdog, every_seconds=0.2)):
        async with quay.relaying(), quay.source() as source:
            await published(quay, await port.declare("A", 1, 2))
            for _ in range(4):
                while not (delivered := await set_back_and_polled(quay, source)):
                    pass
                await asyncio.sleep(0.3)
    assert delivered == 2


async def set_back_and_polled(quay: Quay, source: KafkaSource) -> int:
    beginning = Place(log_id=(await quay.port.log.head()).log_id)
    for number in range(quay.partitions):
        await source.seek(partition_name(quay.topic(), number), beginning)
    return len((await source.poll()).envelopes)
