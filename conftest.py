"""The workspace's own pytest hook: the test report says which tests need the browser, see `.ci/run`."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser"):
            item.user_properties.append(("browser", True))
