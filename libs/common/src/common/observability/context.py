"""Which request or event is being worked on: the ids that logs, events and answers carry, per task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from structlog.typing import EventDict, WrappedLogger

from common.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Trace:
    """`request_id` is for people and logs; `correlation_id` goes with every event that the request leads to."""

    request_id: str
    correlation_id: UUID


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def request_id() -> str:
    """The present request's id; empty outside of one."""
    trace = _current.get()
    return "" if trace is None else trace.request_id


def correlation_id() -> UUID:
    """The present correlation id; a new one outside of a request."""
    trace = _current.get()
    return new_id() if trace is None else trace.correlation_id


@contextmanager
def tracing_ids(trace: Trace) -> Iterator[None]:
    """Binds the ids for everything that this task does within, its log lines included."""
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)


def log_ids(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A processor that puts the present ids into a log line."""
    trace = _current.get()
    if trace is not None:
        event["request_id"] = trace.request_id
        event["correlation_id"] = str(trace.correlation_id)
    return event
