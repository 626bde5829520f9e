"""/openapi.json and /docs: a reference that is one page without scripts, so that it needs no network."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import Annotated, Any

from fastapi import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from common.http.routing import Router
from common.security.permissions import public
from common.security.principal import Principal

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
h2{margin-top:2.5rem;border-top:1px solid #c4ccd6;padding-top:1rem}h2 code{font-size:1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}
th{font-weight:600}td{border-top:1px solid #e3e8ee}pre{background:#f4f6f8;padding:.75rem;overflow:auto}
nav li{list-style:none}nav ul{padding:0}.needs{color:#4a5568}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {"Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'"}


def docs_router() -> Router:
    router = Router(tags=["operations"])

    @router.get("/openapi.json", include_in_schema=False)
    async def openapi(_: Annotated[Principal, public()], request: Request) -> Response:
        """The contract for programs."""
        return JSONResponse(request.app.openapi())

    @router.get("/docs", include_in_schema=False)
    async def docs(_: Annotated[Principal, public()], request: Request) -> Response:
        """The contract for people."""
        return HTMLResponse(reference_page(request.app.openapi()), headers=_HEADERS)

    return router


def reference_page(document: dict[str, Any]) -> str:
    """The OpenAPI document as one HTML page."""
    title = escape(document["info"]["title"])
    operations = list(_operations(document))
    index = "".join(f'<li><a href="#{anchor}"><code>{name}</code></a></li>' for anchor, name, _ in operations)
    sections = "".join(_section(anchor, name, operation) for anchor, name, operation in operations)
    schemas = "".join(_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items()))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><main>'
        f"<h1>{title}</h1><p>Version {escape(document['info']['version'])}; for programs: "
        f'<a href="openapi.json">openapi.json</a></p><nav aria-label="Operations"><ul>{index}</ul></nav>'
        f"{sections}{schemas}</main></body></html>"
    )


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield escape(operation["operationId"]), f"{method.upper()} {escape(path)}", operation


def _section(anchor: str, name: str, operation: dict[str, Any]) -> str:
    needs = " or ".join(operation.get("x-permissions", ())) or "any credential"
    who = f"Needs: {needs}" if "security" in operation else "Open to everybody"
    description = escape(operation.get("description", ""))
    return (
        f'<section><h2 id="{anchor}"><code>{name}</code> {escape(operation["summary"])}</h2>'
        f'<p class="needs">{escape(who)}</p><p>{description}</p>{_parameters(operation)}{_body(operation)}'
        f"{_responses(operation)}</section>"
    )


def _parameters(operation: dict[str, Any]) -> str:
    rows = [
        (f"<code>{escape(p['name'])}</code>", p["in"], _kind(p["schema"]), escape(p.get("description", "")))
        for p in operation.get("parameters", ())
    ]
    return _table(("Parameter", "In", "Type", "Meaning"), rows)


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    rows = [(escape(kind), _kind(media.get("schema", {}))) for kind, media in content.items()]
    return _table(("Body", "Schema"), rows)


def _responses(operation: dict[str, Any]) -> str:
    rows = [
        (status, escape(answer["description"]), ", ".join(escape(kind) for kind in answer.get("content", {})))
        for status, answer in operation["responses"].items()
    ]
    return _table(("Status", "Meaning", "Media type"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    names = "".join(f'<th scope="col">{name}</th>' for name in head)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table>"


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words, models as links."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(below) for below in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(escape(json.dumps(value)) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return escape(str(schema.get("format", schema.get("type", "any"))))


def _schema(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    rows = [
        (f"<code>{escape(field)}</code>", _kind(below), "required" if field in required else "")
        for field, below in schema.get("properties", {}).items()
    ]
    return (
        f'<section><h2 id="schema-{escape(name)}"><code>{escape(name)}</code></h2>'
        + (_table(("Field", "Type", ""), rows) or f"<pre>{escape(json.dumps(schema, indent=2))}</pre>")
        + "</section>"
    )
