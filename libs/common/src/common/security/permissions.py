"""Permissions as types in a route's signature.

    async def push(principal: Annotated[Principal, requires("incidents:push")], …)
    async def dashboard(principal: Annotated[Principal, public()], …)

A route without either is a mistake that a test finds: see `undeclared_routes`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, cast

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from common.security.authentication import Authenticator
from common.security.principal import ANONYMOUS, PermissionMissing, Principal

_PRINCIPAL = "salwatch.principal"  # in the request's scope


class Declaration(ABC):
    """What a route demands of its caller."""

    public: ClassVar[bool] = False

    @abstractmethod
    async def __call__(self, request: Request) -> Principal:
        """The caller, who meets the demand. Raises `Unauthenticated`, `PermissionMissing`."""


class Requires(Declaration):
    """Any of the permissions will do; none given: any valid credential."""

    def __init__(self, permissions: tuple[str, ...]) -> None:
        self.permissions = permissions

    async def __call__(self, request: Request) -> Principal:
        principal = await principal_of(request)
        if self.permissions and principal.permissions.isdisjoint(self.permissions):
            raise PermissionMissing(f"This needs the permission {' or '.join(self.permissions)}.")
        return principal


class Public(Declaration):
    """Anybody; a credential that is sent all the same must be valid."""

    public = True

    async def __call__(self, request: Request) -> Principal:
        return await principal_of(request) if "authorization" in request.headers else ANONYMOUS


def requires(*permissions: str) -> Any:
    """The caller needs one of the permissions (403); none given: any valid credential (401)."""
    return Depends(Requires(permissions))


def public() -> Any:
    """Open to everybody, and said so."""
    return Depends(Public())


async def principal_of(request: Request) -> Principal:
    """The caller of this request, authenticated once; raises `Unauthenticated`."""
    known: Principal | None = request.scope.get(_PRINCIPAL)
    if known is not None:
        return known
    authenticator: Authenticator = request.app.state.authenticator
    principal = await authenticator.authenticate(request.headers.get("authorization"))
    request.scope[_PRINCIPAL] = principal
    return principal


def declaration(route: APIRoute) -> Declaration | None:
    """The first declaration among the route's dependencies, at whatever depth."""
    return next(_declarations(route.dependant), None)


def undeclared_routes(app: FastAPI) -> list[str]:
    """ "METHOD /path" of every route that does not say who may call it; mounted apps and plain routes included."""
    return [
        f"{','.join(sorted(context.methods or {'*'}))} {context.path}"
        for context in iter_route_contexts(app.routes)
        if not isinstance(context.original_route, APIRoute) or declaration(context.original_route) is None
    ]


def _declarations(dependant: Dependant) -> Iterator[Declaration]:
    if isinstance(call := cast("object", dependant.call), Declaration):
        yield call
    for below in dependant.dependencies:
        yield from _declarations(below)
