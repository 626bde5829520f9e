"""What an IATI file must keep to: the 2.03 schema, code lists and standard ruleset as pyIATI packs them, and a named
subset of the Validator's rules. Of pyIATI only the data are read; its code is never imported."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def resources() -> Path:
    """The folder of pyIATI's data."""
    spec = find_spec("iati")
    places = spec.submodule_search_locations if spec else None
    assert places, "pyIATI is missing; `make setup` installs it from iati.lock"
    return Path(next(iter(places))) / "resources"


def standard() -> Path:
    return resources() / "standard" / "2-03"


def parsed(document: bytes) -> Any:
    return etree.fromstring(document, etree.XMLParser(resolve_entities=False, remove_comments=True))


def faults(document: bytes, today: date) -> list[str]:
    """Everything that any of the four finds."""
    tree = parsed(document)
    schema = schema_faults(tree)
    return [*schema, *code_faults(tree), *ruleset_faults(tree, today), *validator_faults(tree, today)]


@cache
def _schema() -> Any:
    return etree.XMLSchema(etree.parse(standard() / "schemas" / "iati-activities-schema.xsd"))


def schema_faults(tree: Any) -> list[str]:
    schema = _schema()
    return [] if schema.validate(tree) else [f"schema: {entry.message}" for entry in schema.error_log]


@cache
def _codes(name: str) -> frozenset[str]:
    """The newest copy of a list: those that are revised apart from the standard lie apart."""
    newer = resources() / "standard" / "codelists_non_embedded" / f"{name}.xml"
    file = newer if newer.exists() else standard() / "codelists" / f"{name}.xml"
    return frozenset(code.text or "" for code in etree.parse(file).iterfind(".//codelist-item/code"))


@cache
def _mappings() -> tuple[tuple[str, str], ...]:
    """XPath of the coded values, and the list that they are of."""
    found = []
    for mapping in etree.parse(standard() / "codelist-mapping.xml").getroot():
        element, _, value = mapping.findtext("path").rpartition("/")
        condition = mapping.findtext("condition")
        where = f"[{condition}]" if condition else ""
        found.append((f"{element}{where}/{value}", mapping.find("codelist").get("ref")))
    return tuple(found)


def code_faults(tree: Any) -> list[str]:
    return [
        f"code list {name}: {value} at {path}"
        for path, name in _mappings()
        for value in tree.xpath(path)
        if str(value) not in _codes(name)
    ]


@cache
def _ruleset() -> Mapping[str, Any]:
    text = (standard() / "rulesets" / "standard_ruleset.json").read_text()
    ruleset: Mapping[str, Any] = json.loads(text)
    return ruleset


def ruleset_faults(tree: Any, today: date) -> list[str]:
    return [
        f"ruleset {rule} at {context}: {json.dumps(case)}"
        for context, rules in _ruleset().items()
        for rule, body in rules.items()
        for case in body["cases"]
        for node in tree.xpath(context)
        if not _RULES[rule](node, case, today)
    ]


def _values(node: Any, case: Mapping[str, Any]) -> list[Any]:
    return [value for path in case["paths"] for value in node.xpath(path)]


def _atleast_one(node: Any, case: Mapping[str, Any], _: date) -> bool:
    return bool(_values(node, case))


def _no_more_than_one(node: Any, case: Mapping[str, Any], _: date) -> bool:
    return len(_values(node, case)) <= 1


def _regex_matches(node: Any, case: Mapping[str, Any], _: date) -> bool:
    texts = [value if isinstance(value, str) else value.text or "" for value in _values(node, case)]
    return all(re.fullmatch(case["regex"], text.strip()) for text in texts)


def _sum(node: Any, case: Mapping[str, Any], _: date) -> bool:
    values = _values(node, case)
    return not values or sum(Decimal(value) for value in values) == case["sum"]


def _date_order(node: Any, case: Mapping[str, Any], today: date) -> bool:
    less, more = _dates(node, case["less"], today), _dates(node, case["more"], today)
    return all(first <= second for first in less for second in more)


def _dates(node: Any, path: str, today: date) -> list[date]:
    return [today] if path == "NOW" else [date.fromisoformat(value) for value in node.xpath(path)]


_RULES: Mapping[str, Callable[[Any, Mapping[str, Any], date], bool]] = {
    "atleast_one": _atleast_one,
    "no_more_than_one": _no_more_than_one,
    "regex_matches": _regex_matches,
    "sum": _sum,
    "date_order": _date_order,
}


def validator_faults(tree: Any, today: date) -> list[str]:
    """By the numbers that the Validator's rulesets give their rules."""
    found = []
    for activity in tree.iter("iati-activity"):
        name = activity.findtext("iati-identifier")
        found += [f"validator {number}: {name}" for number, kept in VALIDATOR.items() if not kept(activity, today)]
    return found


def _identified(activity: Any, _: date) -> bool:
    """An identifier of an organisation begins with a registration agency of the list."""
    agencies = _codes("OrganisationRegistrationAgency")
    refs = [node.get("ref") for node in activity.iter() if node.tag in ORGANISATIONS and node.get("ref") is not None]
    return all(any(ref.startswith(f"{agency}-") for agency in agencies) and " " not in ref for ref in refs)


def _prefixed(activity: Any, _: date) -> bool:
    prefix: str = activity.find("reporting-org").get("ref")
    return bool((activity.findtext("iati-identifier") or "").startswith(f"{prefix}-"))


def _hundred(path: str) -> Callable[[Any, date], bool]:
    def kept(activity: Any, _: date) -> bool:
        nodes = activity.xpath(path)
        if len(nodes) <= 1 and not any(node.get("percentage") for node in nodes):
            return True
        return all(node.get("percentage") for node in nodes) and _total(nodes) == 100

    return kept


def _total(nodes: Any) -> Decimal:
    return sum((Decimal(node.get("percentage")) for node in nodes), Decimal(0))


def _named(*tags: str) -> Callable[[Any, date], bool]:
    def kept(activity: Any, _: date) -> bool:
        nodes = [node for node in activity.iter() if node.tag in tags]
        return all(node.get("ref") or node.findtext("narrative") for node in nodes)

    return kept


def _not_later(path: str) -> Callable[[Any, date], bool]:
    return lambda activity, today: all(date.fromisoformat(value[:10]) <= today for value in activity.xpath(path))


def _in_order(first: str, second: str) -> Callable[[Any, date], bool]:
    path = "activity-date[@type='{}']/@iso-date"
    return lambda activity, _: all(
        a <= b for a in activity.xpath(path.format(first)) for b in activity.xpath(path.format(second))
    )


def _budgets(activity: Any) -> Iterator[tuple[date, date]]:
    for budget in activity.iterfind("budget"):
        start, end = (budget.find(f"period-{name}").get("iso-date") for name in ("start", "end"))
        yield date.fromisoformat(start), date.fromisoformat(end)


def _a_year(activity: Any, _: date) -> bool:
    return all(start <= end < start + timedelta(days=366) for start, end in _budgets(activity))


def _before_update(activity: Any, _: date) -> bool:
    moments = [activity.get("last-updated-datetime"), activity.getparent().get("generated-datetime")]
    days = [datetime.fromisoformat(moment).date() for moment in moments if moment]
    dates = [date.fromisoformat(value) for value in activity.xpath("transaction/transaction-date/@iso-date")]
    return all(made <= day for made in dates for day in days)


def _in_a_language(activity: Any, _: date) -> bool:
    return bool(activity.get(LANGUAGE)) or all(node.get(LANGUAGE) for node in activity.iter("narrative"))


def _in_a_currency(activity: Any, _: date) -> bool:
    return bool(activity.get("default-currency")) or all(node.get("currency") for node in activity.iter("value"))


ORGANISATIONS = ("reporting-org", "participating-org", "provider-org", "receiver-org", "owner-org")

VALIDATOR: Mapping[str, Callable[[Any, date], bool]] = {
    "1.8, 1.10, 1.14, 1.15 identifiers begin with a registration agency": _identified,
    "1.1 the identifier begins with the reporting organisation's": _prefixed,
    "2.1 sectors of a vocabulary make 100": _hundred("sector[@vocabulary='1' or not(@vocabulary)]"),
    "3.1, 3.4 countries and regions make 100": _hundred("recipient-country | recipient-region"),
    "3.6.2 places stand at the activity or at its transactions": lambda a, _: (
        not (
            a.xpath("recipient-country | recipient-region")
            and a.xpath("transaction/recipient-country | transaction/recipient-region")
        )
    ),
    "3.7.1 there is a place": lambda a, _: bool(a.xpath(".//recipient-country | .//recipient-region")),
    "4.1.1 there is a language": _in_a_language,
    "6.2.2 there is a sector": lambda a, _: bool(a.xpath(".//sector")),
    "6.6.2 sectors stand at the activity or at its transactions": lambda a, _: (
        not (a.xpath("sector") and a.xpath("transaction/sector"))
    ),
    "6.8.1, 6.9.1, 6.10.1 an organisation has an identifier or a name": _named(*ORGANISATIONS),
    "7.5.2 a budget's value has a date": lambda a, _: not a.xpath("budget/value[not(@value-date)]"),
    "7.5.3 a budget is of at most a year": _a_year,
    "7.6.1, 7.6.2 no transaction is later than the update": _before_update,
    "7.8.1 every value has a currency": _in_a_currency,
    "11.1.1 the update is not in the future": _not_later("@last-updated-datetime"),
    "11.1.2 planned dates are in order": _in_order("1", "3"),
    "11.1.3 actual dates are in order": _in_order("2", "4"),
    "11.1.4 the actual start is not in the future": _not_later("activity-date[@type='2']/@iso-date"),
    "11.1.5 the actual end is not in the future": _not_later("activity-date[@type='4']/@iso-date"),
    "11.2.1 no transaction is in the future": _not_later("transaction/transaction-date/@iso-date"),
    "11.2.2 no value is of the future": _not_later("transaction/value/@value-date"),
}
