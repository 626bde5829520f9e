"""Where a reader follows a figure to the fund, project or activities behind it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from reporting.application.funds.questions import NONE, RESULTS, FundsQuestion
from reporting.application.questions import UNKNOWN


def of_row(funds_url: str, question: FundsQuestion, key: Mapping[str, str]) -> str:
    """The most special page that holds all of it."""
    told = {**{name: values[0] for name, values in question.filters.items() if len(values) == 1}, **key}
    told = {name: value for name, value in told.items() if value not in (UNKNOWN, NONE)}
    if question.measure in RESULTS:
        return funds_url + "/v1/activities" + _query(told, "year", "kind")
    if "project" in told:
        return f"{funds_url}/v1/projects/{quote(told['project'])}"
    if question.measure == "projects":
        return funds_url + "/v1/projects" + _query(told, "year")
    if "mechanism" not in told:
        return f"{funds_url}/v1/funds"
    within = "/contributions" if question.measure in ("committed", "deposited") else ""
    return f"{funds_url}/v1/funds/{quote(told['mechanism'])}{within}"


def _query(told: Mapping[str, str], *names: str) -> str:
    parameters = {name: told[name] for name in names if name in told}
    return f"?{urlencode(parameters)}" if parameters else ""
