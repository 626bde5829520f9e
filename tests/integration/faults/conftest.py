"""Folders for the tests that break things."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def new_folder() -> Iterator[Callable[[], Path]]:
    """Not pytest's own: another run of it bars the way to them, and PostgreSQL is another user who reads its
    settings again."""
    made: list[Path] = []

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="salwatch-faults-")))
        return made[-1]

    yield make
    for folder in made:
        shutil.rmtree(folder)
