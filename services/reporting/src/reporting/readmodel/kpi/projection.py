"""Brings the events of `kpi` into its tables: folded in memory, written by a statement or two per table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from common.contracts import kpi as published
from common.contracts.registry import WIRE_NAMES
from common.messaging.envelope import Envelope
from common.messaging.ports import Connection, Received
from reporting.readmodel.kpi.facts import REPORT, ROUND, Report, Round, RoundContract, evolve_report, evolve_round

Row: TypeAlias = tuple[Any, ...]

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "roadmap": ("id", "version", "position", "code", "roadmap_version", "document"),
    "edition": ("round", "edition", "published_on", "missing"),
    "edition_report": (
        *("round", "edition", "report", "kind"),
        *("jurisdiction", "version", "digest", "published_in"),
    ),
    "frozen": ("report", "edition", "digest", "restates", "frozen_on"),
    "figure": ("report", "edition", "jurisdiction", "part", "presence", "quality", "statuses", "documents"),
    "cell": ("report", "edition", "jurisdiction", "part", "dimensions", "value"),
    "discrepancy": ("report", "query", "part", "dimensions", "found_at", "found_on", "state"),
}
_ANSWERS = {
    published.QuerySent: "sent",
    published.QueryDismissed: "dismissed",
    published.QueryAnswered: "answered",
}


class KpiProjection:
    """Roadmaps, rounds, reports, editions and what they froze."""

    types = frozenset(name for name in WIRE_NAMES.values() if name.startswith("kpi."))

    async def seen(self, connection: Connection, streams: Sequence[UUID]) -> Mapping[UUID, int]:
        query = " UNION ALL ".join(
            f"SELECT id, version FROM {table} WHERE id = ANY($1)"  # noqa: S608  our own names
            for table in ("roadmap", "round", "report")
        )
        return {row["id"]: row["version"] for row in await connection.fetch(query, streams)}

    async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
        streams = sorted({received.envelope.subject for received in batch})
        writing = _Writing(
            {row["id"]: Round(**row) for row in await _rows(connection, "round", ROUND, streams)},
            {row["id"]: Report(**row) for row in await _rows(connection, "report", REPORT, streams)},
        )
        for received in batch:
            writing.take(received.envelope, received.contract)
        await writing.write(connection)


async def _rows(connection: Connection, table: str, columns: Sequence[str], streams: Sequence[UUID]) -> list[Any]:
    query = f"SELECT {', '.join(columns)} FROM {table} WHERE id = ANY($1)"  # noqa: S608  our own names
    return list(await connection.fetch(query, streams))


@dataclass(slots=True)
class _Writing:
    """What a batch comes to: rounds and reports as they now are, rows that are new, queries that went on."""

    rounds: dict[UUID, Round]
    reports: dict[UUID, Report]
    new: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    queries: list[tuple[UUID, int, str]] = field(default_factory=list)

    def take(self, envelope: Envelope, contract: published.Contract) -> None:
        match contract:
            case published.RoadmapPublished():
                self.new["roadmap"].append(_roadmap(envelope, contract))
            case (
                published.RoundOpened()
                | published.DraftShared()
                | published.ObjectionRaised()
                | published.ObjectionAnswered()
                | published.RoundPublished()
            ):
                self._round(envelope, contract)
            case _:
                self._report(envelope, contract)

    def _round(self, envelope: Envelope, contract: RoundContract) -> None:
        stream = envelope.subject
        self.rounds[stream] = evolve_round(self.rounds.get(stream), envelope, contract)
        if isinstance(contract, published.RoundPublished):
            self.new["edition"].append((stream, contract.edition, contract.on, contract.missing))
            self.new["edition_report"] += _listed(stream, contract)

    def _report(self, envelope: Envelope, contract: published.Contract) -> None:
        stream = envelope.subject
        self.reports[stream] = evolve_report(self.reports.get(stream), envelope, contract)
        match contract:
            case published.ReportPublished() | published.ReportRestated():
                restates = contract.restates if isinstance(contract, published.ReportRestated) else None
                self.new["frozen"].append((stream, contract.edition, contract.digest, restates, contract.on))
                for figure in contract.figures:
                    key = (stream, contract.edition, figure.jurisdiction, figure.kpi)
                    self.new["figure"].append((*key, *_said(figure)))
                    self.new["cell"] += [(*key, _json(cell.dimensions), cell.value) for cell in figure.cells]
            case published.DiscrepancyFound():
                found = (contract.query, contract.kpi, _json(contract.dimensions))
                when = (envelope.stream_version, contract.on, "drafted")
                self.new["discrepancy"].append((stream, *found, *when))
            case published.QuerySent() | published.QueryDismissed() | published.QueryAnswered():
                self.queries.append((stream, contract.query, _ANSWERS[type(contract)]))

    async def write(self, connection: Connection) -> None:
        for table, columns, facts in (("round", ROUND, self.rounds), ("report", REPORT, self.reports)):
            if facts:
                await connection.execute(f"DELETE FROM {table} WHERE id = ANY($1)", sorted(facts))  # noqa: S608
                rows = [_row(fact, columns) for fact in facts.values()]
                await connection.copy_records_to_table(table, records=rows, columns=columns)
        for table, records in self.new.items():
            await connection.copy_records_to_table(table, records=records, columns=_COLUMNS[table])
        if self.queries:
            statement = "UPDATE discrepancy SET state = $3 WHERE (report, query) = ($1, $2)"
            await connection.executemany(statement, self.queries)


def _row(fact: Round | Report, columns: Sequence[str]) -> Row:
    return tuple(getattr(fact, column) for column in columns)


def _roadmap(envelope: Envelope, contract: published.RoadmapPublished) -> Row:
    """The document is kept as it came: whoever reads it knows what fields that are not there mean."""
    stream = (envelope.subject, envelope.stream_version, envelope.sequence)
    return (*stream, contract.code, contract.version, (envelope.data or b"").decode())


def _listed(stream: UUID, contract: published.RoundPublished) -> Iterator[Row]:
    for r in contract.reports:
        yield (
            *(stream, contract.edition, r.report, r.kind),
            *(r.jurisdiction, r.version, r.digest, r.published_in),
        )


def _said(figure: published.Figure) -> Row:
    statuses = [{"item": held.item, "status": held.status} for held in figure.statuses]
    documents = [{"title": document.title, "link": document.link} for document in figure.documents]
    return figure.presence, figure.quality, _json(statuses), _json(documents)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
