"""Waiting: at once where it holds, until it does, and what is said when it never does."""

from __future__ import annotations

import pytest

from common.testing.eventually import eventually


async def test_the_first_answer_that_holds_is_given() -> None:
    answers = iter([0, None, 7])

    async def probe() -> int | None:
        return next(answers)

    assert await eventually(probe) == 7


async def test_a_failed_assertion_means_not_yet() -> None:
    tries = []

    async def probe() -> bool:
        tries.append(1)
        assert len(tries) > 2
        return True

    assert await eventually(probe)


async def test_what_never_holds_fails_with_the_last_reason() -> None:
    async def probe() -> bool:
        assert False, "three of five"  # noqa: B011, PT015 - the probe's own words

    with pytest.raises(pytest.fail.Exception, match="three of five"):
        await eventually(probe, within=0.05)


async def test_other_errors_are_raised_at_once() -> None:
    async def probe() -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await eventually(probe, within=60)
