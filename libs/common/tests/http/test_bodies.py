"""Bodies come unpacked and bounded, whatever was sent."""

import gzip
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.http.gunzip import PIECE, BrokenGzip, Gunzip

KIB = 1024
PACKED = {"Content-Encoding": "gzip"}
WHOLE = gzip.compress(b"text", mtime=0)  # without the time of day: a test is called alike in every process


def unpack(chunks: list[bytes]) -> list[bytes]:
    gunzip = Gunzip()
    pieces = []
    for n, chunk in enumerate(chunks, start=1):
        gunzip.feed(chunk, last=n == len(chunks))
        while piece := gunzip.piece():
            pieces.append(piece)
    assert gunzip.ended
    return pieces


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=3_000), min_size=1, max_size=3), st.integers(1, 500))
def test_any_members_in_any_chunks_give_the_text(texts: list[bytes], size: int) -> None:
    packed = b"".join(gzip.compress(text) for text in texts)
    chunks = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert b"".join(unpack(chunks)) == b"".join(texts)


@pytest.mark.parametrize("length", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 5 * PIECE + 258, 10_000_000])
def test_pieces_are_bounded_and_nothing_is_left_inside(length: int) -> None:
    pieces = unpack([gzip.compress(b"a" * length)])
    assert sum(map(len, pieces)) == length
    assert max(map(len, pieces)) <= PIECE


def test_zeros_after_the_end_are_padding() -> None:
    assert unpack([gzip.compress(b"text"), b"\0" * 100]) == [b"text"]


@pytest.mark.parametrize(
    "packed",
    [
        WHOLE[:-1],
        WHOLE[:9],
        b"no gzip",
        zlib.compress(b"text"),
        WHOLE + b"more",
        WHOLE[:-8] + bytes(8),
    ],
)
def test_what_is_not_whole_gzip_is_refused(packed: bytes) -> None:
    with pytest.raises(BrokenGzip):
        unpack([packed])


async def test_a_packed_body_is_read_as_if_it_were_not(client: httpx.AsyncClient, writer: dict[str, str]) -> None:
    headers = {**writer, **PACKED, "Content-Type": "application/json"}
    response = await client.post("/v1/things", content=gzip.compress(b'{"name": "x"}'), headers=headers)
    assert (response.status_code, response.json()["name"]) == (201, "x")


@pytest.mark.parametrize("cut", [1, 9, 15])
async def test_broken_gzip_is_the_callers_fault(client: httpx.AsyncClient, writer: dict[str, str], cut: int) -> None:
    headers = {**writer, **PACKED, "Content-Type": "application/json"}
    response = await client.post("/v1/things", content=gzip.compress(b'{"name": "x"}')[:-cut], headers=headers)
    assert (response.status_code, response.json()["type"]) == (400, "/problems/broken-gzip")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
async def test_another_encoding_is_refused_and_told_ours(client: httpx.AsyncClient, encoding: str) -> None:
    response = await client.post("/v1/stream", content=b"x", headers={"Content-Encoding": encoding})
    assert (response.status_code, response.headers["accept-encoding"]) == (415, "gzip")


async def test_a_bomb_stops_at_the_limit(client: httpx.AsyncClient, writer: dict[str, str]) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100 * KIB
    headers = {**writer, **PACKED, "Content-Type": "application/json"}
    assert (await client.post("/v1/things", content=bomb, headers=headers)).status_code == 413
    assert (await client.post("/v1/stream", content=bomb, headers=PACKED)).status_code == 413


async def test_a_body_beyond_the_limit_is_refused(client: httpx.AsyncClient, writer: dict[str, str]) -> None:
    headers = {**writer, "Content-Type": "application/json"}
    response = await client.post("/v1/things", content=b" " * (100 * KIB + 1), headers=headers)
    assert (response.status_code, response.json()["type"]) == (413, "/problems/body-too-large")


async def test_a_body_of_unknown_length_is_counted(client: httpx.AsyncClient) -> None:
    async def pieces(number: int) -> AsyncIterator[bytes]:
        for _ in range(number):
            yield b"x" * KIB

    assert (await client.post("/v1/stream", content=pieces(300))).json()["bytes"] == 300 * KIB
    assert (await client.post("/v1/stream", content=pieces(301))).status_code == 413


async def test_a_streaming_route_sets_its_own_limit_and_gets_pieces(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/stream", content=gzip.compress(b"x" * (290 * KIB)), headers=PACKED)
    assert response.json() == {"bytes": 290 * KIB, "largest": PIECE}


async def test_a_gzip_that_is_cut_after_it_gave_text_is_not_taken_for_a_whole_one(client: httpx.AsyncClient) -> None:
    packed = gzip.compress("\n".join(map(str, range(20_000))).encode())
    for cut in (1, 8, 1_000, 20_000):
        response = await client.post("/v1/stream", content=packed[:-cut], headers=PACKED)
        assert (response.status_code, response.json()["type"]) == (400, "/problems/broken-gzip")
