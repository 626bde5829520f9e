"""The rules that our IATI files are held to find what is wrong, by the samples that come with them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from iati_rules import VALIDATOR, code_faults, parsed, resources, ruleset_faults, schema_faults, validator_faults

TODAY = date(2026, 1, 1)


def samples(version: str, kind: str) -> list[Path]:
    return sorted((resources() / "test_data" / version / kind).glob("*.xml"))


def test_the_schema_lets_the_good_samples_pass() -> None:
    files = samples("2-03", "ssot-activity-xml-pass")
    assert len(files) > 30
    assert [file.name for file in files if schema_faults(parsed(file.read_bytes()))] == []


def test_the_schema_finds_every_bad_sample() -> None:
    files = samples("2-03", "ssot-activity-xml-fail")
    assert len(files) > 10
    assert [file.name for file in files if not schema_faults(parsed(file.read_bytes()))] == []


def test_the_ruleset_finds_every_bad_sample() -> None:
    files = samples("2-02", "ruleset-std")
    assert len(files) == 5
    assert [file.name for file in files if not ruleset_faults(parsed(file.read_bytes()), TODAY)] == []


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('sector vocabulary="1" code="15240"', 'sector vocabulary="1" code="15249"', "Sector"),
        ('recipient-country code="XK"', 'recipient-country code="KV"', "Country"),
        ('transaction-type code="3"', 'transaction-type code="33"', "TransactionType"),
        ('currency="USD"', 'currency="USX"', "Currency"),
    ],
)
def test_the_code_lists_find_a_code_that_they_do_not_hold(old: str, new: str, named: str) -> None:
    good = GOOD.decode()
    assert code_faults(parsed(GOOD)) == []
    assert any(f"code list {named}:" in fault for fault in code_faults(parsed(good.replace(old, new).encode())))


@pytest.mark.parametrize(
    ("number", "old", "new"),
    [
        ("1.8", 'ref="XM-DAC-41114"', 'ref="UNDP"'),
        ("1.1 ", "XI-IATI-UNPF-A", "A"),
        ("2.1", '15240" percentage="100"', '15240" percentage="90"'),
        ("3.1", 'XK" percentage="50.5"', 'XK" percentage="50"'),
        ("3.7.1", "recipient-", "visited-"),
        ("4.1.1", 'xml:lang="en"', ""),
        ("6.2.2", "sector", "vector"),
        ("6.8.1", "<narrative>Germany</narrative>", ""),
        ("7.5.2", ' value-date="2020-01-01"', ""),
        ("7.5.3", 'period-end iso-date="2020-12-31"', 'period-end iso-date="2021-02-01"'),
        ("7.6.1", 'transaction-date iso-date="2020-03-01"', 'transaction-date iso-date="2025-07-01"'),
        ("7.8.1", ' default-currency="USD"', ""),
        ("11.1.1", 'last-updated-datetime="2025', 'last-updated-datetime="2027'),
        ("11.1.2", 'type="3" iso-date="2021', 'type="3" iso-date="2019'),
        ("11.1.3", 'type="4" iso-date="2022', 'type="4" iso-date="2019'),
        ("11.1.4", 'type="2" iso-date="2020', 'type="2" iso-date="2027'),
        ("11.1.5", 'type="4" iso-date="2022', 'type="4" iso-date="2027'),
        ("11.2.1", 'transaction-date iso-date="2020', 'transaction-date iso-date="2027'),
        ("11.2.2", 'value-date="2020-03-01"', 'value-date="2027-03-01"'),
        ("3.6.2", "<provider-org>", '<recipient-country code="XK"/><provider-org>'),
        ("6.6.2", "<provider-org>", '<sector code="15240"/><provider-org>'),
    ],
)
def test_each_rule_of_the_validator_finds_what_breaks_it(number: str, old: str, new: str) -> None:
    good = GOOD.decode()
    assert old in good
    assert validator_faults(parsed(GOOD), TODAY) == []
    found = validator_faults(parsed(good.replace(old, new).encode()), TODAY)
    assert any(fault.startswith(f"validator {number}") for fault in found), found


def test_every_rule_of_the_validator_is_seen_to_fail() -> None:
    """The numbers of the parameters above, against the table."""
    (mark,) = test_each_rule_of_the_validator_finds_what_breaks_it.pytestmark  # type: ignore[attr-defined]
    numbers = [row[0] for row in mark.args[1]]
    assert {name for name in VALIDATOR if not any(name.startswith(number) for number in numbers)} == set()


GOOD = b"""<iati-activities version="2.03" generated-datetime="2025-06-02T00:00:00Z">
  <iati-activity last-updated-datetime="2025-06-01T00:00:00Z" xml:lang="en" default-currency="USD">
    <iati-identifier>XI-IATI-UNPF-A</iati-identifier>
    <reporting-org ref="XI-IATI-UNPF" type="40"><narrative>A fund</narrative></reporting-org>
    <title><narrative>A grant</narrative></title>
    <description><narrative>What it is for</narrative></description>
    <participating-org type="10" role="1"><narrative>Germany</narrative></participating-org>
    <participating-org ref="XM-DAC-41114" type="40" role="4"><narrative>UNDP</narrative></participating-org>
    <activity-status code="2"/>
    <activity-date type="1" iso-date="2020-01-01"/>
    <activity-date type="2" iso-date="2020-01-01"/>
    <activity-date type="3" iso-date="2021-01-01"/>
    <activity-date type="4" iso-date="2022-01-01"/>
    <recipient-country code="XK" percentage="50.5"/>
    <recipient-region code="89" vocabulary="1" percentage="49.5"/>
    <sector vocabulary="1" code="15240" percentage="100"/>
    <budget type="1" status="2">
      <period-start iso-date="2020-01-01"/><period-end iso-date="2020-12-31"/>
      <value value-date="2020-01-01">10.01</value>
    </budget>
    <transaction ref="1">
      <transaction-type code="3"/><transaction-date iso-date="2020-03-01"/>
      <value currency="USD" value-date="2020-03-01">10.01</value>
      <provider-org><narrative>A fund</narrative></provider-org>
    </transaction>
  </iati-activity>
</iati-activities>
"""
