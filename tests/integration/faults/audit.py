"""Whether what was acknowledged is where it must be: in the log and the read model once, in Kafka at least once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import httpx
from city import City
from confluent_kafka import Consumer, TopicPartition
from reporters import Ledger

from common.testing.eventually import eventually

CAUGHT_UP_WITHIN = 180.0  # seconds
PERIOD = {"from": "2023-01-01", "to": "2023-12-31"}

Versions: TypeAlias = Mapping[UUID, Sequence[int]]
"""By stream, its versions in the order in which they lie there."""


@dataclass
class Findings:
    """How many incidents are wrong in one way or another, and what else is."""

    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        return bool(self.lost or self.doubled or self.out_of_order or self.complaints)


async def audit(city: City, ledger: Ledger, *, generations: int = 0) -> Findings:
    """Waits until everything has caught up, then looks everywhere; in that many of the newest generations of the
    topic, 0: in all."""
    findings = Findings(complaints=list(ledger.surprises))
    log_id, head = await _caught_up(city)
    _compare_log(findings, ledger, await _log(city))
    if kafka := city.servers.kafka:
        topics = [topic for topic in kafka["topics"] if topic.startswith("incidents.")][-generations:]
        _compare_kafka(findings, ledger, await asyncio.to_thread(published, kafka["bootstrap"], topics))
    await _compare_aggregates(findings, ledger, city, f"incidents:{log_id}:{head}")
    for service in ("incidents", "reporting"):
        code, said = await city.command(service, "verify")
        if code != 0:
            findings.complaints.append(f"{service} verify: {said}")
    return findings


async def _caught_up(city: City) -> tuple[UUID, int]:
    """The log's id and head, once the relay has published it and the read model shows it."""
    connection = await asyncpg.connect(city.database("incidents"))
    try:
        log_id, head = await connection.fetchrow("SELECT log_id, head FROM event_log")

        async def relayed() -> bool:
            assert await connection.fetchval("SELECT position FROM relay WHERE log_id = $1", log_id) == head
            return True

        if city.servers.kafka:
            await eventually(relayed, within=CAUGHT_UP_WITHIN)
    finally:
        await connection.close()

    async def shown() -> bool:
        async with httpx.AsyncClient(base_url=city.reporting, timeout=30) as client:
            params = {"wait_for": f"incidents:{log_id}:{head}"}
            answer = await client.get("/v1/aggregates/incidents", params=params)
        assert answer.status_code == httpx.codes.OK, answer.text
        return True

    await eventually(shown, within=CAUGHT_UP_WITHIN)
    return log_id, head


async def _log(city: City) -> Versions:
    connection = await asyncpg.connect(city.database("incidents"))
    try:
        rows = await connection.fetch(
            "SELECT e.stream_id, e.version FROM event e JOIN stream s USING (stream_id) WHERE s.kind = 'incident'"
            " ORDER BY e.position"
        )
        assert await connection.fetchval("SELECT count(*) = max(position) FROM event"), "positions have gaps"
    finally:
        await connection.close()
    return _by_stream((row["stream_id"], row["version"]) for row in rows)


def published(bootstrap: str, topics: Sequence[str]) -> Versions:
    """What a plain consumer of another make reads in them, one after the other, from the first record to the end."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "audit", "enable.auto.commit": False})
    try:
        return _by_stream(each for topic in topics for each in _read(consumer, topic))
    finally:
        consumer.close()


def _read(consumer: Consumer, topic: str) -> Iterable[tuple[UUID, int]]:
    partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
    left = {}
    for number in partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=30)
        assert low == 0, "nothing has expired"
        if high:
            left[number] = high
    consumer.assign([TopicPartition(topic, number, 0) for number in left])
    while left:
        for message in consumer.consume(1000, timeout=1):
            assert message.error() is None
            if message.offset() + 1 >= left.get(message.partition(), 0):
                left.pop(message.partition(), None)
            headers = dict(message.headers() or ())
            if message.key() and headers["ce_type"].startswith(b"incidents.incident"):
                yield UUID(message.key().decode()), int(headers["ce_streamversion"])


def _by_stream(found: Iterable[tuple[UUID, int]]) -> Versions:
    versions: defaultdict[UUID, list[int]] = defaultdict(list)
    for stream, version in found:
        versions[stream].append(version)
    return versions


def _compare_log(findings: Findings, ledger: Ledger, recorded: Versions) -> None:
    acknowledged = {known.id: known.version for known in ledger.incidents.values()}
    for stream, versions in recorded.items():
        findings.out_of_order += versions != sorted(versions)
        findings.doubled += len(versions) > acknowledged.get(stream, 0)
    findings.lost += sum(len(recorded.get(stream, ())) < version for stream, version in acknowledged.items())


def _compare_kafka(findings: Findings, ledger: Ledger, published: Versions) -> None:
    for versions in published.values():
        first = list(dict.fromkeys(versions))  # delivered again, an event counts where it came first
        findings.out_of_order += first != sorted(first)
    for known in ledger.incidents.values():
        findings.lost += not set(range(1, known.version + 1)).issubset(published.get(known.id, ()))


async def _compare_aggregates(findings: Findings, ledger: Ledger, city: City, position: str) -> None:
    async with httpx.AsyncClient(base_url=city.reporting, timeout=30) as client:

        async def asked(**params: str) -> Any:
            given = {**PERIOD, "wait_for": position, **params}
            return (await client.get("/v1/aggregates/incidents", params=given)).raise_for_status().json()

        counted = await asked(by="category")
        killed = await asked(measure="killed")
    expected = ledger.by_category()
    shown = {row["key"]["category"]: row["value"] for row in counted["rows"]}
    findings.lost += max(0, expected.total() - counted["total"])
    findings.doubled += max(0, counted["total"] - expected.total())
    if (shown, killed["total"]) != (dict(expected), ledger.killed()):
        findings.complaints.append(f"{shown}, {killed['total']} killed; not {dict(expected)}, {ledger.killed()} killed")
