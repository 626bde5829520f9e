"""CSV: columns, rows and their errors; what is exported reads back as the same."""

from __future__ import annotations

import contextlib
import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.application.csv_columns import Column, column, column_of, columns, from_row, names_for_people, to_row
from incidents.application.csv_lines import BadHeader, CsvReader
from incidents.application.lines import Line, Unreadable

HEADER = "external_id,occurred_on,jurisdiction,category"
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
CODE = st.sampled_from(["a", "b_2", "true", "34"])
INCIDENT = st.fixed_dictionaries(
    {"external_id": TEXT, "occurred_on": st.just("2020-03-14"), "jurisdiction": CODE, "category": CODE},
    optional={
        "place": st.fixed_dictionaries(
            {"name": TEXT}, optional={"admin": st.lists(TEXT, min_size=1), "latitude": st.floats(-90, 90)}
        ),
        "tags": st.lists(CODE, min_size=1, max_size=3),
        "weapons": st.lists(
            st.fixed_dictionaries({"type": CODE, "count": st.integers(0, 9), "stolen": st.booleans()}),
            min_size=1,
            max_size=3,
        ),
        "persons": st.lists(st.fixed_dictionaries({"role": CODE}, optional={"age": st.integers(0, 99)}), min_size=1),
        "casualties": st.just({"killed": {"low": 0, "best": 1, "high": 2}}),
        "seizure": st.fixed_dictionaries(
            {"items": st.lists(st.fixed_dictionaries({"kind": CODE, "quantity": st.just("2.5")}), min_size=1)}
        ),
        "sources": st.lists(st.fixed_dictionaries({"kind": CODE, "url": TEXT}), min_size=1, max_size=2),
        "narrative": TEXT,
    },
)


def read(body: bytes, piece: int = 65_536) -> list[Line]:
    reader = CsvReader()
    lines: list[Line] = []
    for at in range(0, len(body), piece):
        lines += reader.feed(body[at : at + piece])
    return [*lines, *reader.close()]


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def layout_for(documents: list[dict[str, Any]]) -> list[Column]:
    def longest(*path: str) -> int:
        found = 0
        for document in documents:
            value: Any = document
            for step in path:
                value = value.get(step, {})
            found = max(found, len(value))
        return found

    return columns(
        weapons=longest("weapons"),
        persons=longest("persons"),
        items=longest("seizure", "items"),
        sources=longest("sources"),
    )


@given(st.lists(INCIDENT, min_size=1, max_size=4), st.integers(1, 40), st.booleans())
def test_what_is_exported_reads_back_as_the_same(documents: list[dict[str, Any]], piece: int, marked: bool) -> None:
    layout = layout_for(documents)
    body = written([[each.name for each in layout], *(to_row(document, layout) for document in documents)])
    assert [line.value for line in read(b"\xef\xbb\xbf" * marked + body, piece)] == documents


def test_a_row_is_read_into_the_shape_of_a_json_line() -> None:
    names = ["place_admin", "person_2_age", "weapon_1_converted", "item_1_quantity", "casualties_killed_best", "tags"]
    layout = [each for each in map(column, names) if each]
    assert from_row(layout, ["A\\|B|C\\\\", " 34", "TRUE", "2.500", "x", "b|a"]) == {
        "place": {"admin": ["A|B", "C\\"]},
        "persons": [{"age": 34}],
        "weapons": [{"converted": True}],
        "seizure": {"items": [{"quantity": "2.500"}]},
        "casualties": {"killed": {"best": "x"}},
        "tags": ["b", "a"],
    }


def test_pointers_lead_back_to_columns_though_groups_close_up() -> None:
    layout = [each for each in map(column, ["external_id", "person_1_role", "person_3_role", "person_3_age"]) if each]
    cells = ["x", "", "victim", "x"]
    assert column_of(layout, cells, "/persons/0/age") == "person_3_age"
    assert column_of(layout, cells, "/persons") == "person_1_role"
    assert column_of(layout, cells, "/persons/0/sex") is None
    assert column_of(layout, cells, "/external_id") == "external_id"
    assert column_of(layout, cells, "") is None


@pytest.mark.parametrize(
    ("header", "code", "name"),
    [
        (f"{HEADER},weapon_1_typ", "unknown_column", "weapon_1_typ"),
        (f"{HEADER},weapon_0_type", "unknown_column", "weapon_0_type"),
        (f"{HEADER},person_501_age", "unknown_column", "person_501_age"),
        (f"{HEADER},tags,tags", "duplicate_column", "tags"),
        ("occurred_on,jurisdiction,category", "missing_column", "external_id"),
    ],
)
def test_a_bad_header_names_the_column_and_those_that_exist(header: str, code: str, name: str) -> None:
    with pytest.raises(BadHeader, match="person_\\{n\\}_age_group") as refused:
        read(f"{header}\r\n1,2,3,4,5\r\n".encode())
    assert [violation.code for violation in refused.value.violations] == [code]
    assert refused.value.columns == (name,)


def test_a_ragged_row_is_one_rejected_line_and_an_empty_one_is_none() -> None:
    lines = read(f"{HEADER}\n1,2,3\n\n,,,\n1,2,3,4,5\n1,2,3,4\n".encode())
    assert [line.violation.code if line.violation else "read" for line in lines] == ["ragged_row", "ragged_row", "read"]


def test_quoted_cells_hold_line_breaks_quotes_and_commas() -> None:
    for piece in (1, 7, 1_000):
        lines = read(f'{HEADER},narrative\r\n1,2,3,4,"a\r\nb ""c"", d\n\n"\r\n5,6,7,8,'.encode(), piece)
        assert [line.value.get("narrative") for line in lines] == ['a\r\nb "c", d\n\n', None]


@pytest.mark.parametrize("row", [b'"x"y,2,3,4', b'"open,2,3,4', b"\xff,2,3,4", b"a\rb,2,3,4"])
def test_what_cannot_be_read_any_further_is_told_after_what_could(row: bytes) -> None:
    for piece in (1, 1_000):
        reader = CsvReader()
        body = f"{HEADER}\n1,2,3,4\n".encode() + row
        seen = []
        with pytest.raises(Unreadable):  # noqa: PT012  what came before counts
            for at in range(0, len(body), piece):
                for line in reader.feed(body[at : at + piece]):
                    seen.append(line.value["external_id"])  # noqa: PERF401
            for line in reader.close():
                seen.append(line.value["external_id"])  # noqa: PERF401
        assert seen == ["1"]


@given(st.binary(max_size=80) | st.text('",\n\r\\a|é\0').map(lambda rows: f"{HEADER}\n{rows}".encode()))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(Unreadable, BadHeader):
        read(body, 9)


def test_every_column_that_people_are_told_of_exists() -> None:
    assert all(column(name.replace("{n}", "1")) for name in names_for_people())
