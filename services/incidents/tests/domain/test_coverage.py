from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from common.testing.deciders import given
from incidents.domain.commands import DeclareCoverage
from incidents.domain.coverage import CoverageDecider, decider
from incidents.domain.errors import InvalidCoverage
from incidents.domain.events import CoverageDeclared
from incidents.domain.vocabulary import Vocabulary

NOW = datetime(2020, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def coverage(vocabulary: Vocabulary) -> CoverageDecider:
    return decider(vocabulary)


def declare(day: date, jurisdiction: str = "RS") -> DeclareCoverage:
    return DeclareCoverage("RS_MUP", jurisdiction, day, NOW)


def test_coverage_is_declared_and_may_be_taken_back(coverage: CoverageDecider) -> None:
    first = given(coverage).when(declare(date(2020, 5, 31)))
    first.then(CoverageDeclared("RS_MUP", "RS", date(2020, 5, 31)))
    first.and_when(declare(date(2020, 5, 31))).then()
    first.and_when(declare(date(2020, 4, 30))).then(CoverageDeclared("RS_MUP", "RS", date(2020, 4, 30)))


@pytest.mark.parametrize(
    ("command", "code", "pointer"),
    [
        (declare(date(2020, 6, 2)), "date_in_future", "/complete_through"),
        (declare(date(220, 6, 2)), "date_too_early", "/complete_through"),
        (declare(date(2020, 5, 31), "YU"), "unknown_jurisdiction", ""),
    ],
)
def test_what_cannot_be_declared_is_refused(
    coverage: CoverageDecider, command: DeclareCoverage, code: str, pointer: str
) -> None:
    given(coverage).when(command).refused(InvalidCoverage, code, pointer=pointer)
