"""The way of the demo's reports through the API: as commissions, their heads and the secretariat would go it.

Everything looks first at what stands there, so that an interrupted load is finished by the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from embedded.kpi_reports.plan import Calendar
from embedded.sample_feed.partner import Partner

WHY = "Loaded afterwards: the demo tells what happened then."
EXPLANATION = "Illustrative explanation: the figure was checked and stands."

FEED_WAITS = 150  # each a fifth of a second

Values = Callable[[Calendar, str], Sequence[Mapping[str, Any]]]
"""What a commission imports in a round."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everybody who acts, by role ("commission_BA")."""

    people: Mapping[str, Partner]

    @property
    def secretariat(self) -> Partner:
        return self.people["secretariat"]

    async def publish_roadmap(self, code: str, on: date) -> None:
        listed = (await self.secretariat.get("/v1/roadmaps")).json()["items"]
        if not any(item["code"] == code and item["status"] == "published" for item in listed):
            await self.secretariat.act("/v1/roadmaps", told(on, code=code))

    async def round(self, roadmap: str, when: Calendar) -> dict[str, Any]:
        """The round, opened where it is not yet."""
        listed = (await self.secretariat.get("/v1/rounds", roadmap=roadmap, period=when.period)).json()["items"]
        if listed:
            return dict(listed[0])
        body = told(when.opened, roadmap=roadmap, period=when.period, due=when.due.isoformat())
        return dict((await self.secretariat.act("/v1/rounds", body)).json())

    async def reports(self, round_id: str) -> list[dict[str, Any]]:
        return list((await self.secretariat.get("/v1/reports", round=round_id)).json()["items"])

    async def bring(self, report: Mapping[str, Any], when: Calendar, values: Sequence[Mapping[str, Any]]) -> None:
        """A jurisdiction's report up to its acceptance."""
        path, jurisdiction = f"/v1/reports/{report['id']}", report["jurisdiction"]
        if report["state"] in ("draft", "returned"):
            await self._fill(path, jurisdiction, when, values)
            await self._endorse(path, jurisdiction, when)
        seen = (await self.secretariat.get(path)).json()
        if seen["state"] == "submitted":
            body = told(when.accepted, digest=seen["digest"])
            await self.secretariat.act(f"{path}/accept", body, seen["version"])

    async def _fill(self, path: str, jurisdiction: str, when: Calendar, values: Sequence[Mapping[str, Any]]) -> None:
        commission = self.people[f"commission_{jurisdiction}"]
        seen = (await commission.get(path)).json()
        query = f"on={when.sent.isoformat()}&reason={WHY}"
        await commission.act(f"{path}/import?{query}", {"values": list(values)}, seen["version"])
        checked = (await commission.get(f"{path}/validation")).json()["items"]
        for finding in checked:
            if finding["severity"] == "warning" and finding["explanation"] is None:
                body = told(when.sent, finding=finding["id"], explanation=EXPLANATION)
                await commission.act(f"{path}/explanations", body)

    async def _endorse(self, path: str, jurisdiction: str, when: Calendar) -> None:
        head = self.people[f"commission_head_{jurisdiction}"]
        seen = (await head.get(path)).json()
        await head.act(f"{path}/endorse", told(when.sent, digest=seen["digest"]), seen["version"])

    async def narrate(
        self, report: Mapping[str, Any], when: Calendar, narratives: Mapping[str, Mapping[str, Any]]
    ) -> None:
        if report["state"] not in ("draft", "returned"):
            return
        commission = self.people[f"commission_{report['jurisdiction']}"]
        path = f"/v1/reports/{report['id']}"
        version = (await commission.get(path)).json()["version"]
        for section, narrative in narratives.items():
            await commission.replace(f"{path}/narratives/{section}", told(when.sent, **narrative), version)

    async def record_survey(
        self, report: Mapping[str, Any], when: Calendar, values: Sequence[Mapping[str, Any]]
    ) -> None:
        """The secretariat's own report."""
        if report["state"] != "draft":
            return
        path = f"/v1/reports/{report['id']}"
        seen = (await self.secretariat.get(path)).json()
        for value in values:
            body = told(when.accepted, **{name: entry for name, entry in value.items() if name != "kpi"})
            await self.secretariat.replace(f"{path}/values/{value['kpi']}", body, seen["version"])
            seen = (await self.secretariat.get(path)).json()

    async def feed_read(self, report: Mapping[str, Any]) -> None:
        """Waits, though not for ever, until the service has read all that `incidents` has published."""
        for _ in range(FEED_WAITS):
            told = (await self.secretariat.get(f"/v1/reports/{report['id']}/feed-comparison")).json()
            if told["freshness"].get("incidents", {}).get("lag_events") == 0:
                return
            await asyncio.sleep(0.2)

    async def compare_with_feed(self, report: Mapping[str, Any], when: Calendar) -> int:
        """Drafts queries where an official figure lies below the incident feed's; how many there are."""
        path = f"/v1/reports/{report['id']}"
        seen = (await self.secretariat.act(f"{path}/compare-with-feed", told(when.accepted))).json()
        return len(seen["queries"] or ())

    async def publish(self, round_id: str, when: Calendar) -> None:
        path = f"/v1/rounds/{round_id}"
        seen = (await self.secretariat.get(path)).json()
        if seen["state"] == "open":
            body = told(when.shared, object_by=when.object_by.isoformat())
            seen = (await self.secretariat.act(f"{path}/share-draft", body, seen["version"])).json()
        if seen["state"] == "draft_shared":
            await self.secretariat.act(f"{path}/publish", told(when.published), seen["version"])


def told(on: date, **more: Any) -> dict[str, Any]:
    """A body that says on which day it happened, and why it is written down only now."""
    return {"on": on.isoformat(), "reason": WHY, **more}
