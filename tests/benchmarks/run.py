"""`make bench`: runs the benchmarks, writes docs/benchmarks.json and from it the table in docs/benchmarks.md.

`python tests/benchmarks/run.py [NAME ...]` runs only those and replaces only their rows. Each is a program of its own
that hands over its rows by `rounds.record`.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import psutil

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
BENCHMARKS = (
    *("single_posts", "bulk", "append", "log_alone", "growth", "atomic_push", "two_writers"),
    *("relay", "projection", "freshness", "rebuild", "two_workers", "aggregates"),
)
START, END = "<!-- written by make bench -->", "<!-- end -->"
HEADING = """| Measure | Baseline in the same run | Median (spread, rounds) | Must reach | Reached | Seen | Benchmark |
|---|---|---|---|---|---|---|"""


def main(names: Sequence[str]) -> None:
    results = DOCS / "benchmarks.json"
    kept = msgspec.json.decode(results.read_bytes())["rows"] if results.exists() else []
    for name in names or BENCHMARKS:
        rows = _run(name)
        kept = [row for row in kept if row["benchmark"] != name] + rows
        kept.sort(key=lambda row: BENCHMARKS.index(row["benchmark"]))
        found = {"machine": _machine(), "commit": _commit(), "rows": kept}
        results.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
        _write_table(DOCS / "benchmarks.md", kept)


def _run(name: str) -> list[dict[str, Any]]:
    """Raises `CalledProcessError` where the benchmark failed; then the rows of its last run stay."""
    print(f"\n== {name} ==", flush=True)
    with tempfile.NamedTemporaryFile() as rows:
        environment = {**os.environ, "SALWATCH_BENCH_ROWS": rows.name}
        subprocess.run([sys.executable, str(HERE / f"{name}.py")], env=environment, check=True)
        found = [msgspec.json.decode(line) for line in Path(rows.name).read_bytes().splitlines()]
    return [{"benchmark": name, **row, "commit": _commit()} for row in found]


def _machine() -> dict[str, Any]:
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "asyncpg": version("asyncpg"),
        "load": round(os.getloadavg()[1], 1),
    }


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True).stdout.strip()


def _write_table(page: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Between the two marks; the words around them are written by hand."""
    before, _, rest = page.read_text().partition(START)
    _, _, after = rest.partition(END)
    page.write_text("\n".join([before + START, HEADING, *map(_line, rows), END + after]))


def _line(row: Mapping[str, Any]) -> str:
    low, high = row["spread"]
    reached = {True: "yes", False: "**no**", None: "reported"}[row["reached"]]
    figure = f"{row['ratio']:.2f} {row['unit']}"
    cells = (
        row["measure"],
        row["baseline"],
        f"{figure} ({low:.2f}–{high:.2f}, {row['rounds']})",
        (row["must_reach"] or "–").replace(">=", "≥").replace("<=", "≤"),
        reached,
        row["note"].replace("; ", "<br>"),
        f"`{row['benchmark']}`",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main(sys.argv[1:])
