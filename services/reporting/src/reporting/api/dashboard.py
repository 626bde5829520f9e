"""The dashboard at `/` and its stylesheet: HTML for people, without scripts, open to everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from importlib.resources import files
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import HTMLResponse, Response

from common.http.problems import Problem
from common.http.routing import Route, Router
from common.kernel.errors import Violation
from common.security.permissions import public
from common.security.principal import Principal
from reporting.dashboard.asked import Form
from reporting.dashboard.page import Page

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def dashboard_router(page: Page) -> Router:
    router = Router(tags=["dashboard"])
    styles = (files("reporting.dashboard") / "static" / "salwatch.css").read_bytes()
    etag = f'"{hashlib.sha256(styles).hexdigest()[:16]}"'

    async def dashboard(
        _: Annotated[Principal, public()],
        year: Annotated[str, Query()] = "",
        part: Annotated[str, Query()] = "",
        start: Annotated[str, Query(alias="from")] = "",
        end: Annotated[str, Query(alias="to")] = "",
        jurisdiction: Annotated[list[str], Query()] = [],  # noqa: B006  FastAPI copies it
    ) -> Response:
        """The region at a glance."""
        return await _answer(page, Form(year, part, start, end, tuple(jurisdiction)))

    @router.get("/static/salwatch.css", include_in_schema=False)
    async def stylesheet(_: Annotated[Principal, public()], request: Request) -> Response:
        """The look of the dashboard."""
        headers = {"ETag": etag, "Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(styles, media_type="text/css", headers=headers)

    router.add_api_route(
        "/", dashboard, methods=["GET"], include_in_schema=False, route_class_override=_page_route(page)
    )
    return router


def _page_route(page: Page) -> type[Route]:
    class PageRoute(Route):
        """Answers what is wrong in the address with the page, not with a problem for programs."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def for_people(request: Request) -> Response:
                try:
                    return await handle(request)
                except Problem as problem:
                    if problem.status_code != 422:
                        raise
                    return await _answer(page, Form(), problem.violations)

            return for_people

    return PageRoute


async def _answer(page: Page, form: Form, refused: Sequence[Violation] = ()) -> Response:
    html, violations = await page.render(form, refused)
    return HTMLResponse(html, 422 if violations else 200, headers=dict(HEADERS))
