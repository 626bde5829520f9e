"""Everything that matches, streamed: NDJSON, CSV in the columns of a push, GeoJSON."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal, assert_never

import msgspec
from starlette.responses import Response, StreamingResponse

from common.http.streaming import CSV, NDJSON, csv_rows, ndjson
from common.security.principal import Principal
from incidents.api.views import feature, incident_document, sight
from incidents.application.csv_columns import columns, to_row
from incidents.readmodel.filters import Conditions
from incidents.readmodel.queries import Queries

GEOJSON = "application/geo+json"
EXPORTS = (NDJSON, CSV.partition(";")[0], GEOJSON)
_AT_ONCE = 32 * 1024


async def export(
    kind: Literal["ndjson", "csv", "geojson"], queries: Queries, wanted: Conditions, principal: Principal
) -> Response:
    """The answer holds a connection until it has been sent, or its receiver is gone."""
    match kind:
        case "ndjson":
            return ndjson(_documents(queries, wanted, principal))
        case "csv":
            rows = _table(queries, wanted, principal)
            return csv_rows(await anext(rows), rows)
        case "geojson":
            return StreamingResponse(_collection(_documents(queries, wanted, principal)), media_type=GEOJSON)
        case _:
            assert_never(kind)


async def _documents(queries: Queries, wanted: Conditions, principal: Principal) -> AsyncIterator[dict[str, Any]]:
    async with queries.snapshot(wanted) as snapshot:
        async for view in snapshot.rows():
            yield incident_document(view, sight(principal, view.agency))


async def _table(queries: Queries, wanted: Conditions, principal: Principal) -> AsyncIterator[list[str]]:
    """The names of the columns, as many of each group as the longest list needs, and then the rows."""
    async with queries.snapshot(wanted) as snapshot:
        layout = columns(**(await snapshot.widths())._asdict())
        yield [column.name for column in layout]
        async for view in snapshot.rows():
            yield to_row(incident_document(view, sight(principal, view.agency)), layout)


async def _collection(documents: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    chunk = bytearray(b'{"type":"FeatureCollection","features":[')
    comma = b""
    async for document in documents:
        chunk += comma + msgspec.json.encode(feature(document))
        comma = b","
        if len(chunk) >= _AT_ONCE:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk) + b"]}"
