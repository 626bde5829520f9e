"""OpenTelemetry traces, where the extra `tracing` is installed and a place for them is named; else nothing is done.

Where spans go is configured as OpenTelemetry has it: `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_RESOURCE_ATTRIBUTES`, ….
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from common.observability.context import correlation_id

try:
    from opentelemetry import propagate, trace
except ImportError:  # the extra is not installed
    _INSTALLED = False
else:
    _INSTALLED = True

_sending = False  # OpenTelemetry's own way to do nothing takes thirty times as long

SpanEnd = Callable[[str, int], None]
"""Takes the route's template and the status."""


def tracing_wanted() -> bool:
    """Whether the extra is installed and the environment names a place where spans should go."""
    return _INSTALLED and any(f"OTEL_EXPORTER_OTLP_{name}" in os.environ for name in ("ENDPOINT", "TRACES_ENDPOINT"))


@contextmanager
def tracing_configured(service: str, exporter: Any = None) -> Iterator[None]:
    """Sends spans to `exporter`, or over OTLP, until the end of the block. Raises `ImportError` without the extra."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    if exporter is None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        exporter = OTLPSpanExporter()
    global _sending
    provider = TracerProvider(resource=Resource.create({"service.name": f"salwatch-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    _sending = True
    try:
        yield
    finally:
        _sending = False
        provider.shutdown()


@contextmanager
def server_span(method: str, headers: Mapping[str, str]) -> Iterator[SpanEnd]:
    """A span around a request, continuing the caller's trace; what it gives is to be called at the end."""
    if not _sending:
        yield lambda _route, _status: None
        return
    tracer = trace.get_tracer("salwatch")
    context = propagate.extract(headers)
    with tracer.start_as_current_span(method, context, trace.SpanKind.SERVER) as span:

        def end(route: str, status: int) -> None:
            span.update_name(f"{method} {route}")
            span.set_attribute("http.route", route)
            span.set_attribute("http.response.status_code", status)
            span.set_attribute("salwatch.correlation_id", str(correlation_id()))

        yield end
