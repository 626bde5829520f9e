"""SHA-256 over what is approved, so that an approval is bound to exactly the values it saw.

Canonical JSON: sorted keys, decimals without trailing zeros, erasable text by its digest, so that an erasure of words
voids nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from common.kernel.text import ErasableText
from kpi.domain.roadmap import Roadmap
from kpi.domain.values import Content, Figure, Input


def contents_digest(contents: tuple[tuple[str, Content], ...]) -> str:
    return _digest(contents)


def inputs_digest(inputs: tuple[tuple[str, Input], ...]) -> str:
    """Of an institution's inputs by part."""
    return _digest(inputs)


def figures_digest(figures: tuple[tuple[str, Figure], ...]) -> str:
    """Of the figures that a finding is about, by part."""
    return _digest(figures)


def roadmap_digest(roadmap: Roadmap) -> str:
    return _digest(roadmap)


def _digest(value: Any) -> str:
    canonical = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: Any) -> Any:
    match value:
        case ErasableText():
            return value.digest
        case Decimal():
            return f"{value.normalize():f}" if value else "0"
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
