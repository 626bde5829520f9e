"""A dozen kills of every process, as CI does it; `make soak` does hundreds."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from soak import soak

from common.testing.kafka_jars import KafkaUnusable, require_java

pytestmark = [
    pytest.mark.faults,
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

KILLS = 12
SEED = int(os.environ.get("SALWATCH_FAULTS_SEED") or random.randrange(1_000_000))


async def test_nothing_acknowledged_is_lost_or_doubled_or_overtaken(new_folder: Callable[[], Path]) -> None:
    try:
        require_java()
    except KafkaUnusable as reason:
        pytest.skip(str(reason))
    result, findings = await soak(new_folder(), SEED, KILLS)
    assert not findings.wrong, (SEED, findings)
    assert result["acknowledged"] > 100, "it was not idle"
