"""The app of a service: its routers, and around them everything that all services do alike."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from common.eventsourcing.log import ForeignCursor
from common.eventsourcing.units import Overloaded, Unavailable
from common.http.bodies import DEFAULT_LIMIT, BodyMiddleware
from common.http.docs import docs_router
from common.http.health import Health, health_router
from common.http.openapi import describe
from common.http.problems import Problem, invalid, problem_of, unavailable
from common.http.request_scope import RequestScope
from common.http.routing import Route, Router
from common.http.validation import request_violations
from common.kernel.errors import DomainError
from common.persistence.database import FAILURES, is_unavailable
from common.security.authentication import Authenticator
from common.security.jwks import KeysUnavailable
from common.security.principal import Unauthenticated

log = structlog.get_logger()

_FORESEEN = (HTTPException, DomainError, Unauthenticated, Overloaded, Unavailable, KeysUnavailable, ForeignCursor)


def create_app(
    title: str,
    *,
    service: str,
    version: str,
    routers: Sequence[Router],
    authenticator: Authenticator,
    health: Health | None = None,
    body_limit: int = DEFAULT_LIMIT,
) -> FastAPI:
    """An ASGI app without a lifespan: whoever makes it opens its resources before and closes them afterwards.

    It has /livez, /readyz, /openapi.json and /docs besides the routers' routes. Raises `TypeError` for a router that is
    not one of `common.http.routing`, whose routes would not be strict.
    """
    app = FastAPI(title=title, version=version, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.service = service
    app.state.authenticator = authenticator
    app.state.health = health or Health()
    for router in (*routers, health_router(app.state.health), docs_router()):
        app.router.routes.extend(router.routes)  # an included router would be searched twice at every request
    _refuse_other_routes(app)
    describe(app)
    app.add_middleware(BodyMiddleware, default_limit=body_limit)
    app.add_middleware(RequestScope, service=service)
    for foreseen in _FORESEEN:
        app.add_exception_handler(foreseen, _foreseen)
    for failure in FAILURES:
        app.add_exception_handler(failure, _database_failed)
    app.add_exception_handler(405, _method_not_allowed)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(ClientDisconnect, _client_gone)
    return app


async def _foreseen(_: Request, error: Exception) -> Response:
    return problem_of(error).response()


async def _method_not_allowed(request: Request, _: Exception) -> Response:
    """The framework names the methods of one route; an address may have several."""
    path = request.scope["path"]
    contexts = [context for context in iter_route_contexts(request.app.routes) if context.path_regex.match(path)]
    allowed = ", ".join(sorted({method for context in contexts for method in context.methods or ()}))
    return Problem(405, "method-not-allowed", f"This address takes {allowed}.", headers={"Allow": allowed}).response()


async def _database_failed(_: Request, error: Exception) -> Response:
    if not is_unavailable(error):
        raise error
    log.warning("database_unavailable", error=repr(error))
    return unavailable("The database cannot be reached now. Repeating the request is safe.").response()


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    body = request.scope["route"].body_field
    return invalid(request_violations(error.errors(), body and body.field_info.annotation)).response()


async def _client_gone(_: Request, error: Exception) -> Response:
    return Problem(400, "body-cut-off", "The connection was closed before the body had come").response()


def _refuse_other_routes(app: FastAPI) -> None:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and not isinstance(route, Route):
            raise TypeError(f"{route.path} stands in a plain APIRouter; use common.http.routing.Router")
