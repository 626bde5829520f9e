"""Logs are JSON lines with ids and without secrets."""

import json
import logging
from collections.abc import Iterator
from uuid import UUID

import pytest
import structlog

from common.observability.context import Trace, correlation_id, request_id, tracing_ids
from common.observability.logging import REDACTED, configure_logging, redact

KEY = "sw_0123456789ab_" + "Aa-_" * 10 + "xyz"
TRACE = Trace("r-1", UUID(int=7))


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def int_of(text: str) -> int:
    raise ValueError(text)


def lines(capfd: pytest.CaptureFixture[bytes]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


def test_a_line_is_json_with_the_ids_of_its_request(capfd: pytest.CaptureFixture[bytes]) -> None:
    configure_logging("things")
    log = structlog.get_logger()
    with tracing_ids(TRACE):
        log.info("thing_made", number=3, odd={1, 2})
        assert (request_id(), correlation_id()) == ("r-1", UUID(int=7))
    log.debug("not shown")
    (line,) = lines(capfd)
    assert (line["event"], line["service"], line["level"], line["number"]) == ("thing_made", "things", "info", 3)
    assert (line["request_id"], line["correlation_id"]) == ("r-1", str(UUID(int=7)))
    assert str(line["timestamp"]).endswith("Z")


def test_the_ids_end_with_their_request_even_when_it_fails() -> None:
    with pytest.raises(ZeroDivisionError), tracing_ids(TRACE):
        raise ZeroDivisionError
    assert request_id() == ""
    assert correlation_id() != UUID(int=7)


def test_libraries_log_the_same_way(capfd: pytest.CaptureFixture[bytes]) -> None:
    configure_logging("things")
    logging.getLogger("some.library").warning("connecting to postgresql://u:%s@h/d", "hunter2")
    logging.getLogger("httpx").info("chatter")
    (line,) = lines(capfd)
    assert (line["logger"], line["event"]) == ("some.library", f"connecting to postgresql://u:{REDACTED}@h/d")


def test_a_traceback_is_in_the_line_and_without_secrets(capfd: pytest.CaptureFixture[bytes]) -> None:
    configure_logging("things")
    with pytest.raises(ValueError, match="bad header") as raised:
        int_of(f"bad header ApiKey {KEY}")
    structlog.get_logger().error("failed", exc_info=raised.value)
    (line,) = lines(capfd)
    assert "Traceback" in str(line["exception"])
    assert KEY not in str(line)


@pytest.mark.parametrize(
    "event",
    [
        {"authorization": f"ApiKey {KEY}"},
        {"headers": {"Authorization": f"Bearer {KEY}"}},
        {"api_key": KEY, "token": KEY, "client_secret": KEY, "password": KEY},
        {"event": f"got ApiKey {KEY} from a partner"},
        {"event": KEY, "items": [KEY, (KEY,)]},
        {"error": f"header 'bearer {KEY}' is odd"},
        {"error": f"cannot reach postgresql://u:{KEY}@h/d"},
        {"DSN": KEY},
        {"X-Password": KEY},
    ],
)
def test_no_secret_is_ever_written(event: dict[str, object], capfd: pytest.CaptureFixture[bytes]) -> None:
    assert REDACTED in str(redact(None, "info", event))
    configure_logging("things")
    structlog.get_logger().info(**{"event": "said", **event})
    written = str(lines(capfd))
    assert KEY.rpartition("_")[2] not in written
    assert REDACTED in written


def test_what_is_no_secret_stays() -> None:
    event = {"event": "served", "route": "/v1/things", "number": 3, "none": None}
    assert redact(None, "info", event) == event
