"""What `funds` has published, read in one statement: so it is of one moment, also while a rebuild switches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from reporting.readmodel.moments import freshness, moment

_EVERYTHING = """
    SELECT json_build_object(
        'streams', (SELECT coalesce(json_object_agg(kind, documents), '{}') FROM (
            SELECT kind, json_agg(document || jsonb_build_object('id', id) ORDER BY id) AS documents
            FROM readmodel_funds.stream GROUP BY kind) s),
        'commitments', (SELECT coalesce(json_agg(c ORDER BY signed_on, id), '[]') FROM (
            SELECT fund, id, donor, amount::text, currency, usd_at_signing::text, earmark, signed_on, reversed_on
            FROM readmodel_funds.commitment) c),
        'money', (SELECT coalesce(json_agg(m), '[]') FROM (
            SELECT fund, kind, day, donor, organisation, project, grant_id AS "grant", call, currency, earmark,
                sum(amount)::text AS amount, sum(original)::text AS original
            FROM readmodel_funds.money GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ORDER BY day) m),
        'effects', (SELECT coalesce(json_agg(e), '[]') FROM (
            SELECT fund, day, earmark, sum(cash)::text AS cash, sum(reserved)::text AS reserved
            FROM readmodel_funds.effect GROUP BY 1, 2, 3 ORDER BY day) e),
        'expenditure', (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT fund, category, amount::text, grant_id AS "grant", project, organisation, end_on, certified
            FROM readmodel_funds.expenditure e
            WHERE reversed_on IS NULL AND (certified OR NOT EXISTS (
                SELECT FROM readmodel_funds.expenditure c
                WHERE c.certified AND c.reversed_on IS NULL AND c.start_on <= e.start_on AND e.end_on <= c.end_on
                    AND (c.fund, c.grant_id, c.organisation) = (e.fund, e.grant_id, e.organisation)))
            ORDER BY end_on) x)
    )::text"""


@dataclass(frozen=True, slots=True)
class Told:
    """`document` is JSON: streams by their kind, commitments, money of equal days and kinds added, what it did to cash
    and reservations, expenditure in force; `application/funds/told.py` has its shape."""

    document: str
    freshness: Mapping[str, Mapping[str, Any]]


async def everything(pool: asyncpg.Pool[Any], consumer: str, publisher: str) -> Told:
    """Raises `Switched` where a rebuild replaced the tables meanwhile."""
    async with moment(pool, "readmodel_funds.stream") as connection:
        document: str = await connection.fetchval(_EVERYTHING)
        return Told(document, await freshness(connection, consumer, publisher))
