"""A foreign client on its way through a service: people in their roles over HTTP, its feed, what is public of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from demonstration import Demo

from common.security.issuer import Issuer

NONE_KEPT = httpx.Limits(max_keepalive_connections=0)  # nobody closes a traveller: no connection outlives its answer
PATIENCE = 9  # waits of ten seconds: a topic that is new is read over the feed first
WHY = {"reason": "Written down by a test."}


@dataclass
class Traveller:
    """`as_("commission", "BA")` gives the headers of a person; addresses come from demo.json, paths are `service`'s."""

    demo: Demo
    service: str = "kpi"
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60, limits=NONE_KEPT))

    def as_(self, role: str, jurisdiction: str | None = None, agency: str | None = None) -> dict[str, str]:
        jurisdictions = None if jurisdiction is None else [jurisdiction]
        subject = f"journey-{role}-{jurisdiction or agency}"
        token = Issuer(self.demo.home.issuer_key).issue(
            role, "backdate", jurisdictions=jurisdictions, agency=agency, subject=subject
        )
        return {"Authorization": f"Bearer {token}"}

    def at(self, service: str, path: str) -> str:
        return f"{self.demo.document['services'][service]}{path}"

    def get(self, who: Mapping[str, str], path: str, **query: Any) -> httpx.Response:
        return self.client.get(self.at(self.service, path), params=query, headers=dict(who))

    def read(self, who: Mapping[str, str], path: str, **query: Any) -> Any:
        return self.get(who, path, **query).raise_for_status().json()

    def send(
        self, method: str, who: Mapping[str, str], path: str, body: Mapping[str, Any], version: int | None = None
    ) -> httpx.Response:
        headers = {**who, **({} if version is None else {"If-Match": f'"{version}"'})}
        return self.client.request(method, self.at(self.service, path), json={**WHY, **body}, headers=headers)

    def do(self, who: Mapping[str, str], path: str, body: Mapping[str, Any], version: int | None = None) -> Any:
        return _done(self.send("POST", who, path, body, version))

    def put(self, who: Mapping[str, str], path: str, body: Mapping[str, Any], version: int) -> Any:
        return _done(self.send("PUT", who, path, body, version))

    def aggregate(self, written: httpx.Response | None, what: str | None = None, **query: Any) -> dict[str, Any]:
        """The public aggregate (the service's own, if none is named), once it holds what was written."""
        asked = {**query, **({} if written is None else {"wait_for": written.headers["SALWatch-Position"]})}
        for _ in range(PATIENCE):
            answer = self.client.get(self.at("reporting", f"/v1/aggregates/{what or self.service}"), params=asked)
            if answer.status_code != httpx.codes.GATEWAY_TIMEOUT:
                break
        return dict(_done(answer))

    def events(self) -> list[dict[str, Any]]:
        """The whole change feed."""
        found: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            page = self.get(self.as_("service"), "/v1/events", limit=2_000, **({"after": after} if after else {}))
            if not page.raise_for_status().content:
                return found
            found += map(json.loads, page.content.splitlines())
            after = found[-1]["cursor"]

    def report(self, round_id: str, jurisdiction: str | None) -> dict[str, Any]:
        listed = self.read(self.as_("secretariat"), "/v1/reports", round=round_id)["items"]
        return next(dict(item) for item in listed if item["jurisdiction"] == jurisdiction)

    def fill(self, report: Mapping[str, Any], values: Mapping[str, Any], on: str) -> dict[str, Any]:
        """Everything that the report collects: the given values, nothing reported of the rest; warnings explained."""
        commission = self.as_("commission", report["jurisdiction"])
        path = f"/v1/reports/{report['id']}"
        roadmap = self.read(commission, f"/v1/roadmaps/{report['roadmap']}")
        lines = []
        for kpi in roadmap["kpis"]:
            asked = kpi["members"] is None or report["jurisdiction"] in kpi["members"]
            for part in kpi["parts"] if asked and kpi["collector"] == "commission" else ():
                if part["formula"] is None:
                    told = values.get(part["number"], {"presence": "not_reported"})
                    lines.append({"kpi": part["number"], **told})
        seen = self.read(commission, path)
        query = f"?on={on}&reason=Written+down+by+a+test."
        self.do(commission, f"{path}/import{query}", {"values": lines}, seen["version"])
        for finding in self.read(commission, f"{path}/validation")["items"]:
            if finding["severity"] == "warning" and finding["explanation"] is None:
                said = {"on": on, "finding": finding["id"], "explanation": "So it is."}
                self.do(commission, f"{path}/explanations", said)
        return dict(self.read(commission, path))

    def endorse(self, report: Mapping[str, Any], on: str) -> dict[str, Any]:
        head = self.as_("commission_head", report["jurisdiction"])
        path = f"/v1/reports/{report['id']}"
        seen = self.read(head, path)
        return dict(self.do(head, f"{path}/endorse", {"on": on, "digest": seen["digest"]}, seen["version"]))

    def check(self, report: Mapping[str, Any], what: str, on: str, **more: Any) -> dict[str, Any]:
        office = self.as_("secretariat")
        path = f"/v1/reports/{report['id']}"
        seen = self.read(office, path)
        return dict(self.do(office, f"{path}/{what}", {"on": on, **more}, seen["version"]))


def _done(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json()
