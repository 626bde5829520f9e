"""Around every request: its ids, its duration, a log line, and a 500 for what nobody foresaw."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from functools import cache
from uuid import UUID

import structlog
from prometheus_client import Histogram
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.http.problems import problem_of
from common.kernel.ids import new_id
from common.observability import metrics
from common.observability.context import Trace, tracing_ids
from common.observability.tracing import server_span

log = structlog.get_logger()

_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", re.ASCII)
_TRACEPARENT = re.compile(rb"00-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_UNMATCHED = "unmatched"
_QUIET = frozenset({"/livez", "/readyz"})


class RequestScope:
    """The outermost of our middleware."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        trace = _trace(headers)
        answer = _Answer(send, trace.request_id, authenticated=b"authorization" in headers)
        started = time.perf_counter()
        with tracing_ids(trace), server_span(scope["method"], Headers(scope=scope)) as end_span:
            try:
                await self._app(scope, receive, answer)
            except Exception as error:
                await self._failed(error, scope, receive, answer)
            finally:
                route = _route(scope)
                end_span(route, answer.status)
                self._note(scope["method"], route, answer.status, time.perf_counter() - started)

    async def _failed(self, error: Exception, scope: Scope, receive: Receive, answer: _Answer) -> None:
        log.error("request_failed", method=scope["method"], route=_route(scope), exc_info=error)
        if answer.status:  # begun already: cutting the connection tells the caller that it is not whole
            raise error
        await problem_of(error).response()(scope, receive, answer)

    def _note(self, method: str, route: str, status: int, seconds: float) -> None:
        known = method if method in _METHODS else "other"
        _duration(self._service, known, route, status).observe(seconds)
        if route not in _QUIET:
            log.info("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))


class _Answer:
    """An ASGI `send` that adds our headers and remembers the status; 0 before there is one."""

    def __init__(self, send: Send, request_id: str, *, authenticated: bool) -> None:
        self._send = send
        self._request_id = request_id
        self._authenticated = authenticated
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message["headers"] = [*message.get("headers", ()), (b"x-request-id", self._request_id.encode())]
            names = {name for name, _ in headers}
            if b"x-content-type-options" not in names:
                headers.append((b"x-content-type-options", b"nosniff"))
            if (self._authenticated or self.status >= 400) and b"cache-control" not in names:
                headers.append((b"cache-control", b"no-store"))
        await self._send(message)


def _trace(headers: Mapping[bytes, bytes]) -> Trace:
    """What the caller says it belongs to: our own header, else the trace of W3C Trace Context."""
    correlation = _uuid(headers.get(b"x-correlation-id", b"").decode("latin-1"))
    if correlation is None and (traced := _TRACEPARENT.fullmatch(headers.get(b"traceparent", b""))):
        correlation = _uuid(traced[1].decode())
    given = headers.get(b"x-request-id", b"").decode("latin-1")
    if _SANE_ID.fullmatch(given):
        return Trace(given, correlation or _uuid(given) or new_id())
    fresh = new_id()
    return Trace(str(fresh), correlation or fresh)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


@cache
def _duration(service: str, method: str, route: str, status: int) -> Histogram:
    return metrics.REQUEST_SECONDS.labels(service, method, route, str(status))


def _route(scope: Scope) -> str:
    """The route's template, so that the number of labels stays bounded whatever is asked for."""
    return str(getattr(scope.get("route"), "path_format", _UNMATCHED))
