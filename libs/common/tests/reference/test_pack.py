"""The shipped pack holds what it must; a pack of one's own loads without code; a broken one names file and line."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from common.reference.pack import PACKS, BrokenPack, Pack, load_pack, shipped_packs

AVMP = ("AL", "BA", "XK", "ME", "MK", "RS", "MD")
CATEGORIES = {
    "weapon_seizure",
    "criminal_context",
    "domestic_violence",
    "public_dispute",
    "undetermined_shooting",
    "suicide",
    "accidental_shooting",
    "celebratory_shooting",
    "weapon_theft",
    "animal_shooting",
    "other",
}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("western-balkans")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped pack, to be broken."""
    return Path(shutil.copytree(PACKS / "western-balkans", tmp_path / "mine"))


@pytest.mark.parametrize("name", shipped_packs())
def test_every_shipped_pack_is_whole(name: str) -> None:
    assert load_pack(name).name == name


def test_who_belongs_to_which_programme_depends_on_the_day(pack: Pack) -> None:
    assert pack.members("avmp", date(2014, 1, 1)) == AVMP
    assert pack.members("roadmap", date(2018, 7, 9)) == ()
    assert pack.members("roadmap", date(2018, 7, 10)) == AVMP[:-1]
    assert pack.members_between("roadmap", date(2018, 1, 1), date(2018, 12, 31)) == AVMP[:-1]
    assert pack.members("nato", date(2020, 1, 1)) == ()
    assert pack.programmes[0].code == "avmp"


def test_names_hold_on_their_days(pack: Pack) -> None:
    macedonia = pack.jurisdictions["MK"]
    assert macedonia.name(date(2019, 2, 11)) == "the former Yugoslav Republic of Macedonia"
    assert macedonia.name(date(2019, 2, 12)) == "North Macedonia"


def test_each_publisher_has_its_footnote(pack: Pack) -> None:
    footnotes = pack.jurisdictions["XK"].footnotes
    assert footnotes["undp"] == (
        "References to Kosovo shall be understood to be in the context of Security Council resolution 1244 (1999)."
    )
    assert "International Court of Justice Opinion" in footnotes["eu"]
    assert [code for code, jurisdiction in pack.jurisdictions.items() if jurisdiction.footnotes] == ["XK"]


def test_rates_have_dated_sourced_denominators(pack: Pack) -> None:
    for jurisdiction in pack.jurisdictions.values():
        for year in range(2014, 2025):
            population = jurisdiction.population(year)
            assert population is not None
            assert population.year <= year
            assert population.source
        assert {p.year for p in jurisdiction.populations} >= {2019, 2020}
    assert pack.jurisdictions["RS"].population(1990) is None


def test_places_have_boxes_zones_and_map_features(pack: Pack) -> None:
    west, south, east, north = pack.jurisdictions["RS"].bbox
    assert west < 19.84 < east
    assert south < 45.25 < north
    assert pack.jurisdictions["MD"].time_zone == "Europe/Chisinau"
    assert {j.map_feature for j in pack.jurisdictions.values()} == set(AVMP)


def test_the_words_of_the_field_are_there(pack: Pack) -> None:
    lists = pack.code_lists
    assert {category.code for category in lists.categories} == CATEGORIES
    assert {"attempted", "armed_robbery", "intimate_partner_violence"} <= {tag.code for tag in lists.tags}
    assert [(group.code, group.low, group.high) for group in lists.age_groups] == [
        ("underage", 0, 18),
        ("19_35", 19, 35),
        ("36_60", 36, 60),
        ("61_plus", 61, None),
        ("unreported", None, None),
    ]
    assert {weapon.code for weapon in lists.weapon_types} <= {kind.code for kind in lists.seized_kinds}


def test_another_region_needs_no_code(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text(
        "format: 1\nname: nordic\ntitle: Nordic\nversion: '1'\nprogrammes: [{code: all, title: All}]\n"
    )
    (tmp_path / "jurisdictions.yaml").write_text(
        "jurisdictions:\n  - code: NO\n    names: [{name: Norway}]\n    capital: Oslo\n"
        "    memberships: [{programme: all}]\n"
        "    bounding_box: {west: 4, south: 57.9, east: 31.2, north: 71.3}\n    time_zone: Europe/Oslo\n"
    )
    (tmp_path / "code_lists.yaml").write_text(
        "categories: [{code: other, label: Other}]\ntags: []\nweapon_types: [{code: other, label: Other}]\n"
        "seized_kinds: [{code: other, label: Other, units: [piece]}]\n"
        "age_groups: [{code: unreported, label: Unreported}]\nrelations: []\n"
    )
    nordic = load_pack(str(tmp_path))
    assert nordic.members("all", date(2020, 1, 1)) == ("NO",)


BREAKS = [
    ("pack.yaml", "format: 1", "format: 2", "Input should be 1"),
    (
        "pack.yaml",
        "{code: eu, title: European Union}",
        "{code: undp, title: UN}",
        "the code undp stands in publishers twice",
    ),
    ("jurisdictions.yaml", "code: BA", "code: AL", "the code AL stands in jurisdictions twice"),
    ("jurisdictions.yaml", "capital: Tirana", "capitol: Tirana", "Extra inputs are not permitted"),
    ("jurisdictions.yaml", "capital: Tirana", "capital: [Tirana]", "valid string"),
    ("jurisdictions.yaml", "time_zone: Europe/Tirane", "time_zone: Europe/Tirana", "is not an IANA time zone"),
    ("jurisdictions.yaml", "      - {programme: avmp}", "      - {programme: nato}", "nato is not a programme"),
    ("jurisdictions.yaml", "      undp: >-", "      un: >-", "un is not a publisher"),
    ("jurisdictions.yaml", "from: 2019-02-12", "from: 2019-02-11", "does not end before 'North Macedonia'"),
    ("jurisdictions.yaml", "from: 2019-02-12", "from: 2019-02-30", "valid date"),
    (
        "jurisdictions.yaml",
        "west: 19.26, south: 39.62, east: 21.06",
        "west: 22.26, south: 39.62, east: 21.06",
        "less than east",
    ),
    ("jurisdictions.yaml", "value: 2854000", "value: about 2854000", "valid integer"),
    ("jurisdictions.yaml", "{year: 2019, value: 2854000", "{year: 2018, value: 2854000", "one for each year"),
    (
        "code_lists.yaml",
        "{code: other, label: Other}",
        "{code: suicide, label: Other}",
        "the code suicide stands in categories twice",
    ),
    ("code_lists.yaml", "low: 19, high: 35", "low: 18, high: 35", "the age groups underage and 19_35 overlap"),
    ("code_lists.yaml", "low: 19, high: 35", "low: 36, high: 35", "high needs a low"),
    ("code_lists.yaml", "units: [piece, kg]", "units: [pieces]", "'piece', 'kg' or 'round'"),
    (
        "code_lists.yaml",
        "{code: unreported, label: Unreported}",
        "{code: unknown, label: Unknown}",
        "an unknown age is a value",
    ),
    ("code_lists.yaml", "tags:", "tag:", "tag: Extra inputs"),
    ("code_lists.yaml", "tags:", "tags: [", "expected"),
]


@pytest.mark.parametrize(("file", "sound", "broken", "reason"), BREAKS, ids=[f"{b[0]}-{b[3]}" for b in BREAKS])
def test_a_broken_pack_names_file_line_and_reason(
    folder: Path, file: str, sound: str, broken: str, reason: str
) -> None:
    path = folder / file
    text = path.read_text()
    assert sound in text
    path.write_text(text.replace(sound, broken, 1))
    with pytest.raises(BrokenPack) as refused:
        load_pack(str(folder))
    faults = str(refused.value).splitlines()
    assert any(fault.startswith(f"{path}:") and reason in fault for fault in faults), faults


def test_the_line_is_that_of_the_fault(folder: Path) -> None:
    path = folder / "code_lists.yaml"
    path.write_text(path.read_text().replace("label: Handgun}", "label: 7}", 1))
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "label: 7}" in text)
    with pytest.raises(BrokenPack) as refused:
        load_pack(str(folder))
    assert str(refused.value) == f"{path}:{line}: weapon_types.0.label: Input should be a valid string"


def test_a_missing_file_or_folder_is_named(folder: Path) -> None:
    (folder / "code_lists.yaml").unlink()
    with pytest.raises(BrokenPack, match=r"code_lists\.yaml:1: cannot be read"):
        load_pack(str(folder))
    with pytest.raises(BrokenPack, match=r"nowhere: neither a folder nor one of the shipped packs: .*western-balkans"):
        load_pack("nowhere")
