"""`GET /v1/compare`: the jurisdictions beside each other, with the region's total, coverage and counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import StringConstraints
from starlette.responses import Response

from common.http.answered import Document
from common.http.answers import json_response
from common.http.as_of import AsOfParameter, parse_as_of
from common.http.problems import invalid_parameter
from common.http.routing import Router
from common.http.sent import Day
from common.kernel.periods import Period
from common.security.permissions import requires
from common.security.principal import Principal
from kpi.api.data import published
from kpi.api.dependencies import Services, Wired
from kpi.api.roadmaps import UnknownRoadmap, meant
from kpi.api.views import decimal
from kpi.application.comparison import Change, Contents, Regional, Row, joined, regional, rows
from kpi.application.history import in_terms_of
from kpi.application.observations import latest
from kpi.application.visibility import sight
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Part

router = Router(tags=["data"])

Several = Annotated[str, StringConstraints(max_length=200)]
EDITION_OF = "latest: the latest published editions; current: what the caller may see now"


@router.get("/v1/compare", response_class=Response, responses={200: {"model": Document}})
async def compare(
    principal: Annotated[Principal, requires("kpi:read")],
    wired: Wired,
    kpi: Annotated[str, Query(max_length=40, description="a KPI, or one of its parts")],
    periods: Annotated[list[Several] | None, Query(description="by commas or repeated; all without it")] = None,
    roadmap: Annotated[str | None, Query(max_length=80)] = None,
    jurisdiction: Annotated[
        list[Several] | None, Query(description="by commas or repeated; all members without it")
    ] = None,
    edition: Annotated[Literal["latest", "current"], Query(description=EDITION_OF)] = "latest",
    as_of: AsOfParameter = None,
    on: Annotated[Day | None, Query(description="what was published by that day")] = None,
) -> Response:
    """Every jurisdiction's value with its change against the period before and the baseline, and its band of progress;
    per period the region's total where adding means something, its coverage, and how many jurisdictions did what."""
    moment = await _moment(wired, as_of)
    if edition == "current" and (moment or on):
        detail = "The past is that of published editions; leave out edition, or as_of and on."
        raise invalid_parameter("edition", "edition_of_now", detail)
    definitions = await meant(wired, roadmap, moment)
    parts = definitions.named(kpi)
    if not parts:
        raise invalid_parameter("kpi", "kpi_unknown", f"The roadmap has no KPI {kpi!r}.")
    current = edition == "current"
    contents = await (_current(wired, principal, definitions) if current else _latest(wired, definitions, moment, on))
    asked = _periods(periods, contents)
    chosen = _jurisdictions(jurisdiction, definitions)
    found = [r for part in parts for period in asked for r in _rows(definitions, part, period, contents, chosen)]
    sums = [_regional(definitions, part, period, contents, chosen) for part in parts for period in asked]
    document = {
        "kpi": kpi,
        "roadmap": definitions.roadmap.code,
        "roadmap_version": definitions.roadmap.version,
        "edition": edition,
        "periods": asked,
        "rows": [_row_document(wired, row) for row in found],
        "regional": [_regional_document(entry) for entry in sums],
        "footnotes": footnotes(wired, chosen),
    }
    return json_response(document)


def footnotes(wired: Services, jurisdictions: Iterable[str]) -> list[dict[str, Any]]:
    """Those of the names, by publisher; and how figures of different origin stand to each other."""
    found = [
        {"jurisdiction": code, "text": text}
        for publisher in wired.publishers
        for code in jurisdictions
        if code in wired.pack.jurisdictions and (text := wired.pack.jurisdictions[code].footnotes.get(publisher))
    ]
    return [*found, {"jurisdiction": None, "text": "Official figures as reported; never added to those of the media."}]


async def _moment(wired: Services, as_of: str | None) -> datetime | None:
    """The instant that is meant. Raises `Problem` 422, and `UnknownRoadmap` before the first event."""
    if as_of is None:
        return None
    past = parse_as_of(as_of)
    moment = past.instant if past.position is None else await wired.queries.recorded_at(past.position)
    if moment is None:
        raise UnknownRoadmap("Nothing was recorded then.")
    return moment


async def _latest(wired: Services, definitions: Definitions, moment: datetime | None, on: date | None) -> Contents:
    frozen = latest(await published(wired, definitions), moment, on)
    return joined((f.period, jurisdiction, content) for f in frozen for jurisdiction, content in f.contents)


async def _current(wired: Services, principal: Principal, definitions: Definitions) -> Contents:
    """What the caller sees whole stands as it now is; of the rest what is published."""
    frozen = {f.report: f for f in latest(await published(wired, definitions))}
    found = []
    for row in await wired.queries.reports(roadmap=definitions.roadmap.code):
        whole = sight(principal, row.state) == "full"
        theirs = await wired.queries.definitions_of(row.state)
        present = [(j, in_terms_of(definitions, theirs, content)) for j, content in row.state.contents()]
        contents = present if whole else frozen[row.id].contents if row.id in frozen else ()
        found += [(row.state.values_period, jurisdiction, content) for jurisdiction, content in contents]
    return joined(found)


def _periods(texts: list[str] | None, contents: Contents) -> list[str]:
    """Raises `Problem` 422."""
    if texts is None:
        return sorted({period for period, _ in contents}, key=lambda period: Period.parse(period).end)
    found = []
    for name in _each(texts):
        try:
            found.append(str(Period.parse(name)))
        except ValueError as error:
            raise invalid_parameter("periods", "period_malformed", str(error)) from error
    return list(dict.fromkeys(found))


def _each(texts: list[str]) -> list[str]:
    """A parameter may name several by commas, and may stand several times."""
    return [name.strip() for text in texts for name in text.split(",")]


def _jurisdictions(texts: list[str] | None, definitions: Definitions) -> list[str]:
    members = [member.jurisdiction for member in definitions.roadmap.members]
    if texts is None:
        return members
    wanted = list(dict.fromkeys(_each(texts)))
    if unknown := [code for code in wanted if code not in members]:
        detail = f"{', '.join(unknown)}: the members are {', '.join(members)}."
        raise invalid_parameter("jurisdiction", "not_a_member", detail)
    return wanted


def _members(definitions: Definitions, part: Part, period: str, chosen: Iterable[str]) -> list[str]:
    """Who reports on the part in the period."""
    span = Period.parse(period)
    own = definitions.kpi_of[part.number].members
    there = definitions.members(span.start, span.end)
    return [code for code in chosen if code in there and (own is None or code in own)]


def _rows(definitions: Definitions, part: Part, period: str, contents: Contents, chosen: list[str]) -> list[Row]:
    return rows(definitions, part, period, contents, _members(definitions, part, period, chosen))


def _regional(definitions: Definitions, part: Part, period: str, contents: Contents, chosen: list[str]) -> Regional:
    return regional(definitions, part, period, contents, _members(definitions, part, period, chosen))


def _row_document(wired: Services, row: Row) -> dict[str, Any]:
    jurisdiction = wired.pack.jurisdictions.get(row.jurisdiction)
    return {
        "key": {"jurisdiction": row.jurisdiction, "kpi": row.part.number, "period": row.period},
        "label": jurisdiction.capital if jurisdiction else row.jurisdiction,
        "unit": row.part.unit,
        "value": decimal(row.value),
        "presence": row.presence,
        "quality": row.quality,
        "statuses": dict(row.statuses),
        "documents": row.documents,
        "change": {"previous": _change_document(row.previous), "baseline": _change_document(row.baseline)},
        "band": {
            "code": row.progress.code,
            "label": row.progress.label,
            "percent": decimal(row.progress.percent),
            "explanation": row.progress.explanation,
        },
    }


def _change_document(change: Change) -> dict[str, Any]:
    return {
        "period": change.period,
        "value": decimal(change.value),
        "absolute": decimal(change.absolute),
        "percent": change.percent,
    }


def _regional_document(entry: Regional) -> dict[str, Any]:
    return {
        "kpi": entry.part.number,
        "period": entry.period,
        "unit": entry.part.unit,
        "total": decimal(entry.total),
        "why_no_total": entry.why,
        "coverage": {
            "reported": len(entry.reported),
            "of": len(entry.members),
            "members": list(entry.members),
            "text": f"{len(entry.reported)} of {len(entry.members)}",
        },
        "change": _change_document(entry.change),
        "counts": dict(entry.counts),
        "phrases": entry.phrases,
    }
