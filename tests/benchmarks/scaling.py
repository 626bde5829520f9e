"""What the measured costs mean for more incidents than the region has: what is full first, and how far a bad morning
leaves everyone behind.

`python tests/benchmarks/scaling.py` writes the tables of docs/scaling.md from docs/benchmarks.json. The morning is
simulated minute by minute: posts come all day, feeds within two hours, and with them the backfill of an agency that
pushes a tenth of a year again. Every part passes on at most what one core of it can do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

DOCS = Path(__file__).parents[2] / "docs"
START, END = "<!-- written by tests/benchmarks/scaling.py: {} -->", "<!-- end -->"

YEARS = (3_000, 100_000, 1_000_000, 10_000_000, 100_000_000)  # incidents; the first is the region of today
KEPT_YEARS = 10
EVENTS = 1.3  # of an incident: corrections, verifications and retractions among them
POSTED = 0.2  # of the incidents come one by one, the others in feeds
SIX, MORNING = 360, 120  # the minute from which, and the minutes in which, the feeds of a day come
BUSY = 3.0  # a busy day has so many times the average
BACKFILL = 0.1  # of a year's incidents
EVENT_BYTES, FACT_BYTES = 1_600, 150  # with indexes and texts; measured at 10 and 5 million
QUESTION_SECONDS = 2.0  # what a question may take that no cube answers
REBUILD_SECONDS = 24 * 3_600.0  # what a rebuild may take, while the old read model serves
USED = 0.6  # of a core that may be planned with
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Part:
    """What events pass through, and the microseconds of CPU that one costs there. `grows` is how it gets more cores."""

    name: str
    cost: float
    grows: str

    @property
    def per_minute(self) -> float:
        return 60e6 / self.cost


@dataclass(frozen=True, slots=True)
class Costs:
    """`question` and `rebuild` are seconds per million incidents, or events."""

    parts: Sequence[Part]
    question: float
    rebuild: float


def main() -> None:
    costs = _costs(msgspec.json.decode((DOCS / "benchmarks.json").read_bytes())["rows"])
    page = DOCS / "scaling.md"
    text = page.read_text()
    for name, table in (("parts", _parts(costs)), ("sizes", _sizes(costs))):
        before, _, rest = text.partition(START.format(name))
        _, _, after = rest.partition(END)
        text = "\n".join([before + START.format(name), *table, END + after])
    page.write_text(text)


def _costs(rows: Sequence[Mapping[str, Any]]) -> Costs:
    def row(benchmark: str, measure: str) -> Mapping[str, Any]:
        return next(row for row in rows if row["benchmark"] == benchmark and row["measure"].startswith(measure))

    def cpu(benchmark: str, measure: str) -> float:
        return float(row(benchmark, measure)["seen"]["cpu"])

    post, line = cpu("single_posts", "single posts"), cpu("bulk", "bulk lines, application")
    parts = (
        Part("incidents api", (1 - POSTED) * line + POSTED * post, "more processes"),
        Part(
            "the log: writer and PostgreSQL",
            cpu("two_writers", "append, CPU per event, two processes of 8"),
            "more logs",
        ),
        Part("relay", cpu("relay", "relay"), "more logs"),
        Part("reporting worker", cpu("projection", "projection, 2000"), "more workers, up to the partitions"),
    )
    rebuild = 1e6 / row("rebuild", "rebuild")["seen"]["rate"]
    return Costs(parts, row("aggregates", "any combination")["ratio"] / 5, rebuild)


def _parts(costs: Costs) -> Iterator[str]:
    yield "| part | CPU per event | events/s of one core at 60 % | more by |"
    yield "|---|---|---|---|"
    for part in costs.parts:
        yield f"| {part.name} | {part.cost:.0f} µs | {USED * 1e6 / part.cost:,.0f} | {part.grows} |"


def _sizes(costs: Costs) -> Iterator[str]:
    yield (
        "| incidents a year | events/s: average, busy morning | the busiest part uses | a backfill is in after"
        f" | the log, a year | fact rows, {KEPT_YEARS} years | a rebuild | a question without a cube | what is full |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for year in YEARS:
        yield f"| {' | '.join(_size(costs, year))} |"


def _size(costs: Costs, year: int) -> Iterator[str]:
    busiest = max(costs.parts, key=lambda part: part.cost)
    average, peak = year * EVENTS / 365 / 86_400, max(_arrivals(year, 0)) / 60
    used = peak * busiest.cost / 1e6
    kept = year * KEPT_YEARS
    rebuild, question = kept * EVENTS / 1e6 * costs.rebuild, kept / 1e6 * costs.question
    full = {
        busiest.name: used > USED,
        "questions without a cube": question > QUESTION_SECONDS,
        "the rebuild": rebuild > REBUILD_SECONDS,
    }
    yield f"{year:,}"
    yield f"{average:,.3f}, {peak:,.2f}"
    yield f"{100 * used:,.2f} % of a core"
    yield _time(60 * _behind(_arrivals(year, BACKFILL), costs.parts))
    yield _bytes(year * EVENTS * EVENT_BYTES)
    yield _bytes(kept * FACT_BYTES)
    yield _time(rebuild)
    yield _time(question)
    yield ", ".join(name for name, is_full in full.items() if is_full) or "nothing"


def _arrivals(year: int, backfill: float) -> list[float]:
    """Events by minute, from midnight; feeds from six o'clock, a backfill all at once with the first of them."""
    day = year * EVENTS / 365 * BUSY
    minutes = [day * POSTED / DAY] * DAY
    for minute in range(SIX, SIX + MORNING):
        minutes[minute] += day * (1 - POSTED) / MORNING
    minutes[SIX] += year * backfill
    return minutes


def _behind(arrivals: Sequence[float], parts: Sequence[Part]) -> float:
    """The most minutes that something had to wait on its way to the read model."""
    waiting = dict.fromkeys(parts, 0.0)
    most = 0.0
    for coming in arrivals:
        flowing = coming
        for part in parts:
            here = waiting[part] + flowing
            flowing = min(here, part.per_minute)
            waiting[part] = here - flowing
        most = max(most, sum(waiting[part] / part.per_minute for part in parts))
    return most


def _bytes(number: float) -> str:
    unit = min(int(math.log10(max(number, 1)) // 3), 4)
    return f"{number / 1000**unit:,.0f} {('B', 'kB', 'MB', 'GB', 'TB')[unit]}"


def _time(seconds: float) -> str:
    if seconds < 1:
        return "under a second"
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:,.0f} s"


if __name__ == "__main__":
    main()
