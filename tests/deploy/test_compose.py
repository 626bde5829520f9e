"""The whole system in containers, as far as can be said without an engine: pinned, guarded, told what it knows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest
from system import COMPOSE, FILLED_IN, ROOT, long_running, ours, services, variables

from common.testing.docker_kafka import IMAGE
from common.testing.postgres import MAJOR_VERSION

PINNED = re.compile(r"[\w./-]+:\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?")


def settings_of(service: str) -> type:
    return import_module(f"{service}.settings").Settings  # type: ignore[no-any-return]


def environment_names(service: str) -> dict[str, bool]:
    """Every variable that a service reads, and whether it cannot do without."""
    model = settings_of(service)
    prefix = model.model_config["env_prefix"]  # type: ignore[attr-defined]
    fields = model.model_fields.items()  # type: ignore[attr-defined]
    return {str(field.validation_alias or f"{prefix}{name}".upper()): field.is_required() for name, field in fields}


@pytest.mark.parametrize("name", sorted(set(services()) - set(ours())))
def test_what_others_made_is_pinned(name: str) -> None:
    assert PINNED.fullmatch(services()[name]["image"])


@pytest.mark.parametrize("name", sorted(long_running()))
def test_what_runs_on_is_watched_limited_and_restarted(name: str) -> None:
    service = long_running()[name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["mem_limit"]
    assert service["stop_grace_period"]


@pytest.mark.parametrize("name", sorted(ours()))
def test_our_processes_can_change_nothing_on_their_disk(name: str) -> None:
    service = ours()[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted(services()))
def test_any_service_may_run_several_times(name: str) -> None:
    service = services()[name]
    assert "container_name" not in service
    for port in service.get("ports", ()):
        assert re.fullmatch(r"127\.0\.0\.1:\d+-\d+:\d+", port), "one host port for all of them would clash"


@pytest.mark.parametrize("name", sorted(set(ours()) - {"topics"}))
def test_a_command_exists_and_gets_settings_that_it_knows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service = ours()[name]
    python, _, package, command = service["command"]
    assert python == "python"
    assert command in [each.name for each in import_module(f"{package}.__main__").COMMANDS]
    known = environment_names(package)
    told = service["environment"]
    assert set(told) <= set(known)
    assert {each for each, required in known.items() if required} <= set(told)
    for key, value in told.items():
        monkeypatch.setenv(key, value)
    settings_of(package)()


@pytest.mark.parametrize("name", sorted(ours()))
def test_it_is_built_of_the_one_dockerfile(name: str) -> None:
    service = ours()[name]
    built = service["build"]
    assert (ROOT / built["context"] / built["dockerfile"]).is_file()
    assert (ROOT / "services" / built["args"]["SERVICE"] / "pyproject.toml").is_file()
    assert service["image"].startswith(f"salwatch-{built['args']['SERVICE']}:")


def test_the_example_names_every_variable_and_demands_those_without_a_default() -> None:
    lines = (ROOT / "deploy" / "example.env").read_text().splitlines()
    named = {
        line.lstrip("#").split("=")[0]: not line.startswith("#") for line in lines if re.match(r"#?[A-Z_]+=", line)
    }
    assert named == dict(variables())
    assert {name for name, required in named.items() if required} == set(FILLED_IN)


def test_containers_and_tests_run_the_same_kafka_and_postgresql() -> None:
    pom = ElementTree.parse(ROOT / "libs/common/src/common/testing/kafka.xml").getroot()  # noqa: S314 - our own
    version = pom.findtext(".//{*}dependency[1]/{*}version")
    assert services()["kafka"]["image"] == IMAGE == f"apache/kafka:{version}"
    assert services()["postgres"]["image"].startswith(f"postgres:{MAJOR_VERSION}.")


def test_docker_compose_reads_it(tmp_path: Path) -> None:
    command = ["docker", "compose", "--file", str(COMPOSE), "config", "--quiet"]
    if shutil.which("docker") is None or subprocess.run([*command[:2], "version"], capture_output=True).returncode:
        pytest.skip("Docker Compose is not there")
    done = subprocess.run(command, env={**os.environ, **FILLED_IN}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
