"""Agencies and their API keys, for administrators."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import Path, Response
from pydantic import AwareDatetime, Field

from common.http.problems import invalid
from common.http.routing import Router
from common.http.sent import Sent, Text
from common.kernel.errors import Violation
from common.security.agencies import Agency
from common.security.api_keys import NewKey
from common.security.key_store import NoSuchKey, StoredKey
from common.security.permissions import requires
from common.security.principal import Principal
from incidents.api import documents
from incidents.api.dependencies import Services, Wired
from incidents.domain.vocabulary import Vocabulary

router = Router(prefix="/v1/agencies", tags=["agencies"])

Administrator = Annotated[Principal, requires("agencies:manage")]
AgencyCode = Annotated[str, Path(max_length=60)]
KeyRole = Literal["agency", "verifier", "secretariat", "administrator", "analyst", "service"]
MOST_OVERLAP_HOURS = 24 * 90


class AgencySent(Sent):
    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", description="short, for good; part of every id")]
    name: Annotated[Text, Field(min_length=1, max_length=200)]
    jurisdictions: Annotated[list[Text], Field(min_length=1, description="those it may report for")]


class KeySent(Sent):
    roles: Annotated[tuple[KeyRole, ...], Field(min_length=1)] = ("agency",)
    jurisdictions: Annotated[list[Text], Field(min_length=1)] | None = Field(
        None, description="narrower than the agency's; without it, all of the agency's"
    )
    expires_at: AwareDatetime | None = None


class RotationSent(Sent):
    overlap_hours: Annotated[int, Field(ge=0, le=MOST_OVERLAP_HOURS)] = 24


@router.post("", status_code=201, summary="Create an agency", responses={201: {"model": documents.Agency}})
async def create_agency(sent: AgencySent, _: Administrator, wired: Wired) -> dict[str, Any]:
    """An agency that pushes incidents; give it a key next."""
    _require_known(sent.jurisdictions, wired.vocabulary)
    return _agency(await wired.agencies.add(sent.code, sent.name, tuple(dict.fromkeys(sent.jurisdictions))))


@router.get("", summary="List agencies", responses={200: {"model": documents.AgencyList}})
async def list_agencies(_: Administrator, wired: Wired) -> dict[str, Any]:
    """By code."""
    return {"items": [_agency(agency) for agency in await wired.agencies.all()]}


@router.get("/{code}", summary="Read an agency", responses={200: {"model": documents.Agency}})
async def read_agency(code: AgencyCode, _: Administrator, wired: Wired) -> dict[str, Any]:
    return _agency(await wired.agencies.get(code))


@router.get("/{code}/keys", summary="List an agency's keys", responses={200: {"model": documents.KeyList}})
async def list_keys(code: AgencyCode, _: Administrator, wired: Wired) -> dict[str, Any]:
    """Live and ended ones, oldest first, with the time each was last seen."""
    await wired.agencies.get(code)
    return {"items": [_key(key) for key in await wired.api_keys.of_agency(code)]}


@router.post("/{code}/keys", status_code=201, summary="Create a key", responses={201: {"model": documents.NewKey}})
async def create_key(code: AgencyCode, sent: KeySent, _: Administrator, wired: Wired) -> dict[str, Any]:
    """The key is shown in this answer and never again. An agency has two live keys at most."""
    _require_known(sent.jurisdictions or (), wired.vocabulary)
    _require_ahead(sent.expires_at, wired)
    await wired.agencies.get(code)
    return _shown(
        await wired.api_keys.create(code, sent.roles, jurisdictions=sent.jurisdictions, expires_at=sent.expires_at)
    )


@router.post(
    "/{code}/keys/{key_id}/rotate",
    status_code=201,
    summary="Replace a key",
    responses={201: {"model": documents.NewKey}},
)
async def rotate_key(
    code: AgencyCode, key_id: AgencyCode, sent: RotationSent, _: Administrator, wired: Wired
) -> dict[str, Any]:
    """A new key with the same rights; the old one works for another `overlap_hours`."""
    await _require_key(code, key_id, wired)
    return _shown(await wired.api_keys.rotate(key_id, timedelta(hours=sent.overlap_hours)))


@router.delete("/{code}/keys/{key_id}", status_code=204, response_class=Response, summary="Revoke a key")
async def revoke_key(code: AgencyCode, key_id: AgencyCode, _: Administrator, wired: Wired) -> Response:
    """At once and for good."""
    await _require_key(code, key_id, wired)
    await wired.api_keys.revoke(key_id)
    return Response(status_code=204)


async def _require_key(code: str, key_id: str, wired: Services) -> None:
    if (await wired.api_keys.get(key_id)).agency != code:
        raise NoSuchKey(f"The agency {code} has no API key {key_id}.")


def _require_known(jurisdictions: list[str] | tuple[str, ...], vocabulary: Vocabulary) -> None:
    unknown = [(n, code) for n, code in enumerate(jurisdictions) if code not in vocabulary.territories]
    if unknown:
        known = ", ".join(vocabulary.territories)
        raise invalid(
            [
                Violation(f"/jurisdictions/{n}", "unknown_jurisdiction", f"{code[:60]!r} is none. Known: {known}.")
                for n, code in unknown
            ]
        )


def _require_ahead(expires_at: datetime | None, wired: Services) -> None:
    if expires_at is not None and expires_at <= wired.incidents.clock():
        raise invalid([Violation("/expires_at", "already_expired", "expires_at lies in the past.")])


def _agency(agency: Agency) -> dict[str, Any]:
    return {
        "code": agency.code,
        "name": agency.name,
        "jurisdictions": agency.jurisdictions,
        "created_at": agency.created_at,
    }


def _key(key: StoredKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "agency": key.agency,
        "roles": key.roles,
        "jurisdictions": None if key.jurisdictions is None else sorted(key.jurisdictions),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_seen": key.last_seen,
    }


def _shown(new: NewKey) -> dict[str, Any]:
    return {**_key(new.key), "key": new.text}
