"""How long aggregates take over millions of incidents: `python tests/benchmarks/aggregates.py --incidents 5000000`.

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
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg

from common.persistence.migrations import upgrade
from common.reference.pack import load_pack
from common.testing.postgres import EmbeddedPostgres
from reporting.application.aggregates import Aggregates, ask
from reporting.bootstrap import READING, figures

SERVER = {"shared_buffers": "4GB", "max_wal_size": "8GB", "fsync": "off", "synchronous_commit": "off"}
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


async def measure(dsn: str, runs: int) -> None:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=READING) as pool:
        aggregates = Aggregates(load_pack("western-balkans"), lambda: figures(pool), "http://incidents")
        for name, asked in QUESTIONS.items():
            question = ask(aggregates.pack, **asked)
            times = []
            for _ in range(runs):
                started = time.perf_counter()
                answer = await aggregates.answer(question)
                times.append(time.perf_counter() - started)
            sys.stdout.write(f"{statistics.median(times) * 1000:8.1f} ms  {len(answer.rows):5} rows  {name}\n")


async def fill(dsn: str, incidents: int) -> None:
    started = time.perf_counter()
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "readmodel,public"})
    script = Path(__file__).with_suffix(".sql").read_text()
    await connection.execute(script.replace(":incidents::", f"{incidents}::"))
    await connection.execute("VACUUM ANALYZE")
    size = await connection.fetchval("SELECT pg_size_pretty(pg_database_size(current_database()))")
    await connection.close()
    sys.stdout.write(f"{incidents:,} incidents, {size}, filled in {time.perf_counter() - started:.0f} s\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=500_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a folder to keep the server's data in, and to use it again")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="salwatch-bench-"))
    server = EmbeddedPostgres(folder / "postgres", SERVER)
    server.start()
    try:
        if not server.has_database("reporting"):
            server.create_database("reporting")
            upgrade("reporting", server.dsn("reporting"))
            asyncio.run(fill(server.dsn("reporting"), arguments.incidents))
        asyncio.run(measure(server.dsn("reporting"), arguments.runs))
    finally:
        server.stop()
        if arguments.keep is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
