"""How long aggregates take over five million incidents, and the dashboard's queries ÷ over a hundred thousand.

The tables are filled by SQL with made-up rows of ten years; no event is read. Each question is answered whole (rows,
total, comparisons, freshness) in the process, as the HTTP route and the dashboard do it; the median of a few runs.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import httpx
from rounds import record

from common.observability.logging import configure_logging
from common.persistence.migrations import upgrade
from common.reference.pack import Pack, load_pack
from common.testing.postgres import EmbeddedPostgres
from reporting.application.aggregates import Aggregates, ask
from reporting.application.questions import DIMENSIONS, MEASURES, Question, known_values
from reporting.bootstrap import READING, api, figures
from reporting.dashboard.asked import Asked
from reporting.dashboard.figures import Figures, Told, gather
from reporting.settings import Settings

FILLING = {"max_wal_size": "8GB", "fsync": "off", "synchronous_commit": "off"}
"""Nothing that makes reading faster: shared_buffers are the 128 MB of a server that nobody has tuned."""
FEW = 100_000  # incidents of the same ten years, drawn alike
YEAR = {"start": date(2020, 1, 1), "end": date(2020, 12, 31)}
FIVE_YEARS = {"start": date(2015, 1, 1), "end": date(2019, 12, 31)}
ODD = {"start": date(2020, 1, 15), "end": date(2020, 12, 14)}

QUESTIONS: Mapping[str, Mapping[str, Any]] = {
    "cube: incidents by month and category": {"by": ("month", "category")},
    "cube: incidents by jurisdiction, 2020": {"by": ("jurisdiction",), **YEAR},
    "cube: killed by sex, 2020": {"measure": "killed", "by": ("sex",), **YEAR},
    "cube: items by kind, in pieces": {"measure": "seized_items", "by": ("kind",), "filters": {"unit": ["piece"]}},
    "incidents, no whole months": {"by": ("category",), **ODD},
    "incidents by tag": {"by": ("tag",)},
    "incidents by admin area, 2020": {"by": ("admin",), **YEAR},
    "incidents by weapon type": {"by": ("weapon_type",)},
    "incidents by weapon type, 2020": {"by": ("weapon_type",), **YEAR},
    "incidents with a handgun in criminal context, 2020": {
        "filters": {"weapon_type": ["handgun"], "category": ["criminal_context"]},
        **YEAR,
    },
    "incidents by sex": {"by": ("sex",)},
    "incidents by sex and outcome": {"by": ("sex", "outcome")},
    "incidents by sex and weapon type": {"by": ("sex", "weapon_type")},
    "killed by age group": {"measure": "killed", "by": ("age_group",)},
    "female victims of domestic violence, 2020": {
        "measure": "victims",
        "filters": {"sex": ["female"], "category": ["domestic_violence"]},
        **YEAR,
    },
    "killed by weapon type": {"measure": "killed", "by": ("weapon_type",)},
    "killed by weapon type, 2020": {"measure": "killed", "by": ("weapon_type",), **YEAR},
    "victims by relation and tag": {"measure": "victims", "by": ("relation", "tag")},
    "weapons by sex of those killed": {"measure": "weapons", "by": ("sex",), "filters": {"outcome": ["killed"]}},
    "incidents by kind, where a rifle was used": {"by": ("kind",), "filters": {"weapon_type": ["rifle"]}},
    "incidents by sex and weapon type, 2015 to 2019": {"by": ("sex", "weapon_type"), **FIVE_YEARS},
    "incidents by year, sex and weapon type": {"by": ("year", "sex", "weapon_type")},
    "incidents by sex, weapon type and tag": {"by": ("sex", "weapon_type", "tag")},
    "incidents by age group, either of two sexes and of two weapon types": {
        "by": ("age_group",),
        "filters": {"sex": ["male", "female"], "weapon_type": ["handgun", "rifle"]},
    },
    "victims by month, verified": {"measure": "victims", "by": ("month",), "filters": {"verification": ["verified"]}},
}


@dataclass(frozen=True, slots=True)
class Timed:
    """The median of some whole answers, in seconds."""

    seconds: float
    rows: int
    name: str

    def __str__(self) -> str:
        return f"{self.seconds * 1000:8.1f} ms  {self.rows:5} rows  {self.name}"


async def timed(aggregates: Aggregates, name: str, question: Question, runs: int) -> Timed:
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        answer = await aggregates.answer(question)
        times.append(time.perf_counter() - started)
    return Timed(statistics.median(times), len(answer.rows), name)


async def asked(aggregates: Aggregates, runs: int) -> list[Timed]:
    """The questions above, in their order."""
    return [await timed(aggregates, name, ask(aggregates.pack, **each), runs) for name, each in QUESTIONS.items()]


async def sampled(aggregates: Aggregates, count: int, runs: int, seed: int) -> list[Timed]:
    """Any two dimensions, measure, span and filters, as chance has them; the slowest first."""
    chance = Random(seed)
    drawn = [drawn_question(aggregates.pack, chance) for _ in range(count)]
    found = [await timed(aggregates, described(question), question, runs) for question in drawn]
    return sorted(found, key=lambda each: each.seconds, reverse=True)


def drawn_question(pack: Pack, chance: Random) -> Question:
    measure, by = chance.choice(MEASURES), chance.sample(DIMENSIONS, 2)
    known = [name for name in DIMENSIONS if known_values(pack, name)]
    filters = {
        name: _some(known_values(pack, name), chance) for name in chance.sample(known, chance.choice((0, 0, 1, 2)))
    }
    if measure == "seized_items" and "unit" not in by:
        filters["unit"] = ["piece"]
    if "jurisdiction" in filters:
        filters["jurisdiction"] = ["RS", "ME"]
    days = chance.choice(({}, {}, YEAR, FIVE_YEARS, ODD))
    return ask(pack, measure=measure, by=by, filters=filters, start=days.get("start"), end=days.get("end"))


def _some(values: Sequence[str] | None, chance: Random) -> list[str]:
    return chance.sample(list(values or ()), min(len(values or ()), chance.choice((1, 1, 2, 3))))


def described(question: Question) -> str:
    filters = "; ".join(f"{name}={','.join(values)}" for name, values in question.filters.items())
    span = f"{question.start or ''}..{question.end or ''}"
    return f"{question.measure} by {','.join(question.by)} {span} {filters}"


async def dashboard_addresses(aggregates: Aggregates) -> list[str]:
    """Where a program reads what the page of a year and the page of all ten years show."""
    spans = ((date(2020, 1, 1), date(2020, 12, 31)), (date(2014, 1, 1), date(2023, 12, 31)))
    shown = [await gather(aggregates, Asked(start, end)) for start, end in spans]
    return list(dict.fromkeys(told.address for figures in shown for told in _told(figures)))


async def dashboard_rounds(many: str, few: str, addresses: Sequence[str], rounds: int) -> list[tuple[float, float]]:
    """Over HTTP, nothing cached: the seconds of the slowest address in each of two databases, which take turns."""
    async with _client(many) as large, _client(few) as small:
        found = [(await _slowest(large, addresses), await _slowest(small, addresses)) for _ in range(rounds + 1)]
    return found[1:]  # the first opens connections


@asynccontextmanager
async def _client(dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        api(Settings(database_url=dsn)) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reporting") as client,
    ):
        yield client


async def _slowest(client: httpx.AsyncClient, addresses: Sequence[str]) -> float:
    return max([await _seconds(client, address) for address in addresses])


def _told(shown: Figures) -> list[Told]:
    trend = shown.trend
    single = [shown.jurisdictions, shown.rates, shown.categories, shown.seizures, shown.items, shown.verification]
    return [*shown.headlines.values(), *shown.casualties.values(), *single, trend.by_category, trend.by_jurisdiction]


async def _seconds(client: httpx.AsyncClient, address: str) -> float:
    started = time.perf_counter()
    (await client.get(address)).raise_for_status()
    return time.perf_counter() - started


async def measure(many: str, few: str, arguments: argparse.Namespace) -> None:
    async with asyncpg.create_pool(many, min_size=1, max_size=2, server_settings=READING) as pool:
        aggregates = Aggregates(load_pack("western-balkans"), lambda: figures(pool), "http://incidents")
        for line in await asked(aggregates, arguments.runs):
            sys.stdout.write(f"{line}\n")
        found = await sampled(aggregates, arguments.sample, arguments.runs, arguments.seed)
        addresses = await dashboard_addresses(aggregates)
    size = f"{arguments.incidents:,} incidents"
    record(
        f"any combination of two dimensions at {size}, the slowest of {arguments.sample} drawn",
        "–",
        [found[0].seconds],
        must_reach="<= 2",
        unit="s",
        note="; ".join(f"{each.seconds:.1f} s: {each.name}" for each in found[:5]),
    )
    rounds = await dashboard_rounds(many, few, addresses, arguments.rounds)
    record(
        f"slowest query of the dashboard over HTTP at {size}",
        f"at {FEW:,}",
        [large / small for large, small in rounds],
        must_reach="<= 1.3",
        note=f"{rounds[-1][0] * 1000:.0f} ms; {rounds[-1][1] * 1000:.0f} ms",
    )


async def fill(dsn: str, incidents: int) -> None:
    started = time.perf_counter()
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "readmodel,public"})
    script = Path(__file__).with_suffix(".sql").read_text()
    await connection.execute(script.replace(":incidents::", f"{incidents}::"))
    await connection.execute("VACUUM ANALYZE")
    size = await connection.fetchval("SELECT pg_size_pretty(pg_database_size(current_database()))")
    await connection.close()
    sys.stdout.write(f"{incidents:,} incidents, {size}, filled in {time.perf_counter() - started:.0f} s\n")


def _filled(server: EmbeddedPostgres, database: str, incidents: int) -> str:
    """The DSN of a database with so many incidents."""
    dsn = server.dsn(database)
    if not server.has_database(database):
        server.create_database(database)
        upgrade("reporting", dsn)
        asyncio.run(fill(dsn, incidents))
    return dsn


def main() -> None:
    configure_logging("reporting", "warning")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sample", type=int, default=40, help="how many questions to draw")
    parser.add_argument("--rounds", type=int, default=5, help="of the dashboard's queries")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder to keep the server's data in, and to use it again")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="salwatch-bench-"))
    server = EmbeddedPostgres(folder / "postgres", FILLING)
    server.start()
    try:
        many, few = _filled(server, "reporting", arguments.incidents), _filled(server, "few", FEW)
        asyncio.run(measure(many, few, arguments))
    finally:
        server.stop()
        if arguments.keep is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
