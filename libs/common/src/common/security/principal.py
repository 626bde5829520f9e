"""Who acts, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from common.kernel.errors import NotAllowed, Violation


class Unauthenticated(Exception):
    """There is no credential, or none that is valid. The text says which, never why in detail."""


class PermissionMissing(NotAllowed):
    code = "permission_missing"
    title = "This credential may not do this"


class JurisdictionNotAllowed(NotAllowed):
    code = "jurisdiction_not_allowed"
    title = "This credential does not cover the jurisdiction"


@dataclass(frozen=True, slots=True)
class Principal:
    """`id` is what events record as actor ("key:…", "person:…"); `agency` is the one an API key belongs to.

    `jurisdictions` None means all.
    """

    id: str
    kind: Literal["machine", "person", "anonymous"]
    permissions: frozenset[str] = frozenset()
    roles: tuple[str, ...] = ()
    agency: str | None = None
    jurisdictions: frozenset[str] | None = None

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def covers(self, jurisdiction: str) -> bool:
        return self.jurisdictions is None or jurisdiction in self.jurisdictions

    def require(self, permission: str) -> None:
        """Raises `PermissionMissing`."""
        if not self.may(permission):
            raise PermissionMissing(f"This needs the permission {permission}.")

    def require_jurisdiction(self, jurisdiction: str, pointer: str = "/jurisdiction") -> None:
        """Raises `JurisdictionNotAllowed`, its violation at `pointer`."""
        if not self.covers(jurisdiction):
            covered = ", ".join(sorted(self.jurisdictions or ()))
            detail = f"{jurisdiction} is not among the jurisdictions of this credential: {covered or 'none'}"
            raise JurisdictionNotAllowed(detail, Violation(pointer, JurisdictionNotAllowed.code, detail))


ANONYMOUS = Principal("anonymous", "anonymous")
