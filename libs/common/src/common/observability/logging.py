"""Logs: one JSON object a line on standard output, ours and the libraries' alike, without secrets."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from common.observability.context import log_ids

REDACTED = "[redacted]"
_SECRET_NAMES = re.compile(r"authorization|api_?key|secret|token|password|passwd|credential|cookie|dsn", re.IGNORECASE)
_HINTS = b"authorization api_key apikey secret token passw credential cookie dsn bearer basic sw_ ://".split()
"""A line, in lower case, that holds none of these holds nothing that `redact` would blank."""
_SECRET_TEXTS = re.compile(
    r"(?P<scheme>\b(?:ApiKey|Bearer|Basic)\s+)\S+|\bsw_[0-9a-z]+_[\w-]+|(?P<user>://[^/\s:@]*):[^/\s@]+@", re.IGNORECASE
)


def configure_logging(service: str, level: str = "info") -> None:
    """To be called once per process, first thing."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        log_ids,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        lambda _logger, _method, event: {"service": service, **event},
    ]
    ending: list[Processor] = [structlog.processors.format_exc_info, _line]
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    _route_library_logs(shared, ending, number)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blanks what is named like a secret, and what looks like one inside any text."""
    return {name: REDACTED if _SECRET_NAMES.search(name) else _without_secrets(value) for name, value in event.items()}


def _without_secrets(value: Any) -> Any:
    if isinstance(value, str):
        return _SECRET_TEXTS.sub(_blank, value)
    if isinstance(value, dict):
        return redact(None, "", value)
    if isinstance(value, (list, tuple)):
        return [_without_secrets(item) for item in value]
    return value


def _blank(match: re.Match[str]) -> str:
    if scheme := match["scheme"]:
        return f"{scheme}{REDACTED}"
    return f"{user}:{REDACTED}@" if (user := match["user"]) else REDACTED


def _line(logger: WrappedLogger, method: str, event: EventDict) -> bytes:
    """Looks for hints in the whole line first: hardly any has one, and member by member it costs ten times as much."""
    line = _json(event)
    lowered = line.lower()
    return _json(redact(logger, method, event)) if any(hint in lowered for hint in _HINTS) else line


def _decoded(_logger: WrappedLogger, _method: str, line: Any) -> str:
    return bytes(line).decode()


def _json(event: EventDict) -> bytes:
    return msgspec.json.encode(event, enc_hook=repr)


def _route_library_logs(shared: list[Processor], ending: list[Processor], level: int) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending, _decoded],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(level, logging.INFO), force=True)
    for noisy in ("httpx", "httpcore", "uvicorn.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
