"""The sample feed holds what the founding document prints: counted here again, by plain loops over its lines."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from embedded.sample_feed.agencies import AGENCIES, JURISDICTIONS
from embedded.sample_feed.earlier import first_versions
from embedded.sample_feed.figures import BEFORE_THE_RETRACTION, FIGURES
from embedded.sample_feed.formats import to_csv, to_ndjson
from embedded.sample_feed.generate import Line, generate, retracted_line
from embedded.sample_feed.telling import MARK
from incidents.application.csv_lines import CsvReader

Bodies = list[dict[str, Any]]
LINES = generate()
CATEGORIES = (
    "weapon_seizure", "criminal_context", "public_dispute", "domestic_violence", "undetermined_shooting", "suicide",
    "accidental_shooting", "celebratory_shooting", "weapon_theft", "animal_shooting", "other",
)  # fmt: skip


def bodies(year: int, category: str | None = None) -> Bodies:
    return [
        line.body
        for line in LINES
        if line.body["occurred_on"].startswith(str(year)) and category in (None, line.body["category"])
    ]


def persons(of: Bodies, **wanted: str) -> int:
    """Persons listed one by one with all the wanted values."""
    count = 0
    for body in of:
        for person in body.get("persons", []):
            if all(person.get(name) == value for name, value in wanted.items()):
                count += 1
    return count


def harmed(of: Bodies, outcome: str) -> int:
    """Persons with an outcome, those known by number alone included."""
    count = 0
    for body in of:
        listed = persons([body], outcome=outcome)
        count += max(listed, body.get("casualties", {}).get(outcome, {}).get("best", 0))
    return count


def test_2020_has_2881_incidents_and_one_more_until_the_retraction() -> None:
    assert len(bodies(2020)) == 2881
    assert len(bodies(2020)) + 1 == 2882
    assert retracted_line().body["occurred_on"].startswith("2020")


def test_there_is_nothing_but_2019_and_2020_and_2019_is_less() -> None:
    assert len(bodies(2019)) + len(bodies(2020)) == len(LINES)
    assert len(bodies(2019)) < len(bodies(2020))


def test_seizures_rose_from_791_to_1229() -> None:
    assert len(bodies(2019, "weapon_seizure")) == 791
    assert len(bodies(2020, "weapon_seizure")) == 1229


def test_criminal_context_ranks_second_with_529() -> None:
    ranking = sorted(CATEGORIES, key=lambda code: -len(bodies(2020, code)))
    assert ranking[:2] == ["weapon_seizure", "criminal_context"]
    assert len(bodies(2020, "criminal_context")) == 529


def test_248_of_them_involved_a_handgun_the_most_reported_weapon_there() -> None:
    incidents_with: dict[str, int] = {}
    for body in bodies(2020, "criminal_context"):
        for kind in {weapon["type"] for weapon in body.get("weapons", [])}:
            incidents_with[kind] = incidents_with.get(kind, 0) + 1
    assert incidents_with["handgun"] == 248
    assert max(incidents_with.values()) == 248


def test_155_were_killed_and_66_killed_themselves_so_that_221_died() -> None:
    killed, suicides = harmed(bodies(2020), "killed"), harmed(bodies(2020), "suicide")
    assert (killed, suicides, killed + suicides) == (155, 66, 221)


def test_killed_and_suicides_were_fewer_in_2019() -> None:
    assert harmed(bodies(2019), "killed") < 155
    assert harmed(bodies(2019), "suicide") < 66


def test_60_women_were_victims_of_domestic_violence_and_23_of_them_were_killed() -> None:
    violence = bodies(2020, "domestic_violence")
    women = persons(violence, role="victim", sex="female")
    assert women - persons(violence, role="victim", sex="female", outcome="suicide") == 60
    assert persons(violence, sex="female", outcome="killed") == 23
    assert persons(violence, role="victim", sex="female", outcome="killed") == 23


def test_most_women_killed_died_in_domestic_violence() -> None:
    women = persons(bodies(2020), sex="female", outcome="killed")
    assert 23 < women <= 45
    assert women < 23 * 2


@pytest.mark.parametrize("category", ["public_dispute", "domestic_violence", "accidental_shooting"])
def test_a_slight_rise_is_a_few_percent(category: str) -> None:
    before, after = len(bodies(2019, category)), len(bodies(2020, category))
    assert 1.01 < after / before < 1.06


def test_nothing_rose_like_seizures() -> None:
    before, after = len(bodies(2019, "weapon_seizure")), len(bodies(2020, "weapon_seizure"))
    for category in CATEGORIES[1:]:
        then, now = len(bodies(2019, category)), len(bodies(2020, category))
        assert now - then < after - before
        assert now / then < after / before


def test_perpetrators_of_2020_are_those_another_source_names() -> None:
    everyone = bodies(2020)
    others = persons(everyone) - persons(everyone, role="victim")
    of_unknown_sex = persons(everyone, sex="unreported") - persons(everyone, sex="unreported", role="victim")
    assert others == 3566
    assert others - of_unknown_sex == 2700


def test_the_retracted_line_carries_no_other_published_figure() -> None:
    body = retracted_line().body
    assert not {"persons", "weapons", "casualties", "seizure"} & set(body)
    assert body["category"] not in ("weapon_seizure", "criminal_context", "domestic_violence", "public_dispute")
    assert retracted_line().external_id not in {line.external_id for line in LINES}


def test_every_jurisdiction_reports_both_years_and_no_agency_reports_what_its_key_does_not_cover() -> None:
    for year in (2019, 2020):
        assert {body["jurisdiction"] for body in bodies(year)} == set(JURISDICTIONS)
    covered = {agency.code: agency.jurisdictions for agency in AGENCIES}
    assert all(line.body["jurisdiction"] in covered[line.agency] for line in LINES)


def test_the_keys_are_as_the_demo_promises() -> None:
    keys = [set(agency.jurisdictions) for agency in AGENCIES]
    assert any(len(key) == 1 for key in keys)
    assert any(key == set(JURISDICTIONS) for key in keys)
    assert sum("RS" in key for key in keys) >= 2
    assert {agency.format for agency in AGENCIES} == {"ndjson", "csv", "single"}


def test_an_external_id_is_unique_per_agency_and_shared_between_agencies() -> None:
    ids = [(line.agency, line.external_id) for line in LINES]
    assert len(set(ids)) == len(ids)
    assert len({external_id for _, external_id in ids}) < len(ids)


def test_every_narrative_says_that_it_is_illustrative_and_every_address_is_reserved() -> None:
    for line in (*LINES, *first_versions(LINES), retracted_line()):
        assert line.body["narrative"].startswith(MARK)
        for source in line.body.get("sources", []):
            assert source["url"].startswith("https://example.org/")


def test_a_coarse_date_stays_within_its_year() -> None:
    for body in bodies(2019) + bodies(2020):
        on = date.fromisoformat(body["occurred_on"])
        if body["date_precision"] == "week":
            assert date(on.year, 1, 8) <= on <= date(on.year, 12, 24)


def test_most_possession_is_illegal() -> None:
    counts = {"legal": 0, "illegal": 0, "unknown": 0}
    for body in bodies(2020):
        for weapon in body.get("weapons", []):
            counts[weapon["possession"]] += 1
    assert counts["illegal"] > counts["legal"] + counts["unknown"]


def test_celebratory_shootings_peak_in_summer() -> None:
    summer = sum(body["occurred_on"][5:7] in ("07", "08", "09") for body in bodies(2020, "celebratory_shooting"))
    spring = sum(body["occurred_on"][5:7] in ("04", "05", "06") for body in bodies(2020, "celebratory_shooting"))
    assert summer > 2 * spring


def test_first_versions_differ_from_what_the_lines_say_in_the_end() -> None:
    final = {(line.agency, line.external_id): line.body for line in LINES}
    earlier = first_versions(LINES)
    assert 20 <= len(earlier) <= 100
    assert len({line.agency for line in earlier}) >= 3
    assert all(line.body != final[line.agency, line.external_id] for line in earlier)


def test_csv_reads_back_as_the_same_lines() -> None:
    few = [line.body for line in LINES if line.body["category"] in ("weapon_seizure", "criminal_context")][:400]
    reader = CsvReader()
    read = [line.value for part in (reader.feed(to_csv(few)), reader.close()) for line in part]
    assert read == few


def test_the_feed_is_the_same_whatever_the_hash_seed() -> None:
    assert digest_under("1") == digest_under("2") == digest(LINES)


def digest(lines: tuple[Line, ...]) -> str:
    return hashlib.sha256(to_ndjson([{"agency": line.agency, **line.body} for line in lines])).hexdigest()


def digest_under(hash_seed: str) -> str:
    program = (
        "import hashlib; from embedded.sample_feed.generate import generate; "
        "from embedded.sample_feed.formats import to_ndjson; "
        "print(hashlib.sha256(to_ndjson([{'agency': l.agency, **l.body} for l in generate()])).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_the_page_on_the_data_shows_the_spread_that_the_feed_has() -> None:
    page = (Path(__file__).parents[2] / "docs" / "demo-data.md").read_text()
    for year in (2019, 2020):
        counts = [sum(body["jurisdiction"] == code for body in bodies(year)) for code in JURISDICTIONS]
        assert f"| {year} | {' | '.join(map(str, (*counts, sum(counts))))} |" in page
    assert f"{len(LINES):,} incidents" in page
    assert f"{len(first_versions(LINES))} lines arrive in a vaguer first version" in page
    for agency in AGENCIES:
        assert f"| `{agency.code}` |" in page


def test_the_page_on_the_data_lists_every_published_figure_with_its_line() -> None:
    page = (Path(__file__).parents[2] / "docs" / "demo-data.md").read_text()
    for figure in (*FIGURES, BEFORE_THE_RETRACTION):
        assert f"| {figure.value:,} | {figure.line} |" in page
