"""A place in the past of a log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AsOf:
    """A place in time: by the log's position, or by the instant of recording. Inclusive."""

    position: int | None = None
    instant: datetime | None = None
