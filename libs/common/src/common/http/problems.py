"""Problems as RFC 9457 has them; the only place that knows which error has which status.

A violation's pointer is a JSON pointer into the body ("/persons/0/age", "" for the whole); for a query parameter it is
its name after a question mark ("?from"); what is wrong with a header or the path has "" and is named in the detail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from common.eventsourcing.log import ForeignCursor
from common.eventsourcing.units import KeyReused, Overloaded, Unavailable
from common.kernel.errors import (
    DomainError,
    InConflict,
    NotAllowed,
    NotFound,
    RuleBroken,
    StaleVersion,
    Violation,
)
from common.observability.context import request_id
from common.security.jwks import KeysUnavailable
from common.security.principal import Unauthenticated

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = "1"

_STATUS_OF: Mapping[type[Exception], int] = {  # a subclass has the status of the nearest base that stands here
    RuleBroken: 422,
    NotAllowed: 403,
    NotFound: 404,
    InConflict: 409,
    StaleVersion: 412,
    KeyReused: 422,
    DomainError: 422,
}


class Problem(HTTPException):
    """Any problem; `slug` names its kind for good ("malformed-json"), `extra` are members beside the standard ones."""

    def __init__(
        self,
        status: int,
        slug: str,
        detail: str,
        violations: Sequence[Violation] = (),
        *,
        title: str = "",
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.slug = slug
        self.title = title or HTTPStatus(status).phrase
        self.violations = tuple(violations) or (Violation("", slug.replace("-", "_"), detail),)
        self.extra = dict(extra or {})

    def document(self) -> dict[str, Any]:
        """The members of the problem, as they go over the wire or stand in the receipt of a batch."""
        return {
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "status": self.status_code,
            "detail": self.detail,
            "instance": f"urn:salwatch:request:{request_id()}",
            "errors": [violation_document(violation) for violation in self.violations],
            **self.extra,
        }

    def response(self) -> Response:
        body = msgspec.json.encode(self.document())
        return Response(body, self.status_code, self.headers, media_type=MEDIA_TYPE)


def violation_document(violation: Violation) -> dict[str, str]:
    """A violation or a warning as a JSON object."""
    return {"pointer": violation.pointer, "code": violation.code, "detail": violation.detail}


def domain_problem(error: DomainError) -> Problem:
    """The problem that a refusal of the domain is to its caller."""
    status = next(_STATUS_OF[kind] for kind in type(error).__mro__ if kind in _STATUS_OF)
    slug = error.code.replace("_", "-")
    return Problem(status, slug, error.detail, error.violations, title=error.title)


def invalid(violations: Sequence[Violation]) -> Problem:
    """422 for input that is not as it must be: at least one violation, the first of which is the problem's detail."""
    detail = violations[0].detail + ("" if len(violations) == 1 else f" (and {len(violations) - 1} more)")
    return Problem(422, "invalid-input", detail, violations, title="The input is not as it must be")


def invalid_parameter(name: str, code: str, detail: str) -> Problem:
    """422 for one query parameter."""
    return invalid([Violation(f"?{name}", code, detail)])


def unavailable(detail: str, slug: str = "unavailable") -> Problem:
    """503: nothing is wrong with the request; it may be repeated as it stands."""
    return Problem(503, slug, detail, headers={"Retry-After": RETRY_SECONDS})


def problem_of(error: Exception) -> Problem:
    """The problem that an error is to its caller; 500 for one that nobody foresaw."""
    match error:
        case Problem():
            return error
        case DomainError():
            return domain_problem(error)
        case Unauthenticated():
            challenge = {"WWW-Authenticate": 'ApiKey realm="salwatch", Bearer realm="salwatch"'}
            return Problem(401, "unauthenticated", str(error), headers=challenge)
        case Overloaded():
            return unavailable("Too many requests are waiting. Try again in a second.", "overloaded")
        case Unavailable() | KeysUnavailable():
            return unavailable("This cannot be done now. Repeating the request is safe.")
        case ForeignCursor():
            return Problem(409, "foreign-cursor", "The cursor belongs to another log, or to this one before a restore.")
        case HTTPException():
            return _plain(error)
    return Problem(500, "internal-error", f"Something went wrong here, not with you. Tell us the id {request_id()}.")


def _plain(error: HTTPException) -> Problem:
    """What the framework raises: no such route, a body that broke off."""
    phrase = HTTPStatus(error.status_code).phrase
    detail = "There is nothing at this address." if error.status_code == 404 else str(error.detail)
    return Problem(error.status_code, phrase.lower().replace(" ", "-"), detail, headers=error.headers)
