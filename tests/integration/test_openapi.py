"""Whatever is sent to whatever the OpenAPI documents list, by whoever: the answer is one that the document promises."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import schemathesis
from demonstration import Demo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

pytestmark = pytest.mark.slow

load_all_checks()
PROMISES = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "allow_header_conformance",
    )
]
EXAMPLES = 20  # per operation and way of generating


class Callers:
    """The headers of every kind of caller, nobody among them, and ids of what they may ask about."""

    def __init__(self, demo: Demo) -> None:
        document = demo.document
        self.incidents = document["services"]["incidents"]
        keys = [{"Authorization": f"ApiKey {key}"} for key in document["api_keys"].values()]
        people = [{"Authorization": f"Bearer {token}"} for token in document["tokens"].values()]
        self.headers: list[dict[str, str]] = [{}, {"Authorization": "ApiKey sw_none_none"}, *keys, *people]
        listed = httpx.get(f"{self.incidents}/v1/incidents?limit=50", headers=keys[0]).raise_for_status().json()
        batch = httpx.post(
            f"{self.incidents}/v1/incidents:batch",
            content=b"{}",
            headers={**keys[0], "Content-Type": "application/x-ndjson"},
        )
        self.known = {
            "incident_id": [incident["id"] for incident in listed["items"]],
            "receipt": [batch.json()["receipt"]["id"]],
            "code": list(document["api_keys"]),
            "jurisdiction": ["RS", "BA", "XK"],
            **_of_funds(document),
        }


def _of_funds(document: Any) -> dict[str, list[str]]:
    """Ids of what the demo's funds hold."""
    headers = {"Authorization": f"Bearer {document['tokens']['secretariat']}"}
    fund = "SLW00"

    def items(path: str) -> list[Any]:
        answer = httpx.get(f"{document['services']['funds']}/v1/{path}", headers=headers).raise_for_status()
        return list(answer.json()["items"])

    calls, projects = items(f"funds/{fund}/calls"), items("projects")
    known = {
        "call_id": calls,
        "proposal_id": items(f"calls/{calls[0]['id']}/proposals"),
        "decision_id": items(f"funds/{fund}/decisions"),
        "project_id": projects,
        "grant_id": [grant for project in projects for grant in project["grants"]],
        "activity_id": items("activities"),
        "challenge_id": items("challenges"),
    }
    ids = {name: [each["id"] for each in found[:10]] for name, found in known.items()}
    return {"fund": [fund], "project": ids["project_id"], **ids}


@pytest.fixture(scope="module")
def callers(trial: Demo) -> Callers:
    return Callers(trial)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
@pytest.mark.parametrize("service", ["incidents", "funds", "reporting"])
def test_the_answers_are_those_that_the_document_promises(
    trial: Demo, callers: Callers, service: str, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_url(f"{trial.document['services'][service]}/openapi.json")
    for result in schema.get_all_operations():
        _try(result.ok(), callers, mode)


def _try(operation: APIOperation, callers: Callers, mode: GenerationMode) -> None:
    if mode == GenerationMode.NEGATIVE and not _can_be_wrong(operation):
        return

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data(), case=operation.as_strategy(generation_mode=mode))
    def attempt(data: st.DataObject, case: Case) -> None:
        for name, known in callers.known.items():
            if name in (case.path_parameters or {}) and data.draw(st.booleans()):
                case.path_parameters[name] = data.draw(st.sampled_from(known))
        case.call_and_validate(headers=data.draw(st.sampled_from(callers.headers)), checks=PROMISES)

    attempt()


def _can_be_wrong(operation: APIOperation) -> bool:
    """There is something about it that can be sent in another way than it should; any path can be written."""
    return bool(operation.body or operation.query)
