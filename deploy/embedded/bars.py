"""Progress bars on the terminal, one per thing that is counted."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from tqdm import tqdm

LAYOUT = "  {desc:<28}{percentage:3.0f}% |{bar:30}| {n_fmt} of {total_fmt}, {elapsed}"


class Bars:
    """A progress bar per thing counted, drawn on the terminal."""

    def __init__(self) -> None:
        self._bars: dict[str, tqdm[Any]] = {}

    def __enter__(self) -> Bars:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for bar in self._bars.values():
            bar.close()

    def show(self, what: str, done: int, total: int) -> None:
        if what not in self._bars:
            self._bars[what] = tqdm(desc=what, total=total, bar_format=LAYOUT, mininterval=0.2)
        bar = self._bars[what]
        bar.update(done - bar.n)
