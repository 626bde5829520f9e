"""`make demo` with Kafka as the transport, on data that the feed had carried before, and will carry afterwards."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from demonstration import SERVES_WITHIN, Demo, free_home

from common.testing.eventually import eventually
from common.testing.kafka_jars import KafkaUnusable, require_java
from embedded.errors import CannotRun
from embedded.kafka import Carrier, carrier

pytestmark = [
    pytest.mark.slow,
    pytest.mark.kafka,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
async def carried(tmp_path: Path) -> AsyncIterator[Demo]:
    """Serves over Kafka what was loaded over the feed."""
    try:
        require_java()
    except KafkaUnusable as reason:
        pytest.skip(str(reason))
    home = free_home(tmp_path)
    code, said = Demo(home).run("demo", "--once")
    assert code == 0, said
    demo = Demo(home, "kafka")
    process = demo.command("demo")
    try:
        await eventually(lambda: _serves(demo, process.poll()), within=SERVES_WITHIN)
        yield demo
    finally:
        process.terminate()
        process.communicate(timeout=60)
        demo.run("reset")


async def _serves(demo: Demo, code: int | None) -> bool:
    assert code is None
    return demo.home.demo.exists()


async def test_kafka_carries_the_demo(carried: Demo) -> None:
    """One after the other, for each start takes its time."""
    document = carried.document
    assert document["kafka"] == {
        "bootstrap": f"127.0.0.1:{carried.home.port(92)}",
        "topics": ["funds.events", "incidents.events", "kpi.events"],
    }
    assert set(document["processes"]) == {
        *("incidents-api", "incidents-relay", "kpi-api", "kpi-relay", "kpi-worker"),
        *("funds-api", "funds-relay", "funds-worker"),
        *("reporting-api", "reporting-worker", "postgres", "kafka"),
    }
    assert "salwatch_tail_lag_events" in httpx.get(document["metrics"]["incidents-relay"]).text
    await _has(document, 5_000)
    for name in ("kafka", "incidents-relay", "reporting-worker"):
        await _killed_and_back(carried, name)
    await _visible(document)
    await _kpi_is_carried_too(document)
    await _funds_are_carried_too(document)
    await _published_again(carried)
    await _restored(carried)
    await _stopped_and_back_to_the_feed(carried)


async def _killed_and_back(demo: Demo, name: str) -> None:
    killed = demo.document["processes"][name]
    os.kill(killed, signal.SIGKILL)

    async def is_back() -> bool:
        assert demo.document["processes"].get(name, killed) != killed
        return True

    await eventually(is_back, within=60)


async def _published_again(demo: Demo) -> None:
    before = await _records(demo.document)
    code, said = demo.run("cli", "incidents", "republish", "--after", "5000")
    assert code == 0, said
    await _has(demo.document, before + 400)
    await _visible(demo.document)


async def _kpi_is_carried_too(document: Any) -> None:
    """reporting's one worker follows every publisher."""
    secretariat = {"Authorization": f"Bearer {document['tokens']['secretariat']}"}
    body = {"roadmap": "women-in-armed-forces", "period": "2019", "due": "2099-12-31"}
    async with httpx.AsyncClient(timeout=30) as client:
        url = document["services"]["kpi"]
        await client.post(f"{url}/v1/roadmaps", json={"code": "women-in-armed-forces"}, headers=secretariat)
        opened = await client.post(f"{url}/v1/rounds", json=body, headers=secretariat)
        assert opened.status_code == 201, opened.text
        waited = {"wait_for": opened.headers["SALWatch-Position"]}
        shown = await client.get(f"{document['services']['reporting']}/v1/aggregates/kpi", params=waited)
        assert shown.status_code == 200, shown.text


async def _funds_are_carried_too(document: Any) -> None:
    """An agent's posting is in the aggregates once its position is."""
    agent = {"Authorization": f"Bearer {document['tokens']['agent']}"}
    body = {"kind": "bank_charges", "amount": "1.00"}
    async with httpx.AsyncClient(timeout=30) as client:
        posted = await client.post(f"{document['services']['funds']}/v1/funds/SLW00/entries", json=body, headers=agent)
        assert posted.status_code == 201, posted.text
        asked = {"measure": "available", "mechanism": "SLW00", "wait_for": posted.headers["SALWatch-Position"]}
        shown = await client.get(f"{document['services']['reporting']}/v1/aggregates/funds", params=asked)
        assert shown.status_code == 200, shown.text
        held = await client.get(f"{document['services']['funds']}/v1/funds/SLW00", headers=agent)
        assert shown.json()["total"] == held.json()["position"]["available"]


async def _restored(demo: Demo) -> None:
    """The log is another one: the relay goes on in a topic of its own, the worker rebuilds."""
    code, said = demo.run("cli", "incidents", "restored")
    assert code == 0, said

    async def told() -> bool:
        topics = ["funds.events", "incidents.events", "incidents.events.g2", "kpi.events"]
        assert demo.document["kafka"]["topics"] == topics
        return True

    await eventually(told, within=60)
    await _visible(demo.document)


async def _stopped_and_back_to_the_feed(demo: Demo) -> None:
    processes = [psutil.Process(pid) for pid in demo.document["processes"].values()]
    assert demo.home.lock.exists()
    os.kill(int(demo.home.lock.read_text()), signal.SIGTERM)
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert not alive
    code, said = Demo(demo.home).run("demo", "--once")
    assert code == 0, said
    assert "2020 firearms-related incidents: 2,881" in said


async def _has(document: dict[str, Any], records: int) -> None:
    async def there() -> bool:
        return await _records(document) >= records

    await eventually(there, within=60)


async def _records(document: dict[str, Any]) -> int:
    """How many the topics hold, marks included."""
    kafka = document["kafka"]
    async with AIOKafkaConsumer(bootstrap_servers=kafka["bootstrap"]) as consumer:
        partitions = [TopicPartition(topic, number) for topic in kafka["topics"] for number in range(12)]
        return sum((await consumer.end_offsets(partitions)).values())


async def _visible(document: dict[str, Any]) -> None:
    """What is written now is read in the aggregates."""
    async with httpx.AsyncClient(timeout=30) as client:
        for key in document["api_keys"].values():
            written = await client.put(
                f"{document['services']['incidents']}/v1/coverage/RS",
                json={"complete_through": "2021-01-31"},
                headers={"Authorization": f"ApiKey {key}"},
            )
            if written.is_success:
                break

        async def read() -> bool:
            asked = {"wait_for": written.headers["SALWatch-Position"], "from": "2020-01-01", "to": "2020-12-31"}
            answer = await client.get(f"{document['services']['reporting']}/v1/aggregates/incidents", params=asked)
            return answer.is_success and answer.json()["total"] > 0

        await eventually(read, within=90)


def test_the_cluster_that_is_named_is_used(tmp_path: Path) -> None:
    given = {"SALWATCH_TRANSPORT": "kafka", "SALWATCH_KAFKA": "broker:9092"}
    home = free_home(tmp_path)
    assert carrier(home, given) == Carrier("broker:9092")
    assert carrier(home, {"SALWATCH_KAFKA": "broker:9092"}) is None
    with pytest.raises(CannotRun, match="SALWATCH_TRANSPORT is 'pigeon'; it is feed or kafka"):
        carrier(home, {"SALWATCH_TRANSPORT": "pigeon"})
