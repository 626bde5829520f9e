"""The only place that asks what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def local_date(instant: datetime, time_zone: str) -> date:
    """The calendar date of `instant` in an IANA time zone, e.g. "Europe/Belgrade"."""
    return instant.astimezone(ZoneInfo(time_zone)).date()
