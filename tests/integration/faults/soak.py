"""Keeps reporting while processes are killed at random points, then counts: `soak.py --kills 200 --seed 7`.

Prints what it does; the last line is one JSON object. The exit code is 1 where anything is wrong; then the data and the
logs stay where it says.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from audit import Findings, audit
from city import VICTIMS, City, city
from reporters import Ledger, reporters

BETWEEN = (0.3, 5.0)  # seconds from one kill to the next


async def soak(folder: Path, seed: int, kills: int, say: Any = print) -> tuple[dict[str, int], Findings]:
    """The line that is printed last, and what is wrong."""
    chance = random.Random(seed)
    say(f"seed {seed}, {kills} kills, data and logs in {folder}")
    async with city(folder) as running:
        async with _reporting(running, chance) as ledger:
            await _kill(running, chance, kills, ledger, say)
        await running.recovered()
        await running.start("reporting-api")
        say(f"all runs again; {ledger.writes} writes of {len(ledger.incidents)} incidents are to be found")
        findings = await audit(running, ledger)
    counts = {"lost": findings.lost, "doubled": findings.doubled, "out_of_order": findings.out_of_order}
    return {"seed": seed, "kills": kills, "acknowledged": len(ledger.incidents), **counts}, findings


@asynccontextmanager
async def _reporting(running: City, chance: random.Random) -> AsyncIterator[Ledger]:
    """Every agency reports meanwhile; at the end it has been answered all that it asked."""
    stop = asyncio.Event()
    async with reporters(running, chance) as [ledger, reporting]:
        tasks = [asyncio.create_task(reporter.report(stop)) for reporter in reporting]
        try:
            yield ledger
        finally:
            stop.set()
            await asyncio.gather(*tasks)


async def _kill(running: City, chance: random.Random, kills: int, ledger: Ledger, say: Any) -> None:
    """Every process in turn, in an order that changes."""
    began, order = time.monotonic(), list[str]()
    for number in range(1, kills + 1):
        order = order or chance.sample(VICTIMS, len(VICTIMS))
        await asyncio.sleep(chance.uniform(*BETWEEN))
        await running.kill(name := order.pop())
        say(f"{time.monotonic() - began:6.1f} s  kill {number:3} {name:<16} after {ledger.writes} acknowledged writes")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = random.randrange(1_000_000) if arguments.seed is None else arguments.seed
    folder = Path(tempfile.mkdtemp(prefix="salwatch-soak-"))
    result, findings = asyncio.run(soak(folder, seed, arguments.kills, lambda text: print(text, flush=True)))
    print("\n".join(findings.complaints))
    if not findings.wrong:
        shutil.rmtree(folder)
    print(json.dumps(result))
    return int(findings.wrong)


if __name__ == "__main__":
    sys.exit(main())
