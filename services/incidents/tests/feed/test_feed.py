"""What becomes of the lines of a batch."""

from __future__ import annotations

import resource
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from common.kernel.errors import DomainError
from incidents.application.batch_body import CHUNK_LINES, TooManyLines
from incidents.application.csv_lines import CsvReader
from incidents.application.feed import EmptyBatch, Stopped
from incidents.application.lines import JsonArrayReader, Unreadable

Line = Callable[..., dict[str, Any]]


async def test_every_line_has_its_outcome_in_input_order(partner: Any, line: Line) -> None:
    answered = await partner.push([line(1), line(2, category="unheard_of"), line(1), line(1, category="other")])
    assert answered.status == 207
    assert await partner.outcomes(answered) == ["accepted", "rejected", "unchanged", "corrected"]
    receipt = await partner.receipt(answered)
    assert receipt.summary == {"lines": 4, "accepted": 1, "corrected": 1, "unchanged": 1, "rejected": 1}
    assert receipt.state == "answered"
    items = await partner.items(answered)
    assert [item["version"] for item in items] == [1, None, 1, 2]
    assert items[1]["problem"]["errors"][0]["pointer"] == "/category"


async def test_all_landed_is_200_and_none_is_422(partner: Any, line: Line) -> None:
    assert (await partner.push([line(1)])).status == 200
    assert (await partner.push([line(2, category="unheard_of"), 7])).status == 422


async def test_a_body_without_any_line_is_refused(partner: Any) -> None:
    for body, reader in ((b"", None), (b"\n \n", None), (b" [ ] ", JsonArrayReader()), (b"", CsvReader())):
        with pytest.raises(EmptyBatch):
            await partner.push(body, reader)


async def test_a_line_of_a_jurisdiction_that_the_key_does_not_cover_is_rejected(partner: Any, line: Line) -> None:
    answered = await partner.push([line(1), line(2, jurisdiction="ME")], jurisdictions=frozenset({"RS"}))
    rejected = (await partner.items(answered))[1]
    assert rejected["problem"]["errors"][0]["code"] == "jurisdiction_not_allowed"
    assert rejected["problem"]["errors"][0]["pointer"] == "/jurisdiction"


async def test_a_line_that_is_not_json_is_rejected_alone(partner: Any, line: Line) -> None:
    body = b'{"external_id": "x\n\xff\n' + b"[" * 100_000 + b'\n{"external_id": "a\\u0000b"}\nNaN\n'
    answered = await partner.push(body)
    assert answered.status == 422
    assert await partner.outcomes(answered) == ["rejected"] * 5


async def test_chunks_are_of_a_fixed_number_of_lines_and_cost_no_line(partner: Any, line: Line) -> None:
    answered = await partner.push([line(n) for n in range(2 * CHUNK_LINES + 1)])
    assert answered.status == 200
    sizes = await partner.pool.fetch("SELECT lines FROM receipt_chunk ORDER BY number")
    assert [row["lines"] for row in sizes] == [CHUNK_LINES, CHUNK_LINES, 1]
    assert await partner.events() == 2 * CHUNK_LINES + 1


async def test_a_later_line_has_the_last_word_whatever_chunk_the_earlier_one_is_in(partner: Any, line: Line) -> None:
    lines = [line(n, category=category) for category in ("other", "criminal_context") for n in range(CHUNK_LINES)]
    last = [line(n, category="other", tags=["attempted"]) for n in range(3)]
    answered = await partner.push([*lines, *last])
    assert (await partner.receipt(answered)).summary["corrected"] == CHUNK_LINES + 3
    found = await partner.pool.fetch("SELECT category, version, count(*) FROM incident GROUP BY 1, 2 ORDER BY 1")
    assert [tuple(row) for row in found] == [("criminal_context", 2, CHUNK_LINES - 3), ("other", 3, 3)]


async def test_beyond_a_thousand_lines_only_what_is_worth_telling_is_told_and_all_of_it_streams(
    partner: Any, line: Line
) -> None:
    lines = [line(n, category="unheard_of" if n % 400 == 0 else "other") for n in range(1_201)]
    answered = await partner.push(lines)
    assert [item["index"] for item in await partner.items(answered)] == [0, 400, 800, 1_200]
    streamed = b"".join([part async for part in partner.receipts.stream(answered.receipt)])
    assert streamed.count(b"\n") == 1_201
    again = await partner.push([line(n, category="unheard_of") for n in range(1_201)])
    assert len(await partner.items(again)) == 1_000


async def test_a_dry_run_says_what_would_be_and_writes_no_event(partner: Any, line: Line) -> None:
    answered = await partner.push([line(1), line(1, category="other"), line(2, category="unheard_of")], dry_run=True)
    assert answered.status == 207
    assert await partner.outcomes(answered) == ["accepted", "corrected", "rejected"]
    assert (await partner.receipt(answered)).dry_run
    assert await partner.events() == 0


async def test_an_atomic_batch_lands_as_a_whole_or_not_at_all(partner: Any, line: Line) -> None:
    assert (await partner.push([line(n) for n in range(600)], mode="atomic")).status == 200
    assert await partner.events() == 600
    for bad in (line(700, category="unheard_of"), {"external_id": "RS-700", "colour": "red"}, 7):
        answered = await partner.push([line(601), bad, line(602)], mode="atomic")
        assert answered.status == 422
        codes = [item["problem"]["errors"][0]["code"] for item in await partner.items(answered)]
        assert (codes[0], codes[2]) == ("batch_rejected", "batch_rejected")
        assert codes[1] != "batch_rejected"
    assert await partner.events() == 600


async def test_an_atomic_batch_has_at_most_ten_thousand_lines(partner: Any, line: Line) -> None:
    with pytest.raises(Stopped) as stopped:
        await partner.push([line(n) for n in range(10_001)], mode="atomic")
    assert isinstance(stopped.value.cause, Unreadable)
    assert stopped.value.cause.code == "too_many_lines"
    assert await partner.events() == 0


async def test_what_comes_before_an_unreadable_place_lands(partner: Any, line: Line) -> None:
    body = b"[" + b",".join(partner.encoded(line(n)) for n in range(700)) + b"] or not"
    with pytest.raises(Stopped) as stopped:
        await partner.push(body, JsonArrayReader())
    receipt = await partner.receipts.find(stopped.value.receipt)
    assert (receipt.state, receipt.summary["accepted"]) == ("unreadable", 700)
    assert await partner.events() == 700


async def test_a_header_that_cannot_be_read_refuses_the_body(partner: Any) -> None:
    with pytest.raises(DomainError, match="weapon_\\{n\\}_type") as refused:
        await partner.push(b"external_id,occurred_on,jurisdiction,category,colour\r\n1,2,3,4,5\r\n", CsvReader())
    assert [violation.code for violation in refused.value.violations] == ["unknown_column"]


async def test_errors_of_csv_name_their_column(partner: Any) -> None:
    header = b"external_id,occurred_on,jurisdiction,category,weapon_2_type,person_3_role,person_3_age\r\n"
    answered = await partner.push(header + b"1,2020-03-14,RS,other,sabre,victim,\r\n", CsvReader())
    errors = (await partner.items(answered))[0]["problem"]["errors"]
    assert errors[0]["pointer"].startswith("/weapons/0")
    assert errors[0]["column"] == "weapon_2_type"


@pytest.mark.slow
async def test_a_hundred_thousand_lines_and_one_more_take_bounded_memory(partner: Any, line: Line) -> None:
    async def pieces(lines: int) -> AsyncIterator[bytes]:
        for start in range(0, lines, 100):
            yield partner.ndjson(line(n, category="unheard_of") for n in range(start, min(start + 100, lines)))

    await partner.push(pieces(2_000))
    before = _resident()
    with pytest.raises(Stopped) as stopped:
        await partner.push(pieces(100_001))
    assert _resident() - before < 40_000_000
    assert isinstance(stopped.value.cause, TooManyLines)
    receipt = await partner.receipts.find(stopped.value.receipt)
    assert receipt.summary["lines"] == 100_000
    assert len(receipt.items) == 1_000


def _resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
