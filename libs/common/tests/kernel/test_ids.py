from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from common.kernel.ids import derived_id, new_id

parts = st.lists(st.text(max_size=5), max_size=4)


def test_new_ids_are_uuid_version_7_and_grow_with_time() -> None:
    ids = [new_id() for _ in range(1_000)]
    assert len(set(ids)) == 1_000
    assert {(i.version, i.variant) for i in ids} == {(7, "specified in RFC 4122")}
    milliseconds = [i.int >> 80 for i in ids]
    assert milliseconds == sorted(milliseconds)


@given(parts, parts)
def test_derived_ids_are_equal_for_equal_parts_only(one: list[str], other: list[str]) -> None:
    assert derived_id("incident", *one) == derived_id("incident", *one)
    assume(one != other)
    assert derived_id("incident", *one) != derived_id("incident", *other)


def test_kinds_are_worlds_apart() -> None:
    assert derived_id("incident", "a") != derived_id("coverage", "a")
