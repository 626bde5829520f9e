"""Settings, command lines, workers, the metrics port."""

import argparse
import asyncio
import socket
import urllib.request
from collections.abc import Awaitable, Callable

import pytest
from pydantic import ValidationError

from common.observability import metrics
from common.runtime.cli import Command, Complaint, main
from common.runtime.metrics import metrics_served
from common.runtime.settings import ServiceSettings, settings_config
from common.runtime.worker import work


class ThingsSettings(ServiceSettings):
    model_config = settings_config("THINGS_")

    incidents_url: str = "http://127.0.0.1:8101"


def test_settings_come_from_the_services_and_the_shared_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THINGS_DATABASE_URL", "postgresql://u@h/things")
    monkeypatch.setenv("THINGS_PORT", "8101")
    monkeypatch.setenv("THINGS_INCIDENTS_URL", "http://elsewhere")
    monkeypatch.setenv("SALWATCH_PACK", "other-region")
    settings = ThingsSettings()  # type: ignore[call-arg]  # from the environment
    assert (settings.port, settings.pack, settings.incidents_url) == (8101, "other-region", "http://elsewhere")
    assert (settings.issuer, settings.audience, settings.metrics_port) == ("salwatch-embedded", "salwatch", None)


def test_settings_are_given_by_name_in_code() -> None:
    settings = ThingsSettings(database_url="postgresql://x", port=0, pack="tiny", jwks="x.json")
    assert (settings.pack, settings.jwks) == ("tiny", "x.json")
    with pytest.raises(ValidationError):
        ThingsSettings(database_url="sqlite://x", port=0)


def commands(run: Callable[[argparse.Namespace], Awaitable[int | None] | int | None]) -> list[Command]:
    return [Command("go", "goes", run, lambda parser: parser.add_argument("--far", action="store_true"))]  # type: ignore[arg-type]


def test_a_command_gets_its_arguments_and_gives_its_status() -> None:
    async def far(arguments: argparse.Namespace) -> int:
        await asyncio.sleep(0)
        return 3 if arguments.far else 4

    assert main("things", commands(far), ["go", "--far"]) == 3
    assert main("things", commands(lambda _: None), ["go"]) == 0


def test_what_a_person_can_mend_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    async def complain(_: argparse.Namespace) -> None:
        raise Complaint("nothing is parked")

    def unset(_: argparse.Namespace) -> None:
        ThingsSettings()  # type: ignore[call-arg]

    def in_use(_: argparse.Namespace) -> None:
        raise OSError("cannot listen on 127.0.0.1:1: Address already in use")

    for run in (complain, unset, in_use):
        assert main("things", commands(run), ["go"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "things: nothing is parked"
    assert "database_url" in lines[1]
    assert lines[2].endswith("Address already in use")
    assert len(lines) == 3


def test_an_unknown_command_shows_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main("things", commands(lambda _: None), ["stay"])
    assert raised.value.code == 2
    assert "go" in capsys.readouterr().err


async def test_jobs_end_together_when_asked() -> None:
    stop, ended = asyncio.Event(), []

    def job(name: str) -> Callable[[asyncio.Event], Awaitable[None]]:
        async def run(asked: asyncio.Event) -> None:
            await asked.wait()
            ended.append(name)

        return run

    working = asyncio.create_task(work(job("a"), job("b"), stop=stop))
    await asyncio.sleep(0.01)
    stop.set()
    await working
    assert sorted(ended) == ["a", "b"]


async def test_a_job_that_fails_stops_the_others_and_is_raised() -> None:
    ended = []

    async def failing(_: asyncio.Event) -> None:
        raise ZeroDivisionError

    async def steady(asked: asyncio.Event) -> None:
        await asked.wait()
        ended.append("steady")

    with pytest.raises(ZeroDivisionError):
        await work(failing, steady, stop=asyncio.Event())
    assert ended == ["steady"]


async def test_a_job_that_does_not_end_is_cut() -> None:
    async def deaf(_: asyncio.Event) -> None:
        await asyncio.sleep(60)

    stop = asyncio.Event()
    stop.set()
    async with asyncio.timeout(2):
        await work(deaf, stop=stop, stop_seconds=0.1)


def test_metrics_have_a_port_of_their_own() -> None:
    metrics.EVENTS_APPENDED.labels("ThingMade").inc()
    with metrics_served(0) as url:
        assert url is not None
        with urllib.request.urlopen(url) as answer:
            assert b'salwatch_events_appended_total{type="ThingMade"}' in answer.read()
    with metrics_served(None) as nothing:
        assert nothing is None


def test_a_metrics_port_in_use_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot serve metrics on 127.0.0.1:{port}"), metrics_served(port):
            pass
