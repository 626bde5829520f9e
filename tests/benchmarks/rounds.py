"""A measure and its baseline, alternating in one run: on a shared machine only their ratio says something."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
import psutil

Work: TypeAlias = Callable[[], Awaitable[int]]
"""Does something for a while and says how many items that were."""


@dataclass(frozen=True, slots=True)
class Side:
    """What is measured: its work, and the processes whose CPU time is told per item, those that they started included
    (None: this one, alone)."""

    name: str
    work: Work
    process: int | tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """Items per second, and microseconds of the process's CPU per item."""

    rate: float
    cpu: float

    @property
    def time(self) -> float:
        """Microseconds per item."""
        return 1e6 / self.rate


@dataclass(frozen=True, slots=True)
class Row:
    """A line of docs/benchmarks.md. `ratio` and `spread` are in `unit`, "×" where they compare two sides;
    `must_reach` is like ">= 0.8" or "<= 1.5", None where the figure is only reported; `seen` is the median of what was
    measured, where that is a rate."""

    measure: str
    baseline: str
    ratio: float
    spread: tuple[float, float]
    rounds: int
    must_reach: str | None = None
    unit: str = "×"
    note: str = ""
    seen: Sample | None = None

    @property
    def reached(self) -> bool | None:
        if self.must_reach is None:
            return None
        sign, bound = self.must_reach.split()
        return self.ratio >= float(bound) if sign == ">=" else self.ratio <= float(bound)


async def compare(
    title: str,
    measured: Side,
    baseline: Side,
    rounds: int = 5,
    *,
    of: Literal["rate", "time", "cpu"] = "rate",
    must_reach: str | None = None,
    note: str = "",
) -> float:
    """Records and gives the median of the rounds' ratios, of rates, of time or of CPU per item. One round of each
    before it counts, then they take turns."""
    await measured.work()
    await baseline.work()
    pairs = []
    for n in range(rounds):
        sides = (measured, baseline) if n % 2 == 0 else (baseline, measured)
        found = {side.name: await _sample(side) for side in sides}
        pairs.append((found[measured.name], found[baseline.name]))
    seen = [_median(samples) for samples in zip(*pairs, strict=True)]
    notes = [f"{side.name}: {_told(own)}" for side, own in zip((measured, baseline), seen, strict=True)]
    ratios = [getattr(ours, of) / getattr(plain, of) for ours, plain in pairs]
    note = "; ".join(filter(None, [*notes, note]))
    return record(title, baseline.name, ratios, must_reach=must_reach, note=note, seen=seen[0])


def record(
    measure: str,
    baseline: str,
    figures: Sequence[float],
    *,
    must_reach: str | None = None,
    unit: str = "×",
    note: str = "",
    seen: Sample | None = None,
) -> float:
    """Prints the median of one figure per round, hands it to `run.py` where that is listening, and gives it.

    Parts of a note are parted by "; ".
    """
    median = statistics.median(figures)
    row = Row(measure, baseline, median, (min(figures), max(figures)), len(figures), must_reach, unit, note, seen)
    print(f"\n{measure} ÷ {baseline}: {told(row)}")
    print("\n".join(f"  {part}" for part in note.split("; ")), flush=True)
    if listening := os.environ.get("SALWATCH_BENCH_ROWS"):
        with Path(listening).open("ab") as rows:
            rows.write(msgspec.json.encode({**asdict(row), "reached": row.reached}) + b"\n")
    return median


def told(row: Row) -> str:
    asked = "" if row.must_reach is None else f", must reach {row.must_reach}: {'yes' if row.reached else 'NO'}"
    low, high = row.spread
    return f"{row.ratio:.2f} {row.unit} ({low:.2f} to {high:.2f}, {row.rounds} rounds{asked})"


async def _sample(side: Side) -> Sample:
    cpu, started = cpu_seconds(side.process), time.perf_counter()
    items = await side.work()
    seconds = time.perf_counter() - started
    return Sample(items / seconds, (cpu_seconds(side.process) - cpu) * 1e6 / items)


def cpu_seconds(process: int | tuple[int, ...] | None) -> float:
    """What the processes have used so far, with those that they started, also where they have ended since."""
    if process is None:
        return time.process_time()
    family = [psutil.Process(pid) for pid in ((process,) if isinstance(process, int) else process)]
    family += [child for parent in family for child in parent.children(recursive=True)]
    return sum(sum(_times(member)) for member in family)


def _times(process: psutil.Process) -> tuple[float, ...]:
    try:
        return tuple(process.cpu_times()[:4])
    except psutil.NoSuchProcess:  # it has ended since it was listed
        return ()


def _median(samples: Sequence[Sample]) -> Sample:
    return Sample(
        statistics.median(sample.rate for sample in samples), statistics.median(sample.cpu for sample in samples)
    )


def _told(sample: Sample) -> str:
    return f"{sample.rate:,.0f}/s, {sample.cpu:,.0f} µs CPU each"
