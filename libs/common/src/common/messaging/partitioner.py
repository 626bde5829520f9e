"""Which partition of a topic a stream's events are in: as Kafka's own clients choose it by the key."""

from __future__ import annotations

from uuid import UUID

from aiokafka.partitioner import murmur2


def partition_of(stream: UUID, partitions: int) -> int:
    """The number of the partition, from 0."""
    if partitions == 1:
        return 0
    number: int = (murmur2(str(stream).encode()) & 0x7FFFFFFF) % partitions
    return number
