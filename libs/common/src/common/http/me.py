"""What the credential of a request may do."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from common.http.answered import Document
from common.http.routing import Router
from common.security.permissions import requires
from common.security.principal import Principal

router = Router(tags=["credentials"])


class Me(Document):
    """What the credential of this request may do. `jurisdictions` is null for all."""

    id: str
    kind: Literal["machine", "person"]
    agency: str | None
    roles: list[str]
    permissions: list[str]
    jurisdictions: list[str] | None


@router.get("/v1/me", summary="What this credential may do", responses={200: {"model": Me}})
async def me(principal: Annotated[Principal, requires()]) -> dict[str, Any]:
    """The permissions that its roles give it here, its agency, and the jurisdictions that it covers."""
    return {
        "id": principal.id,
        "kind": principal.kind,
        "agency": principal.agency,
        "roles": sorted(principal.roles),
        "permissions": sorted(principal.permissions),
        "jurisdictions": None if principal.jurisdictions is None else sorted(principal.jurisdictions),
    }
