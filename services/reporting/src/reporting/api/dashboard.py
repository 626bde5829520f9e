"""The dashboard at `/`, `/kpi` and `/funds` with its stylesheet: HTML for people, no scripts, open to everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
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
from reporting.dashboard.funds.asked import Form as FundsForm
from reporting.dashboard.funds.page import FundsPage
from reporting.dashboard.kpi.asked import Form as KpiForm
from reporting.dashboard.kpi.page import KpiPage
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


Rendered = Awaitable[tuple[str, Sequence[Violation]]]
"""A page, and what was wrong with what was asked of it."""


def dashboard_router(page: Page, kpi_page: KpiPage, funds_page: FundsPage) -> Router:
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
        return await _answer(page.render(Form(year, part, start, end, tuple(jurisdiction))))

    async def kpi_dashboard(
        _: Annotated[Principal, public()],
        roadmap: Annotated[str, Query()] = "",
        period: Annotated[str, Query()] = "",
        kpi: Annotated[str, Query()] = "",
    ) -> Response:
        """Official figures by jurisdiction and KPI."""
        return await _answer(kpi_page.render(KpiForm(roadmap, period, kpi)))

    async def funds_dashboard(
        _: Annotated[Principal, public()],
        mechanism: Annotated[str, Query()] = "",
        year: Annotated[str, Query()] = "",
    ) -> Response:
        """What was promised, paid, transferred, spent and done."""
        return await _answer(funds_page.render(FundsForm(mechanism, year)))

    @router.get("/static/salwatch.css", include_in_schema=False)
    async def stylesheet(_: Annotated[Principal, public()], request: Request) -> Response:
        """The look of the dashboard."""
        headers = {"ETag": etag, "Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(styles, media_type="text/css", headers=headers)

    for path, endpoint, route in (
        ("/", dashboard, _page_route(lambda wrong: page.render(Form(), wrong))),
        ("/kpi", kpi_dashboard, _page_route(lambda wrong: kpi_page.render(KpiForm(), wrong))),
        ("/funds", funds_dashboard, _page_route(lambda wrong: funds_page.render(FundsForm(), wrong))),
    ):
        router.add_api_route(path, endpoint, methods=["GET"], include_in_schema=False, route_class_override=route)
    return router


def _page_route(refused: Callable[[Sequence[Violation]], Rendered]) -> type[Route]:
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
                    return await _answer(refused(problem.violations))

            return for_people

    return PageRoute


async def _answer(rendered: Rendered) -> Response:
    html, violations = await rendered
    return HTMLResponse(html, 422 if violations else 200, headers=dict(HEADERS))
