"""An incident while it is being made, and the dice that make it: the same seed gives the same feed anywhere."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

Thing = TypeVar("Thing")

SEED = "salwatch-sample-feed-1"


@dataclass(slots=True)
class Draft:
    """One incident in the making; `body` grows member by member into what is pushed."""

    year: int
    category: str
    jurisdiction: str
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def persons(self) -> list[dict[str, Any]]:
        persons: list[dict[str, Any]] = self.body.setdefault("persons", [])
        return persons

    def tag(self, code: str) -> None:
        tags: list[str] = self.body.setdefault("tags", [])
        if code not in tags:
            tags.append(code)

    def has(self, outcome: str) -> bool:
        return any(person["outcome"] == outcome for person in self.persons)


def dice(*topic: object) -> random.Random:
    """Dice of their own per topic, so that a change in one place does not reroll the others."""
    return random.Random(":".join(map(str, (SEED, *topic))))  # noqa: S311 - repeatable, nothing secret


def pick(rng: random.Random, weights: Mapping[Thing, int]) -> Thing:
    """One of the keys, by weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def shuffled(rng: random.Random, things: Sequence[Thing]) -> list[Thing]:
    return rng.sample(things, len(things))


def apportion(total: int, shares: Mapping[str, int]) -> dict[str, int]:
    """`total` split by `shares` in whole numbers that add up, by largest remainder."""
    whole = sum(shares.values())
    counts = {code: total * share // whole for code, share in shares.items()}
    by_remainder = sorted(shares, key=lambda code: (-(total * shares[code] % whole), code))
    for code in by_remainder[: total - sum(counts.values())]:
        counts[code] += 1
    return counts
