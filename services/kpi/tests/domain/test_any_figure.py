"""Whatever is recorded under any shipped roadmap: what recording lets in, everything behind it understands."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kpi_small import BA, DAY, DEFINITIONS

from common.kernel.errors import DomainError
from common.reference.pack import load_pack, shipped_packs
from common.reference.roadmaps import load_roadmaps
from kpi.domain import commands as c
from kpi.domain import report
from kpi.domain import roadmap as domain
from kpi.domain.derived import evaluate
from kpi.domain.evolving import evolve
from kpi.domain.lookups import Definitions
from kpi.domain.state import State
from kpi.domain.triangulation import compare
from kpi.domain.validation import about, validate
from kpi.domain.values import Cell, Document, Figure, Input, ItemStatus

SHIPPED = [
    Definitions(msgspec.convert(roadmap.plain(), domain.Roadmap))
    for name in shipped_packs()
    for roadmap in load_roadmaps(load_pack(name))
]
EVERY = [DEFINITIONS, *SHIPPED]

values = st.one_of(
    st.integers(0, 20).map(Decimal),
    st.decimals(-1, 10**15, allow_nan=False, places=3),
    st.sampled_from([Decimal("1E+14"), Decimal("-0"), Decimal("0.0001"), Decimal(999999999999999)]),
)


@st.composite
def cells(draw: st.DrawFn, definitions: Definitions, part: domain.Part) -> tuple[Cell, ...]:
    def one() -> Cell:
        named = [name for name in sorted(part.dimensions) if draw(st.booleans())]
        return Cell(tuple((name, draw(st.sampled_from(definitions.codes(name)))) for name in named), draw(values))

    return tuple({cell.dimensions: cell for cell in (one() for _ in range(draw(st.integers(1, 5))))}.values())


@st.composite
def figures(draw: st.DrawFn, definitions: Definitions, part: domain.Part) -> Figure:
    if draw(st.integers(0, 3)) == 0:
        return Figure(draw(st.sampled_from(["not_reported", "not_applicable", "not_available_yet"])))
    quality = draw(st.sampled_from(["final", "estimated", "provisional"]))
    if part.numeric:
        return Figure("reported", quality, draw(cells(definitions, part)))
    statuses = st.builds(
        ItemStatus,
        st.sampled_from([item.code for item in part.items] or ["x"]),
        st.sampled_from([status.code for status in part.statuses] or ["x"]),
    )
    return Figure(
        "reported",
        quality,
        statuses=draw(st.lists(statuses, max_size=3).map(tuple)),
        documents=draw(st.sampled_from([(), (Document("Strategy", "https://example.org"),)])),
    )


def _told(definitions: Definitions, data: st.DataObject) -> State:
    """A report in which whatever recording lets in has been recorded."""
    jurisdiction = definitions.roadmap.members[0].jurisdiction
    decider = report.decider(definitions)
    state: State = evolve(None, replace(BA, jurisdiction=jurisdiction))
    for part in definitions.collects("jurisdiction", jurisdiction):
        commands: list[Any] = [
            c.RecordFigure(jurisdiction, part.number, data.draw(figures(definitions, part)), state.version, DAY)
        ]
        if part.numeric and data.draw(st.booleans()):
            given_ = Input(data.draw(cells(definitions, part)))
            commands.append(c.RecordInput(part.number, "police", given_, state.version, DAY))
        for command in commands:
            try:
                state = decider.fold(decider.decide(command, state).events, state) or state
            except DomainError:
                continue
    return state


@pytest.mark.parametrize("definitions", EVERY, ids=lambda known: f"{known.roadmap.code}-{known.roadmap.version}")
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_recorded_is_understood(definitions: Definitions, data: st.DataObject) -> None:
    state = _told(definitions, data)
    assert state.jurisdiction is not None
    content = state.content(state.jurisdiction)
    before = {number: value for number, value in evaluate(definitions, content).items() if value is not None}
    history = c.History(
        tuple((f"{2010 + n}-S2", {k: v * n for k, v in before.items()}) for n in range(data.draw(st.integers(0, 5)))),
        {(part, ()): value + 9 for part, value in before.items()},
    )
    found = validate(definitions, state, history)
    assert len({finding.id for finding in found}) == len(found)
    for finding in found:
        assert len(about(definitions, state, finding, content)) == 64
        assert len(finding.id) <= 300
    for comparison in compare(definitions, content, history):
        if comparison.discrepant:
            assert comparison.official is not None
            assert comparison.feed is not None
            assert comparison.official < comparison.feed


@pytest.mark.parametrize("definitions", EVERY, ids=lambda known: f"{known.roadmap.code}-{known.roadmap.version}")
def test_a_report_that_says_of_everything_that_nothing_is_reported_has_no_error(definitions: Definitions) -> None:
    jurisdiction = definitions.roadmap.members[0].jurisdiction
    decider = report.decider(definitions)
    state: State = evolve(None, replace(BA, jurisdiction=jurisdiction))
    for part in definitions.collects("jurisdiction", jurisdiction):
        command = c.RecordFigure(jurisdiction, part.number, Figure("not_reported"), state.version, DAY)
        state = decider.fold(decider.decide(command, state).events, state) or state
    assert state.figures
    assert [finding.id for finding in validate(definitions, state, c.History()) if finding.severity == "error"] == []
