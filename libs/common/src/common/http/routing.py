"""The routes of our services: strict about query parameters, media types and JSON."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any, cast

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from common.http.json_body import JsonRequest, parse_json
from common.http.problems import Problem, invalid
from common.kernel.errors import Violation
from common.security.permissions import Declaration, Requires, declaration, principal_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """Authenticates first. Refuses query parameters that do not exist, naming those that do; NUL characters in the
    address; and, where the route declares a JSON body, bodies that are not JSON."""

    def get_route_handler(self) -> Handler:
        handle = self._handler()
        known = tuple(sorted(set(_query_names(self.dependant))))
        takes_json = self.body_field is not None
        guarded = isinstance(declaration(self), Requires)

        async def strictly(request: Request) -> Response:
            if guarded:
                await principal_of(request)  # before anything is read on behalf of an unknown caller
            _check_address(request, known)
            if takes_json:
                _check_media_type(request.headers)
            return await handle(request)

        return strictly

    def _handler(self) -> Handler:
        handle = super().get_route_handler()

        async def with_our_json(request: Request) -> Response:
            return await handle(JsonRequest(request.scope, request.receive))

        return with_our_json


class DirectRoute(Route):
    """For the hottest routes, which take the request, a JSON body and their caller, and give a `Response`: FastAPI
    would find that out anew at every request. Raises `TypeError` for a route that takes anything else."""

    def _handler(self) -> Handler:
        caller, demanded = _only_dependency(self)
        field, endpoint, request_name = self.body_field, self.endpoint, self.dependant.request_param_name
        if field is None or request_name is None:
            raise TypeError(f"{self.path} takes no request or no body")

        async def directly(request: Request) -> Response:
            raw = await request.body()
            value = parse_json(raw) if raw else None
            principal = await demanded(request)
            body, errors = field.validate(value, loc=("body",)) if raw else (None, [_MISSING_BODY])
            if errors:
                raise RequestValidationError(errors, body=value)
            response: Response = await endpoint(**{request_name: request, field.name: body, caller: principal})
            return response

        return directly


_MISSING_BODY = {"type": "missing", "loc": ("body",), "msg": "Field required", "input": None}


class Router(APIRouter):
    """An `APIRouter` whose routes are ours. Give it its prefix here, not where it is included."""

    def __init__(self, *, prefix: str = "", tags: list[str] | None = None, route_class: type[Route] = Route) -> None:
        super().__init__(prefix=prefix, tags=list(tags or []), route_class=route_class)


def _only_dependency(route: APIRoute) -> tuple[str, Declaration]:
    """The name under which a route takes its caller, and what it demands of it."""
    takes = route.dependant
    others = (takes.path_params, takes.query_params, takes.header_params, takes.cookie_params)
    special = (takes.response_param_name, takes.background_tasks_param_name, takes.http_connection_param_name)
    if any(others) or any(special) or len(takes.dependencies) != 1:
        raise TypeError(f"{route.path} takes more than the request, a body and its caller")
    (only,) = takes.dependencies
    if not isinstance(demanded := cast("object", only.call), Declaration) or only.name is None:
        raise TypeError(f"{route.path} does not take its caller")
    return only.name, demanded


def _check_address(request: Request, known: tuple[str, ...]) -> None:
    if "\0" in request.scope["path"]:
        raise invalid([Violation("", "unstorable_text", "The path holds a NUL character")])
    if not request.scope["query_string"]:
        return
    found = []
    for name, value in request.query_params.multi_items():
        if name not in known:
            there_are = f"there are: {', '.join(known)}" if known else "there are none here"
            shown = name.replace("\0", "")
            found.append(Violation(f"?{shown}", "unknown_parameter", f"There is no parameter {shown}; {there_are}"))
        elif "\0" in value:
            found.append(Violation(f"?{name}", "unstorable_text", "The value holds a NUL character"))
    if found:
        raise invalid(found)


def _check_media_type(headers: Headers) -> None:
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and given != "application/json":
        detail = f"The body must be application/json, not {given or 'unnamed'}"
        raise Problem(415, "unsupported-media-type", detail, headers={"Accept": "application/json"})


def _query_names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (inner.alias or name for name, inner in kind.model_fields.items())
        else:
            yield field.alias
    for below in dependant.dependencies:
        yield from _query_names(below)
