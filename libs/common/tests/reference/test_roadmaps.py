"""Every shipped roadmap holds what is known of it; a malformed one is refused with file, line and reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from common.kernel.expressions import parse
from common.reference.pack import BrokenPack, Pack, load_pack, shipped_packs
from common.reference.roadmap_model import Kpi, Objective, Part, Roadmap
from common.reference.roadmaps import load_roadmaps

SIX = ["AL", "BA", "XK", "ME", "MK", "RS"]


@pytest.fixture(scope="module")
def shipped() -> dict[str, Roadmap]:
    return {roadmap.code: roadmap for name in shipped_packs() for roadmap in load_roadmaps(load_pack(name))}


def parts(roadmap: Roadmap) -> dict[str, Part]:
    return {part.number: part for kpi in roadmap.kpis for part in kpi.parts}


def kpis(roadmap: Roadmap) -> dict[str, Kpi]:
    return {kpi.number: kpi for kpi in roadmap.kpis}


def objectives(goals: tuple[Objective, ...]) -> Iterator[Objective]:
    for goal in goals:
        yield goal
        yield from objectives(goal.targets)


def test_four_frameworks_are_shipped(shipped: dict[str, Roadmap]) -> None:
    assert set(shipped) == {"wb-salw", "arms-exports", "women-in-armed-forces", "caribbean-firearms"}


def test_the_roadmap_of_the_six_is_what_is_known_of_it(shipped: dict[str, Roadmap]) -> None:
    roadmap = shipped["wb-salw"]
    assert [goal.number for goal in roadmap.goals] == list("1234567")
    assert list(kpis(roadmap)) == [str(number) for number in range(1, 15)]
    assert [(m.jurisdiction, m.start, m.end) for m in roadmap.members] == [(c, date(2018, 7, 10), None) for c in SIX]
    assert [kpi.number for kpi in roadmap.kpis if kpi.collector != "commission"] == ["5", "14"]
    assert any(len(kpi.goals) > 1 for kpi in roadmap.kpis)
    assert [(e.number, e.narrative, e.values) for e in roadmap.schedule.exceptions] == [
        (1, "2018", "2018"),
        (13, "2024-S2", "2024"),
    ]


def test_figures_of_different_units_are_different_series(shipped: dict[str, Roadmap]) -> None:
    series = parts(shipped["wb-salw"])
    assert [(number, series[number].unit) for number in ("6.3", "6.4", "12.3", "12.4")] == [
        ("6.3", "piece"),
        ("6.4", "kilogram"),
        ("12.3", "piece"),
        ("12.4", "tonne"),
    ]


def test_the_caribbean_has_nested_targets_two_custodians_and_national_indicators(shipped: dict[str, Roadmap]) -> None:
    roadmap = shipped["caribbean-firearms"]
    assert (len(roadmap.goals), len(roadmap.members), len(roadmap.custodians)) == (4, 16, 2)
    assert roadmap.schedule.grain == "year"
    assert "1.3.3" in [objective.number for objective in objectives(roadmap.goals)]
    assert {kpi.level for kpi in roadmap.kpis} == {"regional", "national"}
    assert kpis(roadmap)["N1"].members == ("BB", "JM", "TT")


def test_only_wording_that_was_published_is_called_official(shipped: dict[str, Roadmap]) -> None:
    official = {
        (roadmap.code, objective.number)
        for roadmap in shipped.values()
        for objective in objectives(roadmap.goals)
        if objective.wording_status == "official"
    }
    assert official == {("caribbean-firearms", number) for number in "1234"}
    for roadmap in shipped.values():
        assert [kpi.number for kpi in roadmap.kpis if kpi.wording or kpi.wording_status == "official"] == []
        assert roadmap.wording_note


def test_licences_and_exports_are_told_apart_by_destination_and_category(shipped: dict[str, Roadmap]) -> None:
    roadmap = shipped["arms-exports"]
    series = parts(roadmap)
    assert [member.jurisdiction for member in roadmap.members] == ["AL", "BA", "ME", "MK", "RS"]
    assert [(series[n].unit, series[n].dimensions) for n in "123"] == [
        (None, ("destination", "ml_category")),
        ("EUR", ("destination", "ml_category")),
        ("EUR", ("destination", "ml_category")),
    ]
    codes = {entry.code: [code.code for code in entry.codes] for entry in roadmap.code_lists}
    assert codes["ml_category"] == [f"ML{number}" for number in range(1, 23)]
    assert "NO" in codes["destination"]


def test_the_share_of_women_is_derived_from_positions(shipped: dict[str, Roadmap]) -> None:
    values = {"{1:sex=female}": Decimal(45), "{1}": Decimal(300)}
    formula = parts(shipped["women-in-armed-forces"])["2.1"].formula
    assert formula is not None
    assert parse(formula).evaluate(lambda reference: values[str(reference)]) == 15


def test_plain_builtins_have_the_names_of_fields_and_texts_for_numbers(shipped: dict[str, Roadmap]) -> None:
    plain = shipped["wb-salw"].plain()
    assert plain["members"][0] == {"jurisdiction": "AL", "start": "2018-07-10", "end": None}
    assert plain["kpis"][5]["parts"][0]["comparable"]["tolerance_percent"] == "10"
    assert plain["bands"][0] == {"code": "reached", "label": "Target reached", "from_percent": "100"}


ROADMAP = """\
code: mine
version: "1"
title: Mine
custodians: [{code: us, name: Us}]
members:
  - {jurisdiction: AL, from: 2020-01-01}
  - {jurisdiction: BA}
schedule:
  grain: half
  first_number: 1
  first_period: 2020-S1
  exceptions: [{number: 2, narrative: 2020-S2, values: "2020"}]
goals:
  - number: "1"
    title: One
    targets: [{number: "1.1", title: One one}]
code_lists:
  - code: setting
    label: Setting
    codes: [{code: inland, label: Inland}, {code: border, label: Border}]
kpis:
  - number: "1"
    name: Seizures
    goals: ["1"]
    parts:
      - number: "1.1"
        name: Seized
        kind: quantity
        unit: piece
        dimensions: [setting]
        baseline: 2020-S1
        comparable: {kinds: [handgun], unit: piece, tolerance_percent: 10, by_setting: true}
      - {number: "1.2", name: Traced, kind: number}
      - number: "1.3"
        name: Share
        kind: percent
        direction: higher
        baseline: 2020-S1
        formula: "100 * {1.2} / {1.1}"
        targets: [{period: 2021-S2, value: 50}, {period: 2022-S2, value: 90}]
      - {number: "1.4", name: Change, kind: percent, formula: "100 * {1.1} / {1.1@baseline}"}
  - number: "2"
    name: Laws
    goals: ["1", "1.1"]
    level: national
    members: [AL]
    parts:
      - number: "2"
        name: Laws
        kind: statuses
        items: [{code: law, label: Law}]
        statuses: [{code: none, label: None}, {code: adopted, label: Adopted}]
  - {number: "3", name: Asked, goals: ["1"], collector: survey, parts: [{number: "3", name: Asked, kind: percent}]}
rules:
  - {id: t, left: "{1.2}", operator: "<=", right: "{1.1:setting=inland}", severity: error, missing: never, message: M}
bands:
  - {code: far, label: Far, from_percent: 50}
  - {code: near, label: Near, from_percent: 0}
mappings:
  - version: "0"
    parts: {"9": "1.1"}
"""


@pytest.fixture(scope="module")
def western_balkans() -> Pack:
    return load_pack("western-balkans")


@pytest.fixture
def pack(western_balkans: Pack, tmp_path: Path) -> Pack:
    """The shipped one without its roadmaps."""
    (tmp_path / "roadmaps").mkdir()
    return replace(western_balkans, folder=tmp_path)


def write(pack: Pack, text: str, name: str = "mine.yaml") -> Path:
    file = pack.folder / "roadmaps" / name
    file.write_text(text, encoding="utf-8")
    return file


def refusal(pack: Pack) -> list[str]:
    with pytest.raises(BrokenPack) as refused:
        load_roadmaps(pack)
    return str(refused.value).splitlines()


def test_a_pack_needs_no_roadmap(pack: Pack) -> None:
    assert load_roadmaps(pack) == ()
    (pack.folder / "roadmaps").rmdir()
    assert load_roadmaps(pack) == ()


def test_a_roadmap_of_ones_own_needs_no_code(pack: Pack) -> None:
    write(pack, ROADMAP)
    (roadmap,) = load_roadmaps(pack)
    assert roadmap.mappings[0].parts == (("9", "1.1"),)
    assert roadmap.plain()["mappings"] == [{"version": "0", "parts": [["9", "1.1"]]}]


AGAIN = '  - {id: t, left: "{1.2}", operator: "<", right: "1", severity: error, missing: never, message: M}\n'

BREAKS = [
    # what cannot be read at all
    ("title: Mine", "title: Mine\ntitle: Yours", "title stands here twice"),
    ("title: Mine", "titel: Mine", "titel: Extra inputs are not permitted"),
    ("title: Mine\n", "", "Field required"),
    # the roadmap itself
    ("code: mine", "code: Mine", "code: String should match pattern"),
    ('version: "1"', "version: 1", "version: Input should be a valid string"),
    ("custodians: [{code: us, name: Us}]", "custodians: []", "at least 1 item"),
    ("[{code: us, name: Us}]", "[{code: us, name: Us}, {code: us, name: We}]", "the code us stands in custodians"),
    # members
    ("jurisdiction: BA", "jurisdiction: FR", "FR is not a jurisdiction of the pack western-balkans"),
    ("jurisdiction: BA", "jurisdiction: AL", "the jurisdiction AL stands in members twice"),
    ("from: 2020-01-01", "from: 2020-02-30", "valid date"),
    ("from: 2020-01-01", "from: 2020-01-02, to: 2020-01-01", "from 2020-01-02 lies after to 2020-01-01"),
    # the schedule
    ("first_period: 2020-S1", "first_period: 2020-S3", "'2020-S3' is not a period"),
    ("first_period: 2020-S1", "first_period: 2020-Q1", "first_period 2020-Q1 is not a half"),
    ("grain: half", "grain: week", "Input should be 'year', 'half', 'quarter' or 'month'"),
    ("first_number: 1", "first_number: 0", "greater than or equal to 1"),
    ("first_number: 1", "first_number: 3", "none before first_number"),
    ("narrative: 2020-S2, values", "narrative: 2020-S9, values", "'2020-S9' is not a period"),
    ("grain: half", "grain: half\n  reminder_days: [1, 7]", "reminder_days stand from the earliest"),
    # goals
    ('{number: "1.1", title: One one}', '{number: "2.1", title: One one}', "the target 2.1 is not numbered below 1"),
    ("title: One one}]", 'title: One one}]\n  - {number: "1", title: Again}', "the number 1 stands in goals twice"),
    ("title: One\n", "title: One\n    wording_status: official\n", "wording_status official needs the wording"),
    ("    title: One\n", "    title: One\n    wording_status: likely\n", "'official' or 'unverified'"),
    # code lists
    ("code: border, label", "code: inland, label", "inland stands here twice"),
    ("code: border, label", "code: _T, label", "should match pattern"),
    ("code_lists:\n", "code_lists:\n  - {code: setting, label: S, codes: [{code: x, label: X}]}\n", "in code_lists"),
    # KPIs
    ('goals: ["1", "1.1"]', 'goals: ["1", "7"]', "7 is neither a goal nor a target"),
    ('goals: ["1", "1.1"]', 'goals: ["1", "1"]', "1 stands here twice"),
    ('goals: ["1", "1.1"]', "goals: []", "at least 1 item"),
    ('{number: "3", name: Asked, goals', '{number: "2", name: Asked, goals', "the only part of KPI 2 has its number"),
    ('  - number: "2"\n', '  - number: "3"\n', "the only part of KPI 3 has its number"),
    ('  - number: "2"\n', '  - number: "2.0"\n', "should match pattern"),
    ("members: [AL]", "members: [RS]", "RS is not a member of the roadmap"),
    ("level: national", "level: regional", "members belong to the level national"),
    ("collector: survey", "collector: nobody", "Input should be 'commission'"),
    # parts
    ('{number: "1.2", name', '{number: "1.1", name', "the number 1.1 stands in kpis twice"),
    ('{number: "1.2", name', '{number: "4.2", name', "the part 4.2 is not numbered below KPI 1"),
    ('{number: "1.2", name', "{number: 1.2, name", "Input should be a valid string"),
    ('- number: "2"\n        name', '- number: "2.1"\n        name', "the only part of KPI 2 has its number"),
    ("        unit: piece\n", "", "a quantity needs a unit"),
    ("name: Traced, kind: number", "name: Traced, kind: number, unit: piece", "only a quantity has one"),
    ("        unit: piece\n", "        unit: piece\n        decimals: 2\n", "pieces are whole"),
    ("dimensions: [setting]", "dimensions: [place]", "place is not one of the code_lists"),
    ("dimensions: [setting]", "dimensions: [setting, setting]", "setting stands here twice"),
    ("        items: [{code: law, label: Law}]\n", "", "the kind statuses needs items and statuses"),
    ("statuses: [{code: none, label: None}, {code: adopted, label: Adopted}]", "statuses: []", "needs items and"),
    ("kind: number}", "kind: number, items: [{code: law, label: Law}]}", "only the kind statuses has items"),
    ("kind: number}", "kind: documents, decimals: 1}", "only numbers have dimensions"),
    ("kind: number}", "kind: counted}", "Input should be 'number'"),
    ("[{code: law, label: Law}]", "[{code: law, label: Law}, {code: law, label: L}]", "law stands here twice"),
    ("baseline: 2020-S1\n        comparable", "baseline: before\n        comparable", "'before' is not a period"),
    # targets
    ("{period: 2021-S2, value", "{period: 2021-H2, value", "'2021-H2' is not a period"),
    ("{period: 2021-S2, value", "{period: 2022-S2, value", "targets stand in the order of their periods"),
    ("value: 50}", "value: half}", "valid decimal"),
    ("        direction: higher\n", "", "targets need a direction"),
    ("        baseline: 2020-S1\n        formula", "        formula", "and a baseline to start from"),
    # formulas
    ("100 * {1.2} / {1.1}", "100 * {1.2} /", "at character 14: a number, a reference or ( is missing"),
    ("100 * {1.2} / {1.1}", "100 * {1.2} / {1.9}", "{1.9}: there is no part 1.9"),
    ("100 * {1.2} / {1.1}", "100 * {1.2} / {2}", "{2}: the part 2 is not a number"),
    ("100 * {1.2} / {1.1}", "{1.1:setting=sea}", "{1.1:setting=sea}: sea is not a code of setting"),
    ("100 * {1.2} / {1.1}", "{1.2:setting=inland}", "the part 1.2 has no dimension setting"),
    ("100 * {1.2} / {1.1}", "{1.2@baseline}", "the part 1.2 has no baseline"),
    ("100 * {1.2} / {1.1}", "{1.2} / {3}", "KPI 3 is not in the same report as KPI 1"),
    ("100 * {1.2} / {1.1}", "{1.3}", "the part 1.3 is derived from itself"),
    ("name: Change, kind: percent", "name: Change, kind: percent, dimensions: [setting]", "has no dimensions"),
    # the incident feed
    ("kinds: [handgun]", "kinds: [blunderbuss]", "blunderbuss is not one of the seized_kinds of the pack"),
    ("kinds: [handgun], unit: piece", "kinds: [handgun], unit: round", "handgun is not counted in round"),
    ("tolerance_percent: 10", "tolerance_percent: 110", "less than or equal to 100"),
    ("        dimensions: [setting]\n", "", "needs the dimension setting with the codes inland and border"),
    # rules
    ('left: "{1.2}"', 'left: "{1.2"', "at character 1: '{' is not understood here"),
    ('left: "{1.2}"', 'left: "{8}"', "{8}: there is no part 8"),
    ('left: "{1.2}"', 'left: "{3}"', "{1.1:setting=inland}: KPI 1 is not in the same report as KPI 3"),
    ('"{1.2}", operator: "<=", right: "{1.1:setting=inland}"', '"1", operator: "<=", right: "2"', "neither side"),
    ('operator: "<="', 'operator: "=<"', "Input should be '=='"),
    ("severity: error", "severity: fatal", "'error' or 'warning'"),
    ("missing: never", "missing: sometimes", "'skip_if_any'"),
    ("rules:\n", f"rules:\n{AGAIN}", "the id t stands in rules twice"),
    # bands and mappings
    ("from_percent: 0}", "from_percent: 50}", "bands stand from the highest to the lowest"),
    ("{code: near", "{code: far", "the code far stands in bands twice"),
    ('{"9": "1.1"}', '{"9": "8"}', "there is no part 8"),
    ('- version: "0"', '- version: "1"', "1 is this version; map an earlier one"),
]  # fmt: skip


@pytest.mark.parametrize(("sound", "broken", "reason"), BREAKS, ids=lambda v: str(v)[:40])
def test_a_malformed_roadmap_is_refused_with_file_line_and_reason(
    pack: Pack, sound: str, broken: str, reason: str
) -> None:
    assert sound in ROADMAP
    file = write(pack, ROADMAP.replace(sound, broken, 1))
    found = refusal(pack)
    assert any(fault.startswith(f"{file}:") and reason in fault for fault in found), found


@pytest.mark.parametrize(
    ("sound", "broken", "line"),
    [
        ("jurisdiction: BA", "jurisdiction: FR", "  - {jurisdiction: FR}"),
        ("{1.2} / {1.1}", "{1.2} / {1.9}", '        formula: "100 * {1.2} / {1.9}"'),
        ("100 * {1.2} / {1.1}", "100 *", '        formula: "100 *"'),
        ("dimensions: [setting]", "dimensions: [place]", "        dimensions: [place]"),
        ('goals: ["1", "1.1"]', 'goals: ["1", "7"]', '    goals: ["1", "7"]'),
        ('{"9": "1.1"}', '{"9": "8"}', '    parts: {"9": "8"}'),
        ("first_period: 2020-S1", "first_period: 2020-S3", "  first_period: 2020-S3"),
        ('{number: "1.2", name', '{number: "1.1", name', '      - {number: "1.1", name: Traced, kind: number}'),
    ],
)
def test_the_line_is_that_of_the_fault(pack: Pack, sound: str, broken: str, line: str) -> None:
    text = ROADMAP.replace(sound, broken, 1)
    file = write(pack, text)
    assert f"{file}:{text.splitlines().index(line) + 1}:" in "\n".join(refusal(pack))


def test_a_number_of_a_kpi_stands_for_one(pack: Pack) -> None:
    file = write(pack, ROADMAP.replace('"3"', '"2"'))
    at = ROADMAP[: ROADMAP.index('{number: "3"')].count("\n") + 1
    assert refusal(pack) == [
        f"{file}:{at}: kpis.2.number: the number 2 stands in kpis twice",
        f"{file}:{at}: kpis.2.parts.0.number: the number 2 stands in kpis twice",
    ]


def test_parts_that_need_each_other_are_both_named(pack: Pack) -> None:
    text = ROADMAP.replace("100 * {1.2} / {1.1}", "{1.2} / {1.4}").replace("100 * {1.1} / {1.1@baseline}", "{1.3}")
    file = write(pack, text)
    lines = [n for n, line in enumerate(text.splitlines(), 1) if "formula:" in line]
    assert refusal(pack) == [
        f"{file}:{line}: kpis.0.parts.{part}.formula: the part {number} is derived from itself"
        for line, part, number in zip(lines, (2, 3), ("1.3", "1.4"), strict=True)
    ]


def test_a_part_may_need_its_own_value_of_another_period(pack: Pack) -> None:
    write(pack, ROADMAP.replace("100 * {1.2} / {1.1}", "{1.3@previous} + {1.2}"))
    assert load_roadmaps(pack)[0].kpis[0].parts[2].formula == "{1.3@previous} + {1.2}"


def test_the_faults_of_all_files_are_told_at_once(pack: Pack) -> None:
    first = write(pack, ROADMAP.replace("jurisdiction: BA", "jurisdiction: FR"), "a.yaml")
    second = write(pack, ROADMAP.replace("title: Mine", "title: 1"), "b.yaml")
    assert [fault.split(":")[0] for fault in refusal(pack)] == [str(second), str(first)]


def test_a_version_stands_in_one_file(pack: Pack) -> None:
    write(pack, ROADMAP, "a.yaml")
    file = write(pack, ROADMAP, "b.yaml")
    assert refusal(pack) == [f"{file}:2: version: mine 1 stands in a.yaml as well"]
    write(pack, ROADMAP.replace('version: "1"', 'version: "2"'), "b.yaml")
    assert [roadmap.version for roadmap in load_roadmaps(pack)] == ["1", "2"]
