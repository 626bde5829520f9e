"""`GET /v1/receipts/{id}`: what became of a batch, again, and all of its lines."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from starlette.responses import StreamingResponse

from common.http.answers import json_response
from common.http.routing import Router
from common.http.streaming import NDJSON
from common.kernel.errors import NotFound
from common.security.permissions import requires
from common.security.principal import Principal
from incidents.api.dependencies import Wired
from incidents.readmodel.receipts import ReceiptView

router = Router(tags=["feed"])

READ_ANY = "receipts:read"
_Reader = Annotated[Principal, requires("receipts:read-own", READ_ANY)]

_COUNT = {"type": "integer", "minimum": 0}
_ITEM_SCHEMA = {
    "type": "object",
    "required": ["index", "external_id", "outcome", "id", "version", "problem", "warnings"],
    "properties": {
        "index": {"type": "integer", "description": "of the line, from 0; blank lines do not count"},
        "external_id": {"type": ["string", "null"]},
        "outcome": {"enum": ["accepted", "corrected", "unchanged", "rejected"]},
        "id": {"type": ["string", "null"], "format": "uuid"},
        "version": {"type": ["integer", "null"]},
        "problem": {"anyOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "null"}]},
        "warnings": {"type": "array", "items": {"$ref": "#/components/schemas/Violation"}},
    },
}
RECEIPT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["receipt", "mode", "dry_run", "summary", "items"],
    "properties": {
        "receipt": {"type": "object", "properties": {"id": {"type": "string"}, "url": {"type": "string"}}},
        "mode": {"enum": ["partial", "atomic"]},
        "dry_run": {"type": "boolean"},
        "summary": {
            "type": "object",
            "properties": dict.fromkeys(("lines", "accepted", "corrected", "unchanged", "rejected"), _COUNT),
        },
        "items": {
            "type": "array",
            "description": "of more than 1,000 lines only what was rejected or warned about, 1,000 at most",
            "items": _ITEM_SCHEMA,
        },
    },
}


class UnknownReceipt(NotFound):
    code = "receipt_unknown"
    title = "There is no such receipt of yours"


@router.get(
    "/v1/receipts/{receipt}",
    responses={200: {"description": "The receipt.", "content": {"application/json": {"schema": RECEIPT_SCHEMA}}}},
)
async def read_receipt(receipt: UUID, principal: _Reader, services: Wired) -> Response:
    """As the batch was answered, and whether it has ended: `state` is working, cut, unreadable or answered."""
    view = await services.receipts.find(receipt)
    if view is None:
        raise UnknownReceipt
    _require_reader(principal, view.agency)
    told = {"state": view.state, "agency": view.agency, "created_at": view.created_at, "answered_at": view.answered_at}
    return json_response(batch_document(view) | told)


@router.get(
    "/v1/receipts/{receipt}/items",
    responses={200: {"description": "Every line's item.", "content": {NDJSON: {"schema": _ITEM_SCHEMA}}}},
)
async def read_items(receipt: UUID, principal: _Reader, services: Wired) -> Response:
    """Every line's item as NDJSON, in input order; of a batch in work, those of the chunks that have landed."""
    agency = await services.receipts.agency_of(receipt)
    if agency is None:
        raise UnknownReceipt
    _require_reader(principal, agency)
    return StreamingResponse(services.receipts.stream(receipt), media_type=NDJSON)


def batch_document(view: ReceiptView) -> dict[str, Any]:
    """The shape of a batch's answer."""
    return {
        "receipt": {"id": view.id, "url": f"/v1/receipts/{view.id}"},
        "mode": view.mode,
        "dry_run": view.dry_run,
        "summary": view.summary,
        "items": view.items,
    }


def _require_reader(principal: Principal, agency: str) -> None:
    if agency != principal.agency and not principal.may(READ_ANY):
        raise UnknownReceipt
