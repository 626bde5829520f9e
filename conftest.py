"""The workspace's own pytest hook: the test report says what a test needs beside Python, see `.ci/run`."""

from __future__ import annotations

import pytest

NEEDS = ("browser", "kafka")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.user_properties.extend((need, True) for need in NEEDS if item.get_closest_marker(need))
