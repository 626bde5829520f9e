"""A report as one HTML document, to be printed and signed."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from common.http.routing import Router
from common.http.versions import etag
from common.security.permissions import requires
from common.security.principal import Principal
from kpi.api.compare import footnotes
from kpi.api.dependencies import Services, Wired
from kpi.api.reports import Withheld
from kpi.api.views import finding_document, report_document
from kpi.application.visibility import sight
from kpi.domain.lookups import Definitions
from kpi.domain.state import State
from kpi.domain.validation import validate

router = Router(prefix="/v1/reports/{report_id}", tags=["in and out"])

_TEMPLATES = Environment(
    loader=PackageLoader("kpi.api"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@router.get(
    "/print",
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
    summary="The report for signature",
)
async def print_report(
    report_id: UUID, principal: Annotated[Principal, requires("kpi:read")], wired: Wired
) -> Response:
    """Figures, narratives in both languages, findings with their explanations, approvals with the digests of what they
    are of, and lines to sign on. A4, without scripts."""
    row = await wired.report(report_id)
    if sight(principal, row.state) != "full":
        raise Withheld
    definitions = await wired.queries.definitions_of(row.state)
    findings = validate(definitions, row.state, await wired.history(definitions, row.state))
    page = _TEMPLATES.get_template("report.html").render(
        report=report_document(row.id, row.state, definitions, "full", ()),
        findings=[finding_document(finding) for finding in findings],
        **_names(wired, definitions, row.state),
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    headers = {"ETag": etag(row.state.version), "Content-Security-Policy": policy}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


def _names(wired: Services, definitions: Definitions, state: State) -> dict[str, Any]:
    known = wired.pack.jurisdictions
    whose = [state.jurisdiction] if state.jurisdiction else [m.jurisdiction for m in definitions.roadmap.members]
    notes = [note for note in footnotes(wired, whose) if note["jurisdiction"]]
    marked = {note["jurisdiction"] for note in notes}
    names = {code: f"{j.names[-1].name}{'*' if code in marked else ''}" for code, j in known.items()}
    codes = {entry.code: {c.code: c.label for c in entry.codes} for entry in definitions.roadmap.code_lists}
    sections = {number: f"{number} {objective.title}" for number, objective in definitions.objectives.items()}
    return {
        "title": definitions.roadmap.title,
        "wording_note": definitions.roadmap.wording_note,
        "name": names.get(state.jurisdiction or "", "Secretariat"),
        "names": {**names, "regional": "Region"},
        "codes": codes,
        "sections": sections,
        "statuses": {
            part.number: {
                "items": {i.code: i.label for i in part.items},
                "statuses": {s.code: s.label for s in part.statuses},
            }
            for part in definitions.parts.values()
        },
        "footnotes": [note["text"] for note in notes],
    }
