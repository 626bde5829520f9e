"""What came of a push."""

from __future__ import annotations

from dataclasses import dataclass

import httpx


@dataclass(slots=True)
class Summary:
    """Lines by outcome; `replayed` counts answers that came from a kept key, whose lines are not counted again."""

    lines: int = 0
    accepted: int = 0
    corrected: int = 0
    unchanged: int = 0
    replayed: int = 0
    warnings: int = 0
    declared: int = 0
    verified: int = 0
    disputed: int = 0
    retracted: int = 0

    def count(self, answer: httpx.Response) -> None:
        if answer.headers.get("Idempotency-Replayed") == "true":
            self.replayed += 1
            return
        document = answer.json()
        items = document["items"] if "summary" in document else [document]
        counts = document["summary"] if "summary" in document else {"lines": 1, document["outcome"]: 1}
        self.warnings += sum(len(item.get("warnings") or ()) for item in items)
        for name in ("lines", "accepted", "corrected", "unchanged"):
            setattr(self, name, getattr(self, name) + counts.get(name, 0))

    def __str__(self) -> str:
        return (
            f"{self.lines} lines: {self.accepted} accepted, {self.corrected} corrected, {self.unchanged} unchanged, "
            f"{self.warnings} warnings; {self.replayed} retried requests answered from their key; "
            f"{self.declared} coverages declared; {self.verified} verified, {self.disputed} disputed, "
            f"{self.retracted} retracted"
        )
