"""A place in a log, opaque to its holder."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

_NOTHING_YET = UUID(int=0)


class UnreadableCursor(ValueError):
    """The text is not a cursor that a log gave out."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The log's id, the position, and the id of the event there (None before the first event).

    A log that was restored and grew again has other events at the same positions: the event's id tells them apart.
    """

    log_id: UUID
    position: int
    event_id: UUID | None = None

    def __str__(self) -> str:
        raw = self.log_id.bytes + self.position.to_bytes(8, "big") + (self.event_id or _NOTHING_YET).bytes
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Raises `UnreadableCursor`."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise UnreadableCursor(text) from error
        if len(raw) != 40:
            raise UnreadableCursor(text)
        event_id = UUID(bytes=raw[24:])
        position = int.from_bytes(raw[16:24], "big", signed=True)
        cursor = cls(UUID(bytes=raw[:16]), position, None if event_id == _NOTHING_YET else event_id)
        if position < 0 or str(cursor) != text:  # one cursor has one text
            raise UnreadableCursor(text)
        return cursor
