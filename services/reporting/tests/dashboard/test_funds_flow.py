"""The flow's geometry and its picture: heights are amounts, and nothing from the data becomes markup."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.dashboard.funds.flow_picture import Flow, Label, drawn
from reporting.dashboard.funds.streams import GAP, LEAST, Stream, course

COLUMNS = [["DE", "GB"], ["fund"], ["UNDP", "rest"]]
STREAMS = [
    Stream("DE", "fund", 60.0),
    Stream("GB", "fund", 40.0),
    Stream("fund", "UNDP", 70.0),
    Stream("fund", "rest", 30.0),
]
HOSTILE = "<script>alert(1)</script>\"'&"


def test_heights_are_amounts_on_one_scale():
    nodes = course(COLUMNS, STREAMS, 200).nodes
    scale = (200 - GAP) / 100
    heights = {name: round(node.height / scale, 6) for name, node in nodes.items()}
    assert heights == {"DE": 60, "GB": 40, "fund": 100, "UNDP": 70, "rest": 30}
    assert nodes["fund"].top == pytest.approx(GAP / 2)  # in the middle of its column


def test_streams_fill_their_nodes_without_gap_or_overlap():
    placed = course(COLUMNS, STREAMS, 200)
    fund = placed.nodes["fund"]
    arriving = sorted((band.end, band.end + band.height) for band in placed.bands if band.stream.target == "fund")
    assert arriving[0][0] == pytest.approx(fund.top)
    assert arriving[0][1] == pytest.approx(arriving[1][0])
    assert arriving[1][1] == pytest.approx(fund.top + fund.height)


def test_streams_leave_in_the_order_of_what_they_lead_to():
    placed = course(COLUMNS, [*STREAMS[:2], *reversed(STREAMS[2:])], 200)
    leaving = {band.stream.target: band.start for band in placed.bands if band.stream.source == "fund"}
    assert leaving["UNDP"] < leaving["rest"]


def test_what_hardly_flows_can_be_seen_and_what_does_not_is_left_out():
    placed = course([["DE", "GB"], ["fund"]], [Stream("DE", "fund", 1e9), Stream("GB", "fund", 1.0)], 100)
    assert placed.nodes["GB"].height == LEAST
    assert "GB" not in course([["DE", "GB"], ["fund"]], [STREAMS[0], Stream("GB", "fund", 0)], 100).nodes


def test_nothing_at_all_has_no_nodes():
    assert course([[], []], [], 100).nodes == {}


@given(
    st.lists(st.floats(1, 1e9), min_size=1, max_size=6),
    st.lists(st.floats(1, 1e9), min_size=1, max_size=6),
)
def test_nodes_of_a_column_never_overlap_and_stay_within_the_height(donated, granted):
    columns = [[f"d{n}" for n in range(len(donated))], ["fund"], [f"o{n}" for n in range(len(granted))]]
    streams = [Stream(f"d{n}", "fund", amount) for n, amount in enumerate(donated)]
    streams += [Stream("fund", f"o{n}", amount) for n, amount in enumerate(granted)]
    placed = course(columns, streams, 300)
    for column in columns:
        nodes = [placed.nodes[name] for name in column]
        for above, below in pairwise(nodes):
            assert above.top + above.height + GAP <= below.top + 1e-6
        assert nodes[0].top >= -1e-6
        assert nodes[-1].top + nodes[-1].height <= placed.height + 1e-6


def test_the_picture_is_one_image_with_a_path_for_each_stream():
    labels = {name: Label(name, name[:2], "1.00 M", aside=name == "rest") for column in COLUMNS for name in column}
    for wide in (True, False):
        svg = str(drawn(Flow(COLUMNS, STREAMS, labels), 1_100 if wide else 302, "Flow", wide=wide))
        root = ElementTree.fromstring(svg)  # noqa: S314 - our own picture
        space = "{http://www.w3.org/2000/svg}"
        assert root.get("aria-label") == "Flow"
        assert len(list(root.iter(f"{space}path"))) == len(STREAMS)
        assert len(list(root.iter(f"{space}rect"))) == len(list(root.iter(f"{space}text"))) == 5
        assert ("1.00 M" in svg) == wide
        assert " style=" not in svg
        assert svg.count("role=") == 1


def test_nothing_from_the_data_becomes_markup():
    label = Label(HOSTILE, HOSTILE, HOSTILE)
    flow = Flow([["a"], ["b"]], [Stream("a", "b", 1.0)], {"a": label, "b": label})
    svg = str(drawn(flow, 302, HOSTILE, wide=True))
    assert "<script" not in svg
    assert ElementTree.fromstring(svg).get("aria-label") == HOSTILE  # noqa: S314 - our own picture
