"""IATI activities as XML, in the order of elements that the 2.03 schema demands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from funds.application.iati_model import (
    SECTOR,
    Activity,
    Budget,
    Indicator,
    Measured,
    Organisation,
    Result,
    Share,
    Transaction,
)

VERSION = "2.03"
MEDIA_TYPE = "application/xml"

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold


def document(activities: Sequence[Activity], generated: datetime) -> bytes:
    """`activities` are never empty: the schema demands one."""
    root = Element("iati-activities", {"version": VERSION, "generated-datetime": _instant(generated)})
    for activity in activities:
        _activity(root, activity)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'.encode()


def _activity(root: Element, activity: Activity) -> None:
    attributes = {
        "last-updated-datetime": _instant(activity.updated),
        _LANGUAGE: "en",
        "default-currency": activity.currency,
        "humanitarian": "0",
        "hierarchy": str(activity.hierarchy),
    }
    node = SubElement(root, "iati-activity", attributes)
    SubElement(node, "iati-identifier").text = _text(activity.identifier)
    _reporter(node, activity)
    _narrative(SubElement(node, "title"), activity.title)
    for n, description in enumerate((activity.description or activity.title, *activity.notes)):
        _narrative(SubElement(node, "description", {"type": "1" if n == 0 else "4"}), description)
    for participant in activity.participants:
        _organisation(node, "participating-org", participant.organisation, {"role": participant.role})
    SubElement(node, "activity-status", {"code": activity.status})
    for kind, day in activity.dates:
        SubElement(node, "activity-date", {"type": kind, "iso-date": _day(day)})
    SubElement(node, "activity-scope", {"code": activity.scope})
    _where_and_what(node, activity)
    for budget in activity.budgets:
        _budget(node, budget, activity.currency)
    for transaction in activity.transactions:
        _transaction(node, transaction)
    for kind, identifier in activity.related:
        SubElement(node, "related-activity", {"ref": _text(identifier), "type": kind})
    for result in activity.results:
        _result(node, result)


def _reporter(node: Element, activity: Activity) -> None:
    more = {"secondary-reporter": "1"} if activity.secondary else {}
    _organisation(node, "reporting-org", activity.reporter, more)


def _where_and_what(node: Element, activity: Activity) -> None:
    for share in sorted(activity.shares, key=lambda s: s.region):  # countries stand before regions
        _share(node, share)
    SubElement(node, "sector", {"vocabulary": "1", "code": SECTOR, "percentage": "100"})
    SubElement(node, "collaboration-type", {"code": "4"})  # multilateral outflows
    SubElement(node, "default-flow-type", {"code": "10"})  # ODA
    SubElement(node, "default-finance-type", {"code": "110"})  # standard grant
    SubElement(node, "default-aid-type", {"code": activity.aid_type})
    SubElement(node, "default-tied-status", {"code": "5"})  # untied


def _share(node: Element, share: Share) -> None:
    attributes = {"code": share.code, "percentage": f"{share.percentage:f}"}
    if share.region:
        attributes["vocabulary"] = "1"
    place = SubElement(node, "recipient-region" if share.region else "recipient-country", attributes)
    if share.name:
        _narrative(place, share.name)


def _budget(node: Element, budget: Budget, currency: str) -> None:
    inner = SubElement(node, "budget", {"type": budget.kind, "status": "2"})  # committed
    SubElement(inner, "period-start", {"iso-date": _day(budget.start)})
    SubElement(inner, "period-end", {"iso-date": _day(budget.end)})
    _value(inner, budget.value, currency, budget.value_on)


def _transaction(node: Element, transaction: Transaction) -> None:
    inner = SubElement(node, "transaction", {"ref": _text(transaction.ref)})
    SubElement(inner, "transaction-type", {"code": transaction.kind})
    SubElement(inner, "transaction-date", {"iso-date": _day(transaction.on)})
    _value(inner, transaction.value, transaction.currency, transaction.on)
    if transaction.description:
        _narrative(SubElement(inner, "description"), transaction.description)
    for name, organisation, activity in (
        ("provider", transaction.provider, transaction.provider_activity),
        ("receiver", transaction.receiver, transaction.receiver_activity),
    ):
        if organisation is not None:
            more = {f"{name}-activity-id": _text(activity)} if activity else {}
            _organisation(inner, f"{name}-org", organisation, more)


def _result(node: Element, result: Result) -> None:
    aggregable = all(indicator.aggregable for indicator in result.indicators)
    inner = SubElement(node, "result", {"type": result.kind, "aggregation-status": _flag(flag=aggregable)})
    _narrative(SubElement(inner, "title"), result.title)
    for indicator in result.indicators:
        _indicator(inner, indicator)


def _indicator(node: Element, indicator: Indicator) -> None:
    flags = {"ascending": "1", "aggregation-status": _flag(flag=indicator.aggregable)}
    inner = SubElement(node, "indicator", {"measure": "1", **flags})  # a count of units
    _narrative(SubElement(inner, "title"), indicator.title)
    if indicator.baseline is not None:
        on, value = indicator.baseline.on, indicator.baseline.value
        SubElement(inner, "baseline", {"iso-date": _day(on), "year": str(on.year), "value": _text(value)})
    for span in indicator.spans:
        period = SubElement(inner, "period")
        SubElement(period, "period-start", {"iso-date": _day(span.start)})
        SubElement(period, "period-end", {"iso-date": _day(span.end)})
        for name, values in (("target", span.targets), ("actual", span.actuals)):
            for measured in values:
                _measured(period, name, measured)


def _measured(node: Element, name: str, measured: Measured) -> None:
    inner = SubElement(node, name, {"value": _text(measured.value)})
    for dimension, value in measured.dimensions:
        SubElement(inner, "dimension", {"name": _text(dimension), "value": _text(value)})


def _organisation(node: Element, tag: str, organisation: Organisation, more: dict[str, str]) -> None:
    attributes = {} if organisation.ref is None else {"ref": _text(organisation.ref)}
    if organisation.kind is not None:
        attributes["type"] = organisation.kind
    _narrative(SubElement(node, tag, {**attributes, **more}), organisation.name)


def _value(node: Element, value: Decimal, currency: str, on: date) -> None:
    SubElement(node, "value", {"currency": currency, "value-date": _day(on)}).text = f"{value:f}"


def _narrative(node: Element, text: str) -> None:
    SubElement(node, "narrative").text = _text(text).strip() or "–"


def _text(text: str) -> str:
    return _UNWRITABLE.sub("", text)


def _day(day: date) -> str:
    return day.isoformat()


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _flag(*, flag: bool) -> str:
    return "1" if flag else "0"
