"""One file of a pack to its model, every fault with file, line and reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from common.reference.jurisdictions import Part
from common.reference.yaml_nodes import Document, Steps, Unreadable, read

M = TypeVar("M", bound=Part)


class BrokenPack(Exception):
    """What is wrong with a pack: one line per fault, "<file>:<line>: <reason>"."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[M]):
    """A file that is whole in itself; `fault` words what is wrong with it beside others."""

    file: Path
    document: Document
    model: M

    def fault(self, steps: Steps, reason: str) -> str:
        return _fault(self.file, self.document, steps, reason)

    def repeated(self, steps: Steps, codes: Sequence[str]) -> Iterable[str]:
        """A fault for every code that stands a second time in the list at `steps`."""
        seen: set[str] = set()
        for n, code in enumerate(codes):
            if code in seen:
                yield self.fault((*steps, n, "code"), f"the code {code} stands in {_words(steps)} twice")
            seen.add(code)


def load(file: Path, model: type[M]) -> Loaded[M]:
    """Raises `BrokenPack` with every fault of the file."""
    try:
        document = read(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenPack(f"{file}:1: cannot be read: {error}") from error
    except Unreadable as error:
        raise BrokenPack(f"{file}:{error.line}: {error.reason}") from error
    try:
        return Loaded(file, document, model.model_validate(document.value))
    except ValidationError as error:
        faults = [_fault(file, document, found["loc"], found["msg"]) for found in error.errors()]
        raise BrokenPack("\n".join(faults)) from error


def raise_for(faults: Iterable[str]) -> None:
    """Raises `BrokenPack` if there is any."""
    if found := list(faults):
        raise BrokenPack("\n".join(found))


def _fault(file: Path, document: Document, steps: Steps, reason: str) -> str:
    return f"{file}:{document.line_of(steps)}: {_words(steps)}: {reason}"


def _words(steps: Steps) -> str:
    return ".".join(map(str, steps)) or "the file"
