"""What `kpi` has published, read in one statement: so it is of one moment, also while a rebuild switches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from reporting.readmodel.moments import freshness, moment

_EVERYTHING = """
    SELECT json_build_object(
        'roadmaps', (SELECT coalesce(json_agg(document ORDER BY position), '[]') FROM readmodel_kpi.roadmap),
        'rounds', (SELECT coalesce(json_agg(to_jsonb(o) || jsonb_build_object('editions', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'edition', e.edition, 'on', e.published_on, 'missing', e.missing, 'reports', (
                    SELECT coalesce(jsonb_agg(to_jsonb(l)), '[]') FROM readmodel_kpi.edition_report l
                    WHERE (l.round, l.edition) = (e.round, e.edition))) ORDER BY e.edition), '[]')
            FROM readmodel_kpi.edition e WHERE e.round = o.id))), '[]') FROM readmodel_kpi.round o),
        'reports', (SELECT coalesce(json_agg(r), '[]') FROM readmodel_kpi.report r),
        'frozen', (SELECT coalesce(json_agg(to_jsonb(f) || jsonb_build_object('figures', (
            SELECT coalesce(jsonb_agg(to_jsonb(x) || jsonb_build_object('cells', (
                SELECT coalesce(jsonb_agg(jsonb_build_object('dimensions', c.dimensions, 'value', c.value::text)), '[]')
                FROM readmodel_kpi.cell c
                WHERE (c.report, c.edition, c.jurisdiction, c.part) = (x.report, x.edition, x.jurisdiction, x.part)))),
                '[]')
            FROM readmodel_kpi.figure x WHERE (x.report, x.edition) = (f.report, f.edition)))), '[]')
            FROM readmodel_kpi.frozen f),
        'discrepancies', (SELECT coalesce(json_agg(d), '[]') FROM readmodel_kpi.discrepancy d)
    )::text"""


@dataclass(frozen=True, slots=True)
class Told:
    """`document` is JSON: roadmaps in the order of their publication, rounds with their editions, reports, frozen
    figures, discrepancies; `application/kpi/model.py` has its shape."""

    document: str
    freshness: Mapping[str, Mapping[str, Any]]


async def everything(pool: asyncpg.Pool[Any], consumer: str, publisher: str) -> Told:
    """Raises `Switched` where a rebuild replaced the tables meanwhile."""
    async with moment(pool, "frozen") as connection:
        document: str = await connection.fetchval(_EVERYTHING)
        return Told(document, await freshness(connection, consumer, publisher))
