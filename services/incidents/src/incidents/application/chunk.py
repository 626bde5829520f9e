"""One chunk of a batch: from lines to what each asks for, compared with what an earlier request landed."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from common.eventsourcing.units import Outcome
from common.kernel.errors import DomainError, InConflict, RuleBroken, Violation
from incidents.application.lines import Line
from incidents.application.outcomes import landed_as
from incidents.application.receipts import DIGEST_BYTES, Claim, Item, LineOutcome, StoredChunk, encode_items
from incidents.domain.body import IncidentBody

YIELD_EVERY = 50  # lines handled before the event loop gets its turn

Parse = Callable[[Any], IncidentBody]
"""A decoded line to a body; raises `DomainError` with a violation for each member that is wrong."""

Describe = Callable[[DomainError], dict[str, Any]]
"""A problem document, with `errors: [{pointer, code, detail}]`."""


class UnreadableLine(RuleBroken):
    code = "unreadable_line"
    title = "The line cannot be read"


class BatchRejected(InConflict):
    code = "batch_rejected"
    title = "Another line of this atomic batch was rejected, so that none was kept"


class LandedLineDiffers(RuleBroken):
    """A retry under the same key says something else in a line that has landed."""

    code = "landed_line_differs"
    title = "A line differs from what has landed under this Idempotency-Key"

    def __init__(self, index: int, detail: str) -> None:
        super().__init__(detail, Violation(f"/{index}", self.code, detail))
        self.index = index


@dataclass(frozen=True, slots=True)
class Entry:
    """A line on its way: `kept` from an earlier request, refused already (`error`), or to be decided (`body`)."""

    index: int
    digest: bytes
    external_id: str | None = None
    body: IncidentBody | None = None
    error: DomainError | None = None
    kept: Item | None = None
    column_of: Callable[[str], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Entries in order; `as_stored` where an earlier request landed exactly these and nothing is left to do."""

    number: int
    digest: bytes
    entries: list[Entry]
    as_stored: bool = False

    @property
    def to_decide(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.body is not None]

    @property
    def refused(self) -> bool:
        return any(entry.error for entry in self.entries)

    def items(self, outcomes: Sequence[Outcome], describe: Describe, *, all_or_none: bool) -> list[Item]:
        """What became of each line, given the outcomes of `to_decide` in order."""
        pairs = self._with_outcomes(outcomes)
        if all_or_none and any(_error(entry, outcome) for entry, outcome in pairs):
            return [_rejected(entry, _error(entry, outcome) or BatchRejected(), describe) for entry, outcome in pairs]
        return [_item(entry, outcome, describe) for entry, outcome in pairs]

    def outcomes(self, outcomes: Sequence[Outcome], *, all_or_none: bool) -> list[LineOutcome]:
        """The outcome of each line that no earlier request had landed."""
        pairs = [pair for pair in self._with_outcomes(outcomes) if not pair[0].kept]
        none = all_or_none and any(_error(entry, outcome) for entry, outcome in pairs)
        return ["rejected" if none or outcome is None else outcome_of(outcome) for _, outcome in pairs]

    def _with_outcomes(self, outcomes: Sequence[Outcome]) -> list[tuple[Entry, Outcome | None]]:
        decided = iter(outcomes)
        return [(entry, next(decided) if entry.body is not None else None) for entry in self.entries]

    def row(self, claim: Claim, items: Sequence[Item]) -> Mapping[str, Any]:
        """Of table `receipt_chunk`."""
        counts = Counter(item.outcome for item in items)
        nothing = bytes(DIGEST_BYTES)
        landed = b"".join(e.digest if i.landed else nothing for e, i in zip(self.entries, items, strict=True))
        return {
            "receipt_id": claim.id,
            "number": self.number,
            "epoch": claim.epoch,
            "digest": f"\\x{self.digest.hex()}",
            "line_digests": f"\\x{landed.hex()}",
            "lines": len(items),
            "accepted": counts["accepted"],
            "corrected": counts["corrected"],
            "unchanged": counts["unchanged"],
            "rejected": counts["rejected"],
            "warned": sum(1 for item in items if item.warnings),
            "items": encode_items(items),
        }


class Preparation:
    """Parses and compares the chunks of one request."""

    def __init__(self, parse: Parse, claim: Claim) -> None:
        self._parse = parse
        self._secret = claim.id.bytes  # so that digests of two receipts do not tell which lines are equal

    async def prepare(self, number: int, first: int, lines: Sequence[Line], stored: StoredChunk | None) -> Chunk:
        """`first` is the index of the chunk's first line. Raises `LandedLineDiffers`."""
        entries: list[Entry] = []
        landed = {item.index: item for item in stored.items if item.landed} if stored else {}
        for n, line in enumerate(lines):
            if n % YIELD_EVERY == 0:
                await asyncio.sleep(0)
            digest = self._digest(line)
            item = landed.pop(first + n, None)
            if item is None:
                entries.append(self._entry(first + n, digest, line))
            elif stored and stored.digest_of(n) == digest:
                entries.append(Entry(item.index, digest, item.external_id, kept=item))
            else:
                raise LandedLineDiffers(item.index, f"Line {item.index} differs from what has landed.")
        if landed:
            raise LandedLineDiffers(min(landed), f"Line {min(landed)} has landed and is missing now.")
        digest = self._hash(b"".join(entry.digest for entry in entries))
        unchanged = stored is not None and stored.digest == digest and all(entry.kept for entry in entries)
        return Chunk(number, digest, entries, as_stored=unchanged)

    def _entry(self, index: int, digest: bytes, line: Line) -> Entry:
        if line.violation is not None:
            return Entry(index, digest, error=UnreadableLine(line.violation.detail, line.violation))
        told_id, column_of = _told_id(line.value), line.column_of
        try:
            body = self._parse(line.value)
        except DomainError as error:
            return Entry(index, digest, told_id, error=error, column_of=column_of)
        return Entry(index, digest, told_id, body, column_of=column_of)

    def _digest(self, line: Line) -> bytes:
        """Of what the line says: neither white space nor the order of members counts."""
        return self._hash(msgspec.json.encode(line.value, order="sorted"))

    def _hash(self, content: bytes) -> bytes:
        return hashlib.blake2b(content, digest_size=DIGEST_BYTES, key=self._secret).digest()


def outcome_of(outcome: Outcome) -> LineOutcome:
    if outcome.error is not None:
        return "rejected"
    return landed_as(outcome)


def _error(entry: Entry, outcome: Outcome | None) -> DomainError | None:
    return outcome.error if outcome is not None else entry.error


def _item(entry: Entry, outcome: Outcome | None, describe: Describe) -> Item:
    if entry.kept is not None:
        return entry.kept
    error = _error(entry, outcome)
    if error is not None or outcome is None:
        return _rejected(entry, error or UnreadableLine(), describe)
    return Item(
        entry.index,
        entry.external_id,
        outcome_of(outcome),
        outcome.stream,
        outcome.version,
        warnings=[_located(entry, msgspec.to_builtins(warning)) for warning in outcome.warnings],
    )


def _rejected(entry: Entry, error: DomainError, describe: Describe) -> Item:
    problem = describe(error)
    problem["errors"] = [_located(entry, told) for told in problem["errors"]]
    return Item(entry.index, entry.external_id, "rejected", problem=problem)


def _located(entry: Entry, told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "column": entry.column_of(told["pointer"])} if entry.column_of else told


def _told_id(value: Any) -> str | None:
    """The line's own id, where it can be told apart from rubbish."""
    external_id = value.get("external_id") if isinstance(value, Mapping) else None
    return external_id if isinstance(external_id, str) and len(external_id) <= 200 else None
