"""Traces, where the extra is installed."""

import subprocess
import sys

import pytest

pytest.importorskip("opentelemetry.sdk", reason="the extra `tracing` is not installed")

PROGRAM = """
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from common.observability.tracing import server_span, tracing_configured

exporter = InMemorySpanExporter()
with tracing_configured("things", exporter):
    parent = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    with server_span("GET", parent) as end:
        end("/v1/things/{id}", 200)
(span,) = exporter.get_finished_spans()
assert span.name == "GET /v1/things/{id}", span.name
assert span.attributes["http.response.status_code"] == 200
assert f"{span.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
assert span.resource.attributes["service.name"] == "salwatch-things"
"""


def test_a_request_is_a_span_of_the_callers_trace() -> None:
    """In a process of its own: OpenTelemetry takes one provider per process."""
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
