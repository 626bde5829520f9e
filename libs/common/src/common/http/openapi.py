"""What /openapi.json says beyond what FastAPI knows: problems, credentials, and who may call what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from common.http.problems import MEDIA_TYPE
from common.security.permissions import Requires, declaration

_VIOLATION = {
    "type": "object",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": 'JSON pointer into the body; "?name" for a query parameter'},
        "code": {"type": "string", "description": "Stable, for programs"},
        "detail": {"type": "string", "description": "For people"},
    },
}
_PROBLEM = {
    "type": "object",
    "description": "A problem as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail", "instance", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "Names this request; the same id is in X-Request-Id"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Violation"}},
    },
}
_SCHEMES = {
    "ApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "For machines. The header's value is `ApiKey`, a space, and the key.",
    },
    "Bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "For people."},
}
_ANSWER = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_PROBLEMS = {
    "4XX": {"description": "The request cannot be done as it is; the problem says why and where.", **_ANSWER},
    "5XX": {"description": "It cannot be done now.", **_ANSWER},
}


def describe(app: FastAPI) -> None:
    """Makes the app's `openapi()` complete; it is made once, at the first call."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(_document(app))
        return made

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    schemas.update({"Problem": _PROBLEM, "Violation": _VIOLATION})
    components["securitySchemes"] = _SCHEMES
    for route, operation in _operations(app, document):
        _complete(route, operation)
    return document


def _operations(app: FastAPI, document: dict[str, Any]) -> Iterator[tuple[APIRoute, dict[str, Any]]]:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in route.methods or ():
                yield route, document["paths"][route.path_format][method.lower()]


def _complete(route: APIRoute, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    for status, answer in responses.items():
        if status.startswith(("4", "5")):  # beside what the route itself says of it
            answer["content"] = {**_ANSWER["content"], **answer.get("content", {})}
    responses |= _PROBLEMS
    demanded = declaration(route)
    if isinstance(demanded, Requires):
        operation["security"] = [{"ApiKey": []}, {"Bearer": []}]
        if demanded.permissions:
            operation["x-permissions"] = list(demanded.permissions)
