"""A batch under a key: cut and finished, answered and answered again, held and taken over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from common.eventsourcing.units import KeyReused
from incidents.application.batch_body import CHUNK_LINES
from incidents.application.chunk import LandedLineDiffers
from incidents.application.feed import Stopped
from incidents.application.lines import JsonArrayReader, NdjsonReader
from incidents.application.receipts import LeaseLost, Ledger, ReceiptHeld

Line = Callable[..., dict[str, Any]]


class Cut(Exception):
    """The connection is gone."""


async def cut_after(partner: Any, lines: list[Any], **order: Any) -> None:
    with pytest.raises(Cut):
        await partner.push(lines, cut=Cut(), **order)


async def test_a_cut_batch_keeps_its_full_chunks_and_its_key_finishes_it(partner: Any, line: Line) -> None:
    lines = [line(n) for n in range(3 * CHUNK_LINES)]
    await cut_after(partner, lines[: 2 * CHUNK_LINES + 7], key="k")
    assert await partner.events() == 2 * CHUNK_LINES
    assert await partner.states() == ["cut"]
    answered = await partner.push(lines, key="k")
    assert answered.status == 200
    assert (await partner.receipt(answered)).summary["accepted"] == 3 * CHUNK_LINES
    assert await partner.events() == 3 * CHUNK_LINES
    assert await partner.states() == ["answered"]


async def test_lines_that_had_landed_are_not_judged_again(partner: Any, line: Line) -> None:
    lines = [line(n) for n in range(CHUNK_LINES)]
    await cut_after(partner, lines, key="k")
    await partner.push([line(0, category="other")])
    answered = await partner.push([*lines, line(CHUNK_LINES)], key="k")
    assert (await partner.receipt(answered)).summary["accepted"] == CHUNK_LINES + 1
    assert (await partner.items(answered))[0]["version"] == 1


async def test_rejected_lines_may_be_mended(partner: Any, line: Line) -> None:
    lines = [line(n, category="unheard_of" if n == 3 else "other") for n in range(CHUNK_LINES)]
    await cut_after(partner, lines, key="k")
    lines[3] = line(3)
    answered = await partner.push(lines, key="k")
    assert answered.status == 200
    assert await partner.events() == CHUNK_LINES


async def test_a_landed_line_that_differs_is_named(partner: Any, line: Line) -> None:
    lines = [line(n) for n in range(CHUNK_LINES)]
    await cut_after(partner, lines, key="k")
    for changed in ([*lines[:7], line(7, category="other"), *lines[8:]], lines[:7]):
        with pytest.raises(Stopped) as stopped:
            await partner.push(changed, key="k")
        assert isinstance(stopped.value.cause, LandedLineDiffers)
        assert stopped.value.cause.index == 7
    assert (await partner.push(lines, key="k")).status == 200


async def test_a_retry_has_to_hold_the_chunks_that_have_landed(partner: Any, line: Line) -> None:
    lines = [line(n) for n in range(2 * CHUNK_LINES)]
    await cut_after(partner, lines, key="k")
    with pytest.raises(Stopped) as stopped:
        await partner.push(lines[:CHUNK_LINES], key="k")
    assert isinstance(stopped.value.cause, LandedLineDiffers)
    assert stopped.value.cause.index == CHUNK_LINES


async def test_rejected_lines_may_be_left_out_at_the_end(partner: Any, line: Line) -> None:
    bad = [line(n, category="unheard_of") for n in range(CHUNK_LINES)]
    lines = [line(n) for n in range(CHUNK_LINES)]
    await cut_after(partner, [*lines, *bad], key="k")
    answered = await partner.push(lines, key="k")
    assert answered.status == 200
    assert (await partner.receipt(answered)).summary["lines"] == CHUNK_LINES


async def test_neither_white_space_nor_format_makes_a_landed_line_differ(partner: Any, line: Line) -> None:
    lines = [line(n) for n in range(CHUNK_LINES)]
    await cut_after(partner, lines, key="k")
    turned = [dict(reversed(each.items())) for each in lines]
    assert (await partner.push(partner.encoded(turned), JsonArrayReader(), key="k")).status == 200


async def test_an_unreadable_body_may_be_mended(partner: Any, line: Line) -> None:
    body = partner.encoded([line(n) for n in range(700)])
    with pytest.raises(Stopped) as stopped:
        await partner.push(body + b" rubbish", JsonArrayReader(), key="k")
    answered = await partner.push(body, JsonArrayReader(), key="k")
    assert (answered.receipt, answered.status) == (stopped.value.receipt, 200)
    assert await partner.events() == 700


async def test_an_answered_key_binds_the_whole_body(partner: Any, line: Line) -> None:
    first = await partner.push([line(1), line(2, category="unheard_of")], key="k")
    again = await partner.push([line(1), line(2, category="unheard_of")], key="k")
    assert (first.status, again.status) == (207, 207)
    assert again.replayed
    assert (again.receipt, again.log_id, again.position) == (first.receipt, first.log_id, first.position)
    for other in ([line(1), line(2)], [line(1)]):
        with pytest.raises(KeyReused):
            await partner.push(other, key="k")
    with pytest.raises(KeyReused):
        await partner.push([line(1), line(2, category="unheard_of")], key="k", mode="atomic")


async def test_a_batch_of_which_nothing_landed_frees_its_key(partner: Any, line: Line) -> None:
    assert (await partner.push([line(1, category="unheard_of")], key="k")).status == 422
    with pytest.raises(Stopped):
        await partner.push(b"[1] rubbish", JsonArrayReader(), key="k")
    answered = await partner.push([line(2)], key="k")
    assert (answered.status, answered.replayed) == (200, False)


async def test_keys_of_other_credentials_are_other_keys(partner: Any, line: Line) -> None:
    await partner.push([line(1)], key="k")
    assert not (await partner.push([line(2)], key="k", credential="key-2")).replayed


async def test_a_batch_in_work_is_held_and_taken_over_when_its_lease_has_ended(partner: Any, line: Line) -> None:
    lines = [line(n) for n in range(CHUNK_LINES)]
    go_on = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield partner.ndjson(lines)
        await go_on.wait()
        yield partner.ndjson([line(n) for n in range(CHUNK_LINES, 3 * CHUNK_LINES)])

    order = partner.order(key="k")
    first = asyncio.create_task(partner.feed.push(order, slow(), NdjsonReader()))
    while await partner.events() == 0:
        await asyncio.sleep(0.01)
    with pytest.raises(ReceiptHeld) as held:
        await partner.push(lines, key="k")
    assert 1 <= held.value.retry_after <= 30
    await partner.pool.execute("UPDATE receipt SET leased_until = clock_timestamp()")
    assert (await partner.push(lines, key="k")).status == 200
    go_on.set()
    with pytest.raises(LeaseLost):
        await first
    assert await partner.events() == CHUNK_LINES


async def test_a_request_that_comes_back_from_the_dead_leaves_its_successors_work_alone(
    partner: Any, line: Line
) -> None:
    go_on = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield partner.ndjson([line(n) for n in range(CHUNK_LINES)])
        await go_on.wait()
        yield partner.ndjson([line(n) for n in range(CHUNK_LINES, 2 * CHUNK_LINES)])

    first = asyncio.create_task(partner.push(slow(), key="k"))
    while await partner.events() == 0:
        await asyncio.sleep(0.01)
    await partner.pool.execute("UPDATE receipt SET leased_until = clock_timestamp()")
    ledger: Ledger = partner.feed.ledger
    present = await ledger.claim(partner.order(key="k"))
    go_on.set()
    with pytest.raises(LeaseLost):
        await first
    assert (await partner.events(), await partner.states()) == (CHUNK_LINES, ["working"])
    dead = replace(present, epoch=present.epoch - 1)
    for fenced in (ledger.renew(dead), ledger.answer(dead, b"")):
        with pytest.raises(LeaseLost):
            await fenced
    await ledger.renew(present)
    assert (await ledger.answer(present, b"")).status == 200


async def test_an_atomic_batch_that_landed_without_its_answer_is_answered(partner: Any, line: Line) -> None:
    lines = [line(n) for n in range(3)]
    first = await partner.push(lines, key="k", mode="atomic")
    await partner.pool.execute("UPDATE receipt SET state = 'working', status = NULL")
    again = await partner.push(lines, key="k", mode="atomic")
    assert (again.receipt, again.status, again.replayed) == (first.receipt, 200, False)
    assert await partner.events() == 3
