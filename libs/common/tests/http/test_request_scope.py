"""Around every request: ids, headers, a duration, a line in the log."""

from uuid import UUID

import httpx
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs


def count(route: str, status: str, method: str = "GET") -> float:
    labels = {"service": "things", "method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("salwatch_http_request_seconds_count", labels) or 0


async def test_a_request_id_is_made_or_taken_over(client: httpx.AsyncClient) -> None:
    assert UUID((await client.get("/livez")).headers["x-request-id"]).version == 7
    response = await client.get("/livez", headers={"X-Request-Id": "partner-17:retry.2"})
    assert response.headers["x-request-id"] == "partner-17:retry.2"


@pytest.mark.parametrize("given", ["", "a b", "<script>", "x" * 129, "-x", "a\tb"])
async def test_an_insane_request_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    response = await client.get("/livez", headers={"X-Request-Id": given})
    assert UUID(response.headers["x-request-id"])


async def test_the_log_line_has_template_status_and_ids_and_no_secret(
    client: httpx.AsyncClient, writer: dict[str, str]
) -> None:
    with capture_logs() as logs:
        await client.get("/v1/things?colour=red", headers={**writer, "X-Request-Id": "r-1"})
    (line,) = [entry for entry in logs if entry["event"] == "request"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/things", 200)
    assert writer["Authorization"].split()[1] not in str(logs)


async def test_durations_are_kept_by_template(client: httpx.AsyncClient) -> None:
    before = count("/v1/fail/{how}", "404"), count("unmatched", "404"), count("unmatched", "404", "other")
    await client.get("/v1/fail/missing")
    await client.get("/no/such/route")
    await client.request("BREW", "/no/such/route")
    after = count("/v1/fail/{how}", "404"), count("unmatched", "404"), count("unmatched", "404", "other")
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1]


async def test_answers_are_not_to_be_guessed_at_and_not_to_be_kept(
    client: httpx.AsyncClient, writer: dict[str, str]
) -> None:
    response = await client.get("/v1/things", headers=writer)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-store"
    assert "cache-control" not in (await client.get("/v1/things")).headers


async def test_an_answer_that_breaks_off_is_cut_and_not_ended(client: httpx.AsyncClient) -> None:
    with capture_logs() as logs, pytest.raises(ZeroDivisionError):
        await client.get("/v1/rows?form=broken")
    assert "request_failed" in [entry["event"] for entry in logs]
