"""What is sent: plans of projects and money, as the API takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from embedded.funds.budget import lines
from embedded.funds.projects import Project, organisation

MINUTES = "https://example.org/minutes"


@dataclass(frozen=True, slots=True)
class Party:
    """In a fund, from its beginning."""

    party: str
    role: str
    vote: bool = False


def money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def fund(
    code: str, name: str, kind: str, governance: str, start: date, end: date | None, **more: Any
) -> dict[str, Any]:
    """In USD; who votes and what the agent takes where `more` says nothing: nobody and nothing."""
    return {
        "code": code,
        "name": name,
        "kind": kind,
        "governance": governance,
        "currency": "USD",
        "start": start.isoformat(),
        "end": end.isoformat() if end else None,
        "fees": {"agent": "0", "indirect_cap": "7"},
        "voting": {"rule": "consensus", "quorum": "0"},
        "roadmap": "wb-salw",
        **more,
    }


def plan(
    title: str,
    offices: Iterable[str],
    budget: Mapping[str, Decimal],
    jurisdictions: Sequence[str],
    goals: Sequence[str],
    starts: date,
    ends: date,
    kpis: Sequence[str] = (),
) -> dict[str, Any]:
    """`budget` by organisation; none is told where it is empty. Shares are equal."""
    return {
        "title": title,
        "offices": [{"organisation": organisation(name), "name": name} for name in offices],
        "jurisdictions": [{"code": code} for code in jurisdictions],
        "goals": [{"code": goal} for goal in goals],
        "kpis": list(kpis),
        "budget": [
            {"organisation": name, "category": category, "amount": money(amount)}
            for name, total in budget.items()
            for category, amount in lines(total).items()
        ],
        "start": starts.isoformat(),
        "end": ends.isoformat(),
    }


def plan_of(project: Project) -> dict[str, Any]:
    return plan(
        project.title,
        project.budget,
        project.of_organisations,
        project.jurisdictions,
        project.goals,
        project.starts,
        project.ends,
        project.kpis,
    )
