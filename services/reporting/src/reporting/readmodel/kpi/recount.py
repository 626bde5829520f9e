"""Counts what `kpi` has published again from its feed and compares: a second opinion on the projection.

Written independently of it on purpose: plain JSON instead of contracts, dictionaries instead of rows. Nothing here may
be shared with `facts` or `projection`, or a mistake there would be made here as well.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from common.messaging.envelope import Envelope
from reporting.readmodel.recount import Totals

_STATES = {
    "report-opened": "draft",
    "report-submitted": "submitted",
    "report-returned": "returned",
    "report-accepted": "accepted",
    "report-reopened": "draft",
    "restatement-opened": "draft",
    "report-published": "published",
    "report-restated": "published",
}
_QUERIES = {"query-sent": "sent", "query-dismissed": "dismissed", "query-answered": "answered"}
_ROUND = ("roadmap", "roadmap_version", "number", "period", "values_period", "due")
_REPORT = ("round", "roadmap", "number", "period", "values_period", "kind", "jurisdiction", "due")


class Recount:
    """Takes a log's events in order; `tables` then says what the read model must hold."""

    def __init__(self) -> None:
        self._streams: dict[str, dict[str, Any]] = {}

    def take(self, envelope: Envelope) -> None:
        if envelope.data is None:
            return
        data = json.loads(envelope.data, parse_float=Decimal)
        event = envelope.type.split(".")[1]
        known = self._streams.setdefault(str(envelope.subject), {"events": []})
        known["version"] = envelope.stream_version
        known["events"].append((event, data, envelope.sequence, envelope.stream_version))

    def tables(self) -> Mapping[str, Totals]:
        found: defaultdict[str, Totals] = defaultdict(dict)
        for stream, known in self._streams.items():
            for table, key in _rows(stream, known):
                found[table][key] = found[table].get(key, 0) + 1
        return found


def _rows(stream: str, known: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    first, opening, position, _ = known["events"][0]
    if first == "roadmap-published":
        yield "roadmap", (stream, known["version"], position, opening["code"], opening["version"], _text(opening))
    elif first == "round-opened":
        yield from _of_round(stream, known, opening)
    else:
        yield from _of_report(stream, known, opening)


def _of_round(stream: str, known: Mapping[str, Any], opening: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    object_by = None
    for event, data, _, _ in known["events"]:
        if event == "draft-shared":
            object_by = data["object_by"]
        if event == "round-published":
            yield "edition", (stream, data["edition"], data["on"], tuple(data["missing"]))
            for listed in data["reports"]:
                told = ("report", "kind", "jurisdiction", "version", "digest", "published_in")
                yield "edition_report", (stream, data["edition"], *(listed[name] for name in told))
    stated = [opening[name] for name in _ROUND]
    yield "round", (stream, known["version"], *stated, tuple(opening["members"]), opening["on"], object_by)


def _of_report(stream: str, known: Mapping[str, Any], opening: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    state, received, due, queries, published = "draft", None, opening["due"], {}, False
    for event, data, _, version in known["events"]:
        state = _STATES.get(event, state)
        if event in ("value-recorded", "narrative-recorded", "input-recorded") and state == "submitted":
            state = "draft"
        received = data["on"] if event == "report-submitted" and not published else received
        due = data["due"] if event == "due-extended" else due
        if event == "discrepancy-found":
            queries[data["query"]] = [data["kpi"], _text(data["dimensions"]), version, data["on"], "drafted"]
        if event in _QUERIES:
            queries[data["query"]][-1] = _QUERIES[event]
        if event in ("report-published", "report-restated"):
            published = True
            yield "frozen", (stream, data["edition"], data["digest"], data.get("restates"), data["on"])
            yield from _frozen(stream, data)
    for query, row in queries.items():
        yield "discrepancy", (stream, query, *row)
    stated = {**{name: opening[name] for name in _REPORT}, "due": due}
    told = [stated[name] for name in _REPORT[:-1]]
    yield "report", (stream, known["version"], *told, state, due, opening["on"], received, published)


def _frozen(stream: str, data: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for figure in data["figures"]:
        key = (stream, data["edition"], figure["jurisdiction"], figure["kpi"])
        statuses, documents = _text(figure.get("statuses", [])), _text(figure.get("documents", []))
        yield "figure", (*key, figure["presence"], figure.get("quality"), statuses, documents)
        for cell in figure.get("cells", []):
            yield "cell", (*key, _text(cell["dimensions"]), Decimal(cell["value"]))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
