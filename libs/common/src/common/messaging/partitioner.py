"""Which partition of a topic a stream's events are in."""

from __future__ import annotations

import zlib
from uuid import UUID


def partition_of(stream: UUID, partitions: int) -> int:
    """The number of the partition, from 0: the CRC-32 of the key, as librdkafka's `consistent` partitioner has it.

    Kafka's own murmur2 is not in the standard library, and its Python costs more than all else about a record.
    """
    return zlib.crc32(str(stream).encode()) % partitions
