"""The compose file as its readers see it: variables filled in, and what each process is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
FILLED_IN = {
    "POSTGRES_PASSWORD": "p0",
    "INCIDENTS_DB_PASSWORD": "p1",
    "KPI_DB_PASSWORD": "p3",
    "FUNDS_DB_PASSWORD": "p4",
    "REPORTING_DB_PASSWORD": "p2",
    "SALWATCH_JWKS": "https://idp.example/jwks.json",
    "SALWATCH_ISSUER": "https://idp.example",
    "KPI_INCIDENTS_CREDENTIAL": "Bearer def",
    "REPORTING_INCIDENTS_CREDENTIAL": "Bearer abc",
    "REPORTING_KPI_CREDENTIAL": "Bearer ghi",
    "FUNDS_KPI_CREDENTIAL": "Bearer jkl",
    "REPORTING_FUNDS_CREDENTIAL": "Bearer mno",
}
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


def services() -> Mapping[str, Mapping[str, Any]]:
    text = VARIABLE.sub(_value, COMPOSE.read_text())
    return yaml.safe_load(text)["services"]  # type: ignore[no-any-return]


def long_running() -> Mapping[str, Mapping[str, Any]]:
    return {name: each for name, each in services().items() if each["restart"] == "unless-stopped"}


def ours() -> Mapping[str, Mapping[str, Any]]:
    """What runs our own code, by `python …`."""
    return {name: each for name, each in services().items() if "build" in each}


def variables() -> Mapping[str, bool]:
    """Every variable of the file, and whether it must be filled in."""
    return {match["name"]: match["kind"] == "?" for match in VARIABLE.finditer(COMPOSE.read_text())}


def _value(match: re.Match[str]) -> str:
    if match["kind"] == "-":
        return match["rest"]
    return FILLED_IN[match["name"]]
