"""Waiting for what another task or process will do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

T = TypeVar("T")


async def eventually(probe: Callable[[], Awaitable[T]], *, within: float = 10.0) -> T:
    """The probe's first truthy answer. An `AssertionError` of the probe counts as "not yet"; the last one is shown
    when `within` seconds are over, any other exception at once."""
    deadline = time.monotonic() + within
    while True:
        try:
            if answer := await probe():
                return answer
            last = f"last answer: {answer!r}"
        except AssertionError as error:
            last = str(error)
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within} s; {last}")
        await asyncio.sleep(0.02)
