"""A partner of the sample feed waits where it is asked to, sends the same key again, and never overlooks a refusal."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from embedded.sample_feed.partner import FeedRefused, Partner


class Server:
    """Answers in turn with what it was given; an exception is a cut connection."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.requests: list[httpx.Request] = []
        self._answers: Iterator[httpx.Response | Exception] = iter(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def post_to(server: Server) -> httpx.Response:
    async with httpx.AsyncClient(base_url="http://incidents", transport=httpx.MockTransport(server)) as client:
        return await Partner(client, "ApiKey made-up").post("/v1/incidents", b"{}", "application/json")


async def test_what_is_busy_or_cut_is_sent_again_under_the_same_key() -> None:
    server = Server(
        httpx.Response(503, headers={"Retry-After": "0"}),
        httpx.Response(409, headers={"Retry-After": "0"}),
        httpx.Response(429, headers={"Retry-After": "0"}),
        httpx.ConnectError("cut"),
        httpx.Response(201, json={}),
    )
    assert (await post_to(server)).status_code == 201
    assert len(server.requests) == 5
    assert len({request.headers["Idempotency-Key"] for request in server.requests}) == 1


@pytest.mark.parametrize("status", [207, 403, 409, 422])
async def test_a_refusal_is_told_with_what_the_server_said(status: int) -> None:
    with pytest.raises(FeedRefused, match="jurisdiction_not_allowed"):
        await post_to(Server(httpx.Response(status, text="jurisdiction_not_allowed")))


async def test_what_stays_busy_is_given_up() -> None:
    server = Server(*(httpx.Response(503, headers={"Retry-After": "0"}) for _ in range(10)))
    with pytest.raises(FeedRefused, match="still busy"):
        await post_to(server)
