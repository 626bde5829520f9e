"""Threads that call an event store as often as they can for a while, as told by lines on standard input."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def serve(append: Callable[[int], object]) -> None:
    """A line "callers size seconds" lets so many threads call `append(size)`; answers how many events that were."""
    for line in sys.stdin:
        callers, size, seconds = line.split()
        with ThreadPoolExecutor(int(callers)) as threads:
            calls = [threads.submit(_call, append, int(size), float(seconds)) for _ in range(int(callers))]
            print(sum(call.result() for call in calls), flush=True)


def _call(append: Callable[[int], object], size: int, seconds: float) -> int:
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        append(size)
        count += size
    return count
