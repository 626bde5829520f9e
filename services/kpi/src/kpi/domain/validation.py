"""What validation finds in a report before it is endorsed: the roadmap's own rules, and those that hold everywhere.

An error blocks; a warning needs an explanation, which holds as long as the figures that it is about stay the same.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from statistics import median

from common.kernel.expressions import Reference, parse
from common.kernel.progress import for_length
from kpi.domain.commands import History
from kpi.domain.derived import Lookup, total
from kpi.domain.digest import figures_digest, inputs_digest
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Operator, Part, Rule
from kpi.domain.state import State
from kpi.domain.values import Content, Dimensions, Figure, Finding, Input

BUILT_INS = 1
"""Rises when the rules below change; stored beside the roadmap's version with every result."""

CHANGE_PERCENT = Decimal(50)
CHANGE_UNITS = Decimal(10)
ROBUST_Z = Decimal("3.5")
NORMAL = Decimal("0.6745")  # the median absolute deviation of a normal distribution, in standard deviations
PERIODS_FOR_Z = 4

_COMPARE: Mapping[Operator, Callable[[Decimal, Decimal], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def rules_version(definitions: Definitions) -> str:
    """`<roadmap version>+<version of the built-in rules>`."""
    return f"{definitions.roadmap.version}+{BUILT_INS}"


def validate(definitions: Definitions, state: State, history: History) -> tuple[Finding, ...]:
    """All that is found now, errors first, explanations beside the warnings that they still hold for."""
    if state.jurisdiction is None:
        return tuple(
            replace(finding, id=f"{finding.id}/{jurisdiction}", message=f"{jurisdiction}: {finding.message}")
            for jurisdiction, content in state.contents()
            for finding in _elsewhere_collected(definitions, content)
        )
    content = state.content(state.jurisdiction)
    found = [
        *_missing(definitions, state, content),
        *_sums(definitions, content),
        *_inputs(definitions, state, content),
        *_changes(definitions, state.values_period, content, history),
        *_rules(definitions, content, history),
    ]
    explained = [_explained(definitions, state, content, finding) for finding in found]
    return tuple(sorted(explained, key=lambda finding: (finding.severity, finding.id)))


def wrong_with(definitions: Definitions, content: Content, number: str) -> list[Finding]:
    """The errors that a part has its share in, where commissions do not collect it: nobody endorses such a figure, so
    that what would block an endorsement is refused as it is recorded."""
    found = _elsewhere_collected(definitions, content)
    return [f for f in found if f.severity == "error" and number in _of_finding(definitions, f)]


def _elsewhere_collected(definitions: Definitions, content: Content) -> list[Finding]:
    mine = {part.number for part in definitions.collects("secretariat", None)}
    found = [
        *(finding for number, figure in content.figures for finding in _items(definitions.parts[number], figure)),
        *_sums(definitions, content),
        *_rules(definitions, content, History()),
    ]
    return [finding for finding in found if _of_finding(definitions, finding) <= mine]


def _of_finding(definitions: Definitions, finding: Finding) -> set[str]:
    """The recorded parts that a finding rests on."""
    numbers = _recorded(definitions, finding.id.split("/")[1].split("+"))
    return {number for number in numbers if not definitions.parts[number].derived}


def about(definitions: Definitions, state: State, finding: Finding, content: Content) -> str:
    """The digest of the figures that a finding is about: an explanation of it holds as long as this does."""
    if finding.rule == "inputs_cleared":
        return inputs_digest(institution_inputs(state, finding.id.rpartition("/")[2]))
    parts = _recorded(definitions, finding.id.split("/")[1].split("+"))
    return figures_digest(tuple((part, figure) for part, figure in content.figures if part in parts))


def _recorded(definitions: Definitions, numbers: Sequence[str]) -> set[str]:
    """The parts of those numbers that are recorded, and those that the derived ones among them follow from."""
    found, waiting = set[str](), list(numbers)
    while waiting:
        if (number := waiting.pop()) not in found:
            found.add(number)
            waiting.extend(definitions.series_of(definitions.parts[number]))
    return found


def institution_inputs(state: State, institution: str) -> tuple[tuple[str, Input], ...]:
    held = [(given.part, given.input) for given in state.inputs if given.institution == institution]
    return tuple(sorted(held, key=operator.itemgetter(0)))


def _explained(definitions: Definitions, state: State, content: Content, finding: Finding) -> Finding:
    for held in state.explanations:
        if held.finding == finding.id and held.digest == about(definitions, state, finding, content):
            return replace(finding, explanation=held.explanation)
    return finding


def _missing(definitions: Definitions, state: State, content: Content) -> Iterator[Finding]:
    figures = dict(content.figures)
    for part in definitions.collects(state.kind, state.jurisdiction):
        figure = figures.get(part.number)
        if figure is None:
            message = f"{part.number} {part.name}: say what is reported, or why nothing is (e.g. not_reported)."
            yield Finding(f"kpi_missing/{part.number}", "kpi_missing", "error", part.number, message)
        else:
            yield from _items(part, figure)


def _items(part: Part, figure: Figure) -> Iterator[Finding]:
    if part.kind == "statuses" and figure.presence == "reported":
        missing = {item.code for item in part.items} - {held.item for held in figure.statuses}
        if missing:
            message = f"{part.number}: no status of {', '.join(sorted(missing))}."
            yield Finding(f"items_missing/{part.number}", "items_missing", "error", part.number, message)


def _sums(definitions: Definitions, content: Content) -> Iterator[Finding]:
    for number, figure in content.figures:
        part = definitions.parts[number]
        if not part.numeric or not part.dimensions:
            continue
        values = {held.dimensions: held.value for held in figure.cells}
        for dimensions, value in values.items():
            for name in part.dimensions:
                if name not in dict(dimensions) and (
                    message := _sum(definitions, part, values, dimensions, name, value)
                ):
                    where = "".join(f"/{key}={code}" for key, code in dimensions)
                    yield Finding(f"parts_add_up/{number}{where}/{name}", "parts_add_up", "error", number, message)
        if () not in values and (message := _crosswise(definitions, part, values)):
            yield Finding(f"parts_add_up/{number}", "parts_add_up", "error", number, message)


def _sum(
    definitions: Definitions,
    part: Part,
    values: Mapping[Dimensions, Decimal],
    dimensions: Dimensions,
    name: str,
    value: Decimal,
) -> str | None:
    """What is wrong between a total and its parts along one dimension; None where nothing is."""
    codes = definitions.codes(name)
    below = [values.get(tuple(sorted((*dimensions, (name, code))))) for code in codes]
    known = [entry for entry in below if entry is not None]
    if not known or name not in definitions.summable(part):
        return None
    summed = sum(known, Decimal(0))
    if summed == value or (len(known) < len(codes) and summed < value):
        return None
    where = f" at {', '.join(f'{key} {code}' for key, code in dimensions)}" if dimensions else ""
    return f"{part.number}{where}: the parts by {name} make {summed:f}, the total says {value:f}."


def _crosswise(definitions: Definitions, part: Part, values: Mapping[Dimensions, Decimal]) -> str | None:
    """What is wrong between dimensions that are told in whole where no total is."""
    told: dict[str, Decimal] = {}
    for name, codes in definitions.summable(part).items():
        cells = [((name, code),) for code in codes]
        if all(cell in values for cell in cells):
            told[name] = sum((values[cell] for cell in cells), Decimal(0))
    sums = ", ".join(f"by {name} {value:f}" for name, value in told.items())
    return f"{part.number}: the parts make different totals: {sums}." if len(set(told.values())) > 1 else None


def _inputs(definitions: Definitions, state: State, content: Content) -> Iterator[Finding]:
    figures = dict(content.figures)
    for number, group in groupby(sorted(state.inputs, key=lambda held: held.part), key=lambda held: held.part):
        part = definitions.parts[number]
        if part.kind == "percent":
            continue  # shares do not add up
        given = [total(definitions, part, Figure("reported", "final", held.input.cells)) for held in group]
        summed = sum((value for value in given if value is not None), Decimal(0))
        figure = figures.get(number)
        value = total(definitions, part, figure) if figure else None
        if value is not None and None not in given and value != summed:
            message = f"{number}: the institutions' inputs make {summed:f}, the figure says {value:f}."
            yield Finding(f"inputs_add_up/{number}", "inputs_add_up", "error", number, message)
    for institution in sorted({held.institution for held in state.inputs}):
        if not any(c.institution == institution and c.valid for c in state.clearances):
            message = f"{institution} has not cleared its inputs as they stand."
            yield Finding(f"inputs_cleared/{institution}", "inputs_cleared", "warning", None, message)


def _changes(definitions: Definitions, period: str, content: Content, history: History) -> Iterator[Finding]:
    """What happened in a longer period counts for as much of it as falls on one of this length."""
    for number, figure in content.figures:
        part = definitions.parts[number]
        value = total(definitions, part, figure) if part.numeric else None
        before = (_of_length(part, totals.get(number), of, period) for of, totals in history.periods)
        series = [entry for entry in before if entry is not None]
        if value is None or not series:
            continue
        change = abs(value - series[-1])
        if change >= CHANGE_UNITS and change * 100 > CHANGE_PERCENT * abs(series[-1]):
            message = f"{number} {part.name}: {value:f} after {series[-1]:f} in the period before."
            yield Finding(f"change/{number}", "change", "warning", number, message)
        if (z := _robust_z(value, series)) is not None and abs(z) > ROBUST_Z:
            message = f"{number} {part.name}: {value:f} lies far from its own history (median {median(series):f})."
            yield Finding(f"own_history/{number}", "own_history", "warning", number, message)


def _of_length(part: Part, value: Decimal | None, of: str, period: str) -> Decimal | None:
    return value if part.stock or part.kind == "percent" else for_length(value, of, period)


def _robust_z(value: Decimal, series: list[Decimal]) -> Decimal | None:
    """By the median and the median absolute deviation; None with too short a history or one that never moved."""
    if len(series) < PERIODS_FOR_Z:
        return None
    middle = median(series)
    spread = median([abs(entry - middle) for entry in series])
    return NORMAL * (value - middle) / spread if spread else None


def _rules(definitions: Definitions, content: Content, history: History) -> Iterator[Finding]:
    lookup = Lookup(definitions, content, history)
    for rule in definitions.roadmap.rules:
        sides = _sides(rule, lookup)
        if sides is None or _COMPARE[rule.operator](*sides):
            continue
        references = [*parse(rule.left).references, *parse(rule.right).references]
        parts = tuple(dict.fromkeys(reference.series for reference in references))
        message = f"{rule.message} ({sides[0]:f} {rule.operator} {sides[1]:f} does not hold.)"
        yield Finding(f"{rule.id}/{'+'.join(parts)}", rule.id, rule.severity, parts[0] if parts else None, message)


def _sides(rule: Rule, lookup: Lookup) -> tuple[Decimal, Decimal] | None:
    """Both sides; None where the rule is skipped for what is missing."""
    left, right = parse(rule.left), parse(rule.right)
    missing = [lookup(reference) is None for reference in (*left.references, *right.references)]
    if (rule.missing == "skip_if_any" and any(missing)) or (rule.missing == "skip_if_all" and missing and all(missing)):
        return None

    def or_zero(reference: Reference) -> Decimal:
        value = lookup(reference)
        return Decimal(0) if value is None else value

    values = left.evaluate(or_zero), right.evaluate(or_zero)
    return None if values[0] is None or values[1] is None else (values[0], values[1])
