"""`SALWatch-Position: <service>:<log id>:<position>`: where in which log a write stands, for `wait_for=`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from common.http.problems import invalid_parameter

HEADER = "SALWatch-Position"
_TEXT = re.compile(r"([a-z][a-z0-9_-]{0,63}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class LogPosition:
    service: str
    log_id: UUID
    position: int

    def __str__(self) -> str:
        return f"{self.service}:{self.log_id}:{self.position}"


def position_header(service: str, log_id: UUID, position: int) -> dict[str, str]:
    """The header of a write's answer."""
    return {HEADER: str(LogPosition(service, log_id, position))}


def parse_position(text: str) -> LogPosition:
    """The value of the query parameter `wait_for`. Raises `Problem` 422."""
    found = _TEXT.fullmatch(text)
    if found is None:
        detail = f"wait_for takes the value of a write's header {HEADER}, <service>:<log id>:<position>"
        raise invalid_parameter("wait_for", "malformed_position", detail)
    return LogPosition(found[1], UUID(found[2]), int(found[3]))
