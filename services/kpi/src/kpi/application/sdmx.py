"""Observations in the words of SDMX: components, codes, filters, and the messages SDMX-CSV 2.0 and SDMX-JSON 2.0.

Dimensions are REF_AREA, KPI, those of the roadmap, UNIT and TIME_PERIOD. A total has the code `_T`, along a dimension
that a part does not have too. OBS_STATUS follows the cross-domain code list CL_OBS_STATUS.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from common.kernel.numbers import plain
from common.kernel.periods import Period
from kpi.application.observations import Observation
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import TOTAL

AGENCY = "SALWATCH"
AREA, KPI, UNIT, TIME, VALUE, STATUS = "REF_AREA", "KPI", "UNIT", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"
ATTRIBUTES = (STATUS, "PRESENCE", "QUALITY", "EDITION", "PUBLISHED_ON")
VALIDITY = ("VALID_FROM", "VALID_TO")
Span: TypeAlias = "tuple[str | None, str | None]"
"""startPeriod and endPeriod, where given."""

_STATUS = {
    ("reported", "final"): ("A", "Normal value"),
    ("reported", "estimated"): ("E", "Estimated value"),
    ("reported", "provisional"): ("P", "Provisional value"),
    ("not_reported", None): ("O", "Missing value"),
    ("not_available_yet", None): ("L", "Missing value; data exist but were not collected"),
    ("not_applicable", None): ("M", "Missing value; data cannot exist"),
}
_NO_UNIT = {"number": "number", "percent": "percent"}


class BadFilter(ValueError):
    """The text says what is wrong with a filter."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Coded:
    """An observation as codes by component; `value` None where nothing is reported."""

    codes: Mapping[str, str]
    value: str | None
    valid_from: datetime
    valid_to: datetime | None


def component(dimension: str) -> str:
    """The SDMX id of a roadmap's dimension."""
    return dimension.upper()


def dimensions(definitions: Definitions) -> tuple[str, ...]:
    """In the order of the key."""
    own = dict.fromkeys(name for part in definitions.parts.values() if part.numeric for name in part.dimensions)
    listed = [entry.code for entry in definitions.roadmap.code_lists if entry.code in own]
    return (AREA, KPI, *map(component, listed), UNIT, TIME)


def coded(definitions: Definitions, observation: Observation) -> Coded:
    """The observation's codes."""
    named = {component(name): code for name, code in observation.dimensions}
    frozen = observation.frozen
    assert frozen is not None, "what is published was frozen"
    status, _ = _STATUS[observation.presence, observation.quality]
    codes = {
        **dict.fromkeys(dimensions(definitions), TOTAL),
        AREA: observation.jurisdiction,
        KPI: observation.part.number,
        UNIT: observation.part.unit or _NO_UNIT[observation.part.kind],
        TIME: observation.period,
        **named,
        STATUS: status,
        "PRESENCE": observation.presence,
        "QUALITY": observation.quality or "",
        "EDITION": str(frozen.edition),
        "PUBLISHED_ON": frozen.published_on.isoformat(),
    }
    value = None if observation.value is None else plain(observation.value)
    return Coded(codes, value, frozen.valid_from, frozen.valid_to)


def chosen(
    rows: Iterable[Coded],
    components: Sequence[str],
    key: str | None,
    filters: Mapping[str, str],
    span: Span = (None, None),
) -> list[Coded]:
    """Those that match the key and every filter, from the first period to the last. Raises `BadFilter`."""
    tests = [*_key_tests(components, key), *(_test(name, text) for name, text in filters.items()), *_spanned(span)]
    return [row for row in rows if all(test(row) for test in tests)]


Test = Callable[[Coded], bool]


def _spanned(span: Span) -> list[Test]:
    """`startPeriod=2020` begins with 2020's first day and `endPeriod=2020` ends with its last: all halves of 2020."""
    starts = _period("startPeriod", span[0])[0] if span[0] else date.min
    ends = _period("endPeriod", span[1])[1] if span[1] else date.max
    if starts > ends:
        raise BadFilter("endPeriod", f"endPeriod {span[1]} lies before startPeriod {span[0]}.")
    return [lambda row: starts <= _span(row)[0] and _span(row)[1] <= ends] if any(span) else []


def _key_tests(components: Sequence[str], key: str | None) -> list[Test]:
    """`BA.6_1.inland`: one place per dimension, empty or * for any, + between alternatives; since a dot parts the
    places, KPI 6.1 is written 6_1."""
    places = [] if key is None else key.split(".")
    if len(places) > len(components):
        raise BadFilter("key", f"The key has at most {len(components)} places: {'.'.join(components)}.")
    tests = []
    for name, place in zip(components, places, strict=False):
        if place in ("", "*"):
            continue
        wanted = {code.replace("_", ".") if name == KPI else code for code in place.replace(" ", "+").split("+")}
        tests.append(_among(name, wanted))
    return tests


def _among(name: str, wanted: set[str]) -> Test:
    return lambda row: _code(row, name) in wanted


def _test(name: str, text: str) -> Test:
    """`A,B` is either; `ge:2020-S1+le:2021-S1` both."""
    alternatives = [[_condition(name, one) for one in part.replace(" ", "+").split("+")] for part in text.split(",")]
    return lambda row: any(all(condition(row) for condition in both) for both in alternatives)


def _condition(name: str, text: str) -> Test:
    operator, colon, value = text.partition(":")
    if not colon:
        operator, value = "eq", text
    compare = _OPERATORS.get(operator)
    if compare is None or not value:
        raise BadFilter(f"c[{name}]", f"{text[:40]!r} is no condition: a code, or one of {', '.join(_OPERATORS)}:code.")
    if name == TIME:
        wanted = _period(f"c[{name}]", value)
        return lambda row: compare(_span(row), wanted)
    return lambda row: compare(_code(row, name), value)


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda one, other: one == other,
    "ne": lambda one, other: one != other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
}


def _period(parameter: str, text: str) -> tuple[date, date]:
    try:
        period = Period.parse(text)
    except ValueError as error:
        raise BadFilter(parameter, str(error)) from error
    return period.start, period.end


def _span(row: Coded) -> tuple[date, date]:
    period = Period.parse(row.codes[TIME])
    return period.start, period.end


def _code(row: Coded, name: str) -> str:
    return row.value or "" if name == VALUE else row.codes[name]


def structure_id(definitions: Definitions) -> str:
    """`SALWATCH:WB_SALW(2018.1)`."""
    return f"{AGENCY}:{definitions.roadmap.code.upper().replace('-', '_')}({definitions.roadmap.version})"


def csv_message(definitions: Definitions, rows: Sequence[Coded], *, history: bool) -> str:
    """SDMX-CSV 2.0: one row per observation."""
    components = [*dimensions(definitions), VALUE, *ATTRIBUTES]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["STRUCTURE", "STRUCTURE_ID", "ACTION", *components, *(VALIDITY if history else ())])
    for row in rows:
        validity = [_instant(row.valid_from), _instant(row.valid_to)] if history else []
        codes = [row.value or "" if name == VALUE else row.codes[name] for name in components]
        writer.writerow(["dataflow", structure_id(definitions), "I", *codes, *validity])
    return out.getvalue()


def json_message(
    definitions: Definitions,
    rows: Sequence[Coded],
    labels: Mapping[str, Mapping[str, str]],
    message_id: str,
    prepared: datetime,
) -> dict[str, Any]:
    """SDMX-JSON 2.0, flat (AllDimensions); a data set for each time from which and to which its figures held."""
    keys = dimensions(definitions)
    known = {name: list(dict.fromkeys(row.codes[name] for row in rows)) for name in (*keys, *ATTRIBUTES)}
    places = {name: {code: n for n, code in enumerate(codes)} for name, codes in known.items()}
    sets: dict[tuple[datetime, datetime | None], dict[str, Any]] = {}
    for row in rows:
        key = ":".join(str(places[name][row.codes[name]]) for name in keys)
        attributes = [places[name][row.codes[name]] for name in ATTRIBUTES]
        sets.setdefault((row.valid_from, row.valid_to), {})[key] = [row.value, *attributes]
    return {
        "meta": {
            "schema": "https://json.sdmx.org/2.0.0/sdmx-json-data-schema.json",
            "id": message_id,
            "prepared": _instant(prepared),
            "test": False,
            "contentLanguages": ["en"],
            "sender": {"id": AGENCY, "name": "SALWatch"},
        },
        "data": {
            "structures": [_structure(definitions, known, labels)],
            "dataSets": [_data_set(validity, observations) for validity, observations in sets.items()],
        },
    }


def _structure(
    definitions: Definitions, known: Mapping[str, Sequence[str]], labels: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    def told(name: str) -> dict[str, Any]:
        names = labels.get(name, {})
        values = [{"id": code, "name": names.get(code, code)} for code in known[name]]
        return {"id": name, "name": name, "values": values}

    keys = dimensions(definitions)
    observation = [{**told(name), "keyPosition": n} for n, name in enumerate(keys)]
    return {
        "name": definitions.roadmap.title,
        "dataSets": [0],
        "dimensions": {"dataSet": [], "series": [], "observation": observation},
        "measures": {"observation": [{"id": VALUE, "name": "Value"}]},
        "attributes": {"dataSet": [], "series": [], "observation": [told(name) for name in ATTRIBUTES]},
    }


def _data_set(validity: tuple[datetime, datetime | None], observations: Mapping[str, Any]) -> dict[str, Any]:
    valid_from, valid_to = validity
    ends = {} if valid_to is None else {"validTo": _instant(valid_to)}
    return {
        "structure": 0,
        "action": "Information",
        "validFrom": _instant(valid_from),
        **ends,
        "observations": observations,
    }


def labels(definitions: Definitions, areas: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Names of codes by component."""
    lists = {component(entry.code): {c.code: c.label for c in entry.codes} for entry in definitions.roadmap.code_lists}
    return {
        **{name: {**codes, TOTAL: "Total"} for name, codes in lists.items()},
        AREA: dict(areas),
        KPI: {part.number: part.name for part in definitions.parts.values()},
        STATUS: dict(_STATUS.values()),
    }


def plain_document(row: Coded, components: Sequence[str]) -> dict[str, Any]:
    """An observation as plain JSON."""
    between = [name for name in components if name not in (AREA, KPI, UNIT, TIME)]
    return {
        "ref_area": row.codes[AREA],
        "kpi": row.codes[KPI],
        "dimensions": {name.lower(): row.codes[name] for name in between if row.codes[name] != TOTAL},
        "unit": row.codes[UNIT],
        "time_period": row.codes[TIME],
        "value": row.value,
        "obs_status": row.codes[STATUS],
        "presence": row.codes["PRESENCE"],
        "quality": row.codes["QUALITY"] or None,
        "edition": int(row.codes["EDITION"]),
        "published_on": row.codes["PUBLISHED_ON"],
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


def _instant(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
