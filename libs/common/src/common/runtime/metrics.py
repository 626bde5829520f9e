"""/metrics on a port of its own, for the operator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server


@contextmanager
def metrics_served(port: int | None, host: str = "127.0.0.1") -> Iterator[str | None]:
    """Serves the catalogue's metrics meanwhile, and gives the address; without a port nothing. Raises `OSError`."""
    if port is None:
        yield None
        return
    try:
        server, thread = start_http_server(port, host)
    except OSError as error:
        raise OSError(f"cannot serve metrics on {host}:{port}: {error.strerror}") from error
    try:
        yield f"http://{host}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
