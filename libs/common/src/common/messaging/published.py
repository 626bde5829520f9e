"""Where a publisher's events are on Kafka, as the answers of its change feed say it."""

from __future__ import annotations

from dataclasses import dataclass

HEADER = "SALWatch-Topic"


@dataclass(frozen=True, slots=True)
class Published:
    """The topic, the number of its partitions, and up to which position of the log it goes. As text
    `<topic>:<partitions>:<position>`."""

    topic: str
    partitions: int
    position: int

    def __str__(self) -> str:
        return f"{self.topic}:{self.partitions}:{self.position}"

    @classmethod
    def parse(cls, text: str) -> Published:
        """Raises `ValueError`."""
        topic, partitions, position = text.split(":")
        return cls(topic, int(partitions), int(position))
