"""A measure and its baseline, alternating in one run: on a shared machine only their ratio says something."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

import psutil

Work: TypeAlias = Callable[[], Awaitable[int]]
"""Does something for a while and says how many items that were."""


@dataclass(frozen=True, slots=True)
class Side:
    """What is measured: its work, and the process whose CPU time is told per item (None: this one)."""

    name: str
    work: Work
    process: int | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """Items per second, and microseconds of the process's CPU per item."""

    rate: float
    cpu: float


async def compare(title: str, measured: Side, baseline: Side, rounds: int = 5) -> float:
    """Prints and gives the median ratio of the rates. One round of each before it counts, then they take turns."""
    await measured.work()
    await baseline.work()
    pairs = []
    for n in range(rounds):
        sides = (measured, baseline) if n % 2 == 0 else (baseline, measured)
        found = {side.name: await _sample(side) for side in sides}
        pairs.append((found[measured.name], found[baseline.name]))
    ratios = sorted(ours.rate / plain.rate for ours, plain in pairs)
    print(f"\n{title}")
    for side, samples in ((measured, [p[0] for p in pairs]), (baseline, [p[1] for p in pairs])):
        print(f"  {side.name:34}{_told(samples)}")
    print(f"  ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}, {rounds} rounds)", flush=True)
    return statistics.median(ratios)


async def alone(title: str, side: Side, rounds: int = 5) -> float:
    """Prints and gives the median rate of what has no baseline."""
    await side.work()
    samples = [await _sample(side) for _ in range(rounds)]
    print(f"\n{title}\n  {side.name:34}{_told(samples)} ({rounds} rounds)", flush=True)
    return statistics.median(sample.rate for sample in samples)


async def _sample(side: Side) -> Sample:
    process = psutil.Process(side.process)
    cpu, started = sum(process.cpu_times()[:2]), time.perf_counter()
    items = await side.work()
    seconds = time.perf_counter() - started
    return Sample(items / seconds, (sum(process.cpu_times()[:2]) - cpu) * 1e6 / items)


def _told(samples: list[Sample]) -> str:
    rates = sorted(sample.rate for sample in samples)
    cpu = statistics.median(sample.cpu for sample in samples)
    return f"{statistics.median(rates):>9,.0f}/s ({rates[0]:,.0f} to {rates[-1]:,.0f}), {cpu:,.0f} µs CPU each"
