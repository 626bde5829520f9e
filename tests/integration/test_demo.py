"""`make demo` as a newcomer and as a script use it."""

from __future__ import annotations

import os
import signal
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from demonstration import Demo, free_home

from common.testing.eventually import eventually

pytestmark = pytest.mark.slow

PROCESSES = {
    *("incidents-api", "kpi-api", "kpi-worker", "funds-api", "funds-worker"),
    *("reporting-api", "reporting-worker", "postgres"),
}
IN_FUNDS = {
    *("member", "organisation", "donor", "agent", "observer"),
    *(f"member_{party}" for party in ("UNODC", "GB", "NL", "SE", "DE", "FR", "EU")),
    *("organisation_UNODC", "donor_NO"),
}
"""Who acts in a fund."""


def test_demo_json_says_how_to_go_on(demo: Demo) -> None:
    document = demo.document
    assert set(document) == {"services", "api_keys", "tokens", "processes", "metrics"}
    offsets = {"incidents": 1, "kpi": 2, "funds": 3, "reporting": 4}
    assert document["services"] == {service: demo.home.url(offset) for service, offset in offsets.items()}
    roles = {"verifier", "secretariat", "analyst", "administrator", "institution", "commission", "commission_head"}
    assert roles | IN_FUNDS <= set(document["tokens"])
    assert set(document["processes"]) == PROCESSES
    assert stat.S_IMODE(demo.home.demo.stat().st_mode) == 0o600
    for url in document["metrics"].values():
        assert "salwatch_" in httpx.get(url).text


def test_every_key_and_token_is_known(demo: Demo) -> None:
    incidents = demo.document["services"]["incidents"]
    covered = {}
    for agency, key in demo.document["api_keys"].items():
        me = httpx.get(f"{incidents}/v1/me", headers={"Authorization": f"ApiKey {key}"}).raise_for_status().json()
        assert me["agency"] == agency
        covered[agency] = set(me["jurisdictions"])
    assert any(len(each) == 1 for each in covered.values())
    assert any(len(each) == 7 for each in covered.values())
    assert sum("RS" in each for each in covered.values()) >= 2
    for token in demo.document["tokens"].values():
        httpx.get(f"{incidents}/v1/me", headers={"Authorization": f"Bearer {token}"}).raise_for_status()


@pytest.mark.parametrize("name", sorted(PROCESSES))
async def test_a_process_that_is_killed_comes_back(demo: Demo, name: str) -> None:
    killed = demo.document["processes"][name]
    os.kill(killed, signal.SIGKILL)

    async def is_back() -> bool:
        assert demo.document["processes"][name] != killed
        async with httpx.AsyncClient() as client:
            try:
                ready = [(await client.get(f"{url}/readyz")).is_success for url in demo.document["services"].values()]
            except httpx.TransportError:
                return False
        return all(ready)

    await eventually(is_back, within=30)


def test_a_second_run_beside_it_is_refused_in_one_line(demo: Demo) -> None:
    code, said = demo.run("demo")
    assert code == 1
    assert len(said.strip().splitlines()) == 1
    assert "runs already" in said


def test_a_token_is_one_line(demo: Demo) -> None:
    code, token = demo.run("token", "secretariat")
    assert code == 0
    me = httpx.get(
        f"{demo.document['services']['incidents']}/v1/me", headers={"Authorization": f"Bearer {token.strip()}"}
    )
    assert "secretariat" in me.json()["roles"]


def test_a_service_command_runs_against_it_on_whatever_ports_it_serves(demo: Demo) -> None:
    elsewhere = Demo(replace(demo.home, port_base=8100))
    code, said = elsewhere.run("cli", "reporting", "verify")
    assert code == 0, said
    assert "equals a recount" in said


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Demo]:
    """A demo beside the one that serves."""
    demo = Demo(free_home(tmp_path))
    yield demo
    demo.run("reset")


def test_an_interrupted_load_is_finished_by_the_next_run_and_used_by_the_one_after(other: Demo) -> None:
    interrupted = other.command("demo")
    deadline = time.monotonic() + 60
    while not other.home.api_keys.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.5)
    interrupted.send_signal(signal.SIGINT)
    said, _ = interrupted.communicate(timeout=60)
    assert interrupted.returncode == 130, said
    assert "Traceback" not in said

    code, said = other.run("demo", "--once")
    assert code == 0, said
    assert "2020 firearms-related incidents: 2,881" in said
    keys = other.home.api_keys.read_text()

    code, said = other.run("demo", "--once")
    assert code == 0, said
    assert "The data of an earlier run is used again" in said
    assert other.home.api_keys.read_text() == keys
    assert not other.home.demo.exists()

    code, said = other.run("reset")
    assert code == 0
    assert not other.home.postgres.exists()


def test_data_of_another_postgresql_is_refused_in_one_line(other: Demo) -> None:
    other.home.postgres.mkdir()
    (other.home.postgres / "PG_VERSION").write_text("15\n")
    code, said = other.run("demo")
    assert code == 1
    assert "PostgreSQL 15" in said
    assert "Traceback" not in said
