"""Brings the events of `funds` into its tables: folded in memory, written by a statement or two per table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields
from datetime import date
from typing import Any, TypeAlias, get_args
from uuid import UUID

import msgspec

from common.contracts import funds as published
from common.contracts.base import Contract
from common.contracts.registry import CONTRACTS
from common.messaging.envelope import Envelope
from common.messaging.ports import Connection, Received
from reporting.readmodel.funds.documents import KIND_OF, KINDS, Document, evolve
from reporting.readmodel.funds.money import Effect, Money, MoneyContract, effects_of, money_of

Row: TypeAlias = tuple[Any, ...]
Place: TypeAlias = tuple[UUID, UUID]
"""A fact, by its fund and its id."""

NOT_READ = frozenset(
    {
        *("funds.role-assigned.v1", "funds.role-ended.v1", "funds.rate-recorded.v1"),
        *("funds.report-requested.v1", "funds.report-submitted.v1"),
        *("funds.report-returned.v1", "funds.report-accepted.v1"),
        *("funds.indicator-set.v1", "funds.indicator-measured.v1"),
        *("funds.recommendation-made.v1", "funds.recommendation-changed.v1"),
    }
)
"""What no question asked here is about."""

_MONEY = tuple(each.name for each in fields(Money))
_EFFECT = ("earmark", "fact", "day", "cash", "reserved")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "stream": ("id", "version", "kind", "document"),
    "commitment": (
        *("fund", "id", "donor", "amount", "currency"),
        *("usd_at_signing", "instalments", "earmark", "signed_on"),
    ),
    "money": ("fund", "version", "line", *_MONEY),
    "effect": ("fund", "version", *_EFFECT),
    "expenditure": (
        *("fund", "fact", "category", "amount", "grant_id", "project"),
        *("organisation", "start_on", "end_on", "certified", "reported_on"),
    ),
}
_REVERSING = {
    "commitment": "UPDATE commitment SET reversed_on = $3 WHERE (fund, id) = ($1, $2)",
    "expenditure": "UPDATE expenditure SET reversed_on = $3 WHERE (fund, fact) = ($1, $2)",
}


class FundsProjection:
    """Mechanisms, their money, calls, decisions, projects with their grants, activities with their results."""

    types = frozenset(name for name in CONTRACTS if name.startswith("funds.")) - NOT_READ

    async def seen(self, connection: Connection, streams: Sequence[UUID]) -> Mapping[UUID, int]:
        rows = await connection.fetch("SELECT id, version FROM stream WHERE id = ANY($1)", streams)
        return {row["id"]: row["version"] for row in rows}

    async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
        streams = sorted({received.envelope.subject for received in batch})
        writing = _Writing(await _documents(connection, streams))
        await writing.recall(connection, batch)
        for received in batch:
            writing.take(received.envelope, received.contract)
        await writing.write(connection)


async def _documents(connection: Connection, streams: Sequence[UUID]) -> dict[UUID, Document]:
    rows = await connection.fetch("SELECT id, kind, document FROM stream WHERE id = ANY($1)", streams)
    return {row["id"]: msgspec.json.decode(row["document"], type=KINDS[row["kind"]]) for row in rows}


@dataclass(slots=True)
class _Writing:
    """What a batch comes to: documents as they now are, rows that are new, facts that were reversed. `money` and
    `effects` are those of facts that may be reversed in it."""

    documents: dict[UUID, Document]
    versions: dict[UUID, int] = field(default_factory=dict)
    new: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    money: defaultdict[Place, list[Money]] = field(default_factory=lambda: defaultdict(list))
    effects: defaultdict[Place, list[Effect]] = field(default_factory=lambda: defaultdict(list))
    reversed: list[tuple[str, UUID, UUID, date]] = field(default_factory=list)

    async def recall(self, connection: Connection, batch: Sequence[Received]) -> None:
        """Facts of earlier batches that are reversed in this one."""
        places = [
            (received.envelope.subject, received.contract.id)
            for received in batch
            if isinstance(received.contract, published.FactReversed)
        ]
        if not places:
            return
        funds, facts = zip(*places, strict=True)
        wanted = "(fund, fact) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))"
        query = f"SELECT fund, {', '.join(_MONEY)} FROM money WHERE {wanted} ORDER BY line"  # noqa: S608  our own names
        for fund, *row in await connection.fetch(query, funds, facts):
            known = Money(*row)
            self.money[fund, row[0]].append(known)
        query = f"SELECT fund, {', '.join(_EFFECT)} FROM effect WHERE {wanted}"  # noqa: S608  our own names
        for fund, earmark, fact, *others in await connection.fetch(query, funds, facts):
            self.effects[fund, fact].append(Effect(tuple(earmark), fact, *others))

    def take(self, envelope: Envelope, contract: Contract) -> None:
        stream = envelope.subject
        self.documents[stream] = evolve(self.documents.get(stream), contract)
        self.versions[stream] = envelope.stream_version
        match contract:
            case published.CommitmentSigned():
                self.new["commitment"].append((stream, *_commitment(contract)))
            case published.ExpenditureReported():
                self.new["expenditure"] += _expenditure(stream, contract)
            case published.FactReversed():
                self._reverse(envelope, contract)
            case _ if isinstance(contract, get_args(MoneyContract)):
                self._post(envelope, list(money_of(contract)), effects_of(contract))

    def _reverse(self, envelope: Envelope, contract: published.FactReversed) -> None:
        place = (envelope.subject, contract.id)
        if contract.fact in _REVERSING:
            self.reversed.append((contract.fact, *place, contract.on))
            return
        if place not in self.money:
            raise ValueError(f"{contract.fact} {contract.id} is reversed and was never recorded")
        money = [each.reversed(contract.on) for each in self.money[place]]
        self._post(envelope, money, [each.reversed(contract.on) for each in self.effects[place]])

    def _post(self, envelope: Envelope, money: Sequence[Money], effects: Sequence[Effect]) -> None:
        key = (envelope.subject, envelope.stream_version)
        self.new["money"] += [(*key, line, *astuple(each)) for line, each in enumerate(money)]
        self.new["effect"] += [(*key, *astuple(each)) for each in effects]
        for each in money:
            if each.fact is not None:
                self.money[envelope.subject, each.fact].append(each)
        for effect in effects:
            if effect.fact is not None:
                self.effects[envelope.subject, effect.fact].append(effect)

    async def write(self, connection: Connection) -> None:
        await connection.execute("DELETE FROM stream WHERE id = ANY($1)", sorted(self.versions))
        self.new["stream"] = [
            (stream, version, KIND_OF[type(document)], _json(document))
            for stream, version in self.versions.items()
            for document in [self.documents[stream]]
        ]
        for table, records in self.new.items():
            await connection.copy_records_to_table(table, records=records, columns=_COLUMNS[table])
        for kind, *place, on in self.reversed:
            await connection.execute(_REVERSING[kind], *place, on)


def _commitment(contract: published.CommitmentSigned) -> Row:
    told = (contract.id, contract.donor, contract.amount, contract.currency, contract.usd_at_signing)
    return (*told, _json(contract.instalments), contract.earmark, contract.on)


def _expenditure(fund: UUID, contract: published.ExpenditureReported) -> list[Row]:
    """A row for each category; lines of the same one are added."""
    sums: dict[int, Any] = {}
    for line in contract.lines:
        sums[line.category] = sums.get(line.category, 0) + line.amount
    of = (contract.grant, contract.project, contract.organisation, contract.start, contract.end)
    when = (contract.certified, contract.on)
    return [(fund, contract.id, category, amount, *of, *when) for category, amount in sums.items()]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
