"""Statements over the fact rows: any question, in one scan of one table.

Whatever occurs in an incident is turned into numbers of keys on the way: its own kind, its tags and its areas by an
array that has the number of the key at the kind's code; of its persons, weapons or items the set of their keys, as
the bits of a word or of several; what the measure itself counts is unnested. Then rows are grouped: an incident (or a
person of it) is in exactly one group, so that groups add up to the total, and sets are spread over their keys only
afterwards, when there are thousands of groups instead of millions of rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reporting.readmodel.axes import BITS, Axis, Names, axis
from reporting.readmodel.conditions import Filters, Statement, Window, by_days, key, one_of, within_days
from reporting.readmodel.dimensions import KIND_OF, MEASURES, MONTHS_PER
from reporting.readmodel.tables import DETAILS, GRAINS

SPELLED_OUT = 8
"""Up to so many kinds the set of an incident is written as an expression, a tenth of what calling a function takes."""

_COLUMN = {"incident": "kind", "tags": "tags", "admin": "admin"}
_SEVERAL = {grain.name for grain in DETAILS}


def needed(measure: str, by: Sequence[str], filters: Filters) -> list[str]:
    """Of what the kinds must be known to ask this."""
    return list(
        dict.fromkeys(
            ["incident", MEASURES[measure].grain, *(KIND_OF[name] for name in (*by, *filters) if name in KIND_OF)]
        )
    )


def from_facts(
    measure: str,
    by: Sequence[str],
    filters: Filters,
    windows: Sequence[Window],
    kinds: Mapping[str, Mapping[int, Names]],
) -> Statement:
    """Selects a row per window and key that occurs: `n` (the window), `k0`, `k1`, … in the order of `by`, `value`, and
    `total`, true of the rows that have no key and count each incident or person once.

    `kinds` are all that there are of what is `needed`, by code.
    """
    return _Facts(measure, by, filters, windows, kinds).statement()


class _Facts:
    def __init__(
        self,
        measure: str,
        by: Sequence[str],
        filters: Filters,
        windows: Sequence[Window],
        kinds: Mapping[str, Mapping[int, Names]],
    ) -> None:
        members = {jurisdiction for where, _ in windows for jurisdiction, _, _ in where}
        within = {**filters, "jurisdiction": tuple(members), "status": ("active",)}
        self._kinds = kinds
        self._by = by
        self._members = members
        self._windows = windows
        self._axes = [axis(of, known, by, within, MEASURES[measure]) for of, known in kinds.items()]
        several = [axis for axis in self._axes if axis.of in _SEVERAL]
        self._own = next((axis for axis in several if axis.of == MEASURES[measure].grain), None)
        self._sets = [axis for axis in several if axis is not self._own]
        self._sql = Statement()

    def statement(self) -> Statement:
        grouped = self._grouped()
        kept = [f"({' | '.join(_words(axis))}) <> 0" for axis in self._sets if axis.filtered and axis.by]
        kept = [
            "g.w >> n.n & 1 = 1",
            *(["g.value > 0"] if self._own is not None and self._own.of != "item" else []),
            *kept,
        ]
        source = f"grouped g CROSS JOIN generate_series(0, {len(self._windows) - 1}) AS n (n)"
        nothing = [f"NULL::{'integer' if name in MONTHS_PER else 'text'} AS k{n}" for n, name in enumerate(self._by)]
        parts = [_select(["n.n", *nothing, "sum(g.value) AS value", "true AS total"], source, kept, ["n.n"])]
        if self._by:
            keys = [f"{self._key(name)} AS k{n}" for n, name in enumerate(self._by)]
            joins = " ".join(self._spread(axis) for axis in self._axes if axis.by)
            selected = ["n.n", *keys, "sum(g.value)", "false"]
            parts.append(_select(selected, f"{source} {joins}", kept, ["n.n", *(f"k{n}" for n in range(len(keys)))]))
        self._sql.text = f"WITH grouped AS MATERIALIZED ({grouped}) {' UNION ALL '.join(parts)}"
        return self._sql

    def _grouped(self) -> str:
        """The one scan."""
        columns = dict(self._columns())
        conditions = list(self._conditions())
        if self._own is not None and (self._own.by or self._own.of == "item"):
            return self._unnested(self._own, columns, conditions)
        value = "count(*)" if self._own is None else f"sum({self._number_of(self._own)})"
        selected = [*(f"{expression} AS {name}" for name, expression in columns.items()), f"{value} AS value"]
        return _select(selected, "incident f", conditions, list(columns))

    def _unnested(self, own: Axis, columns: Mapping[str, str], conditions: Sequence[str]) -> str:
        """A row for each of the kinds: needed for their keys, and where there may be 0 of a kind."""
        grain, numbers = GRAINS[own.of], f"({self._sql.bind(own.numbers, 'integer[]')})[e.own]"
        selected = [
            *(f"{expression} AS {name}" for name, expression in columns.items()),
            f"unnest(f.{grain.kinds}) AS own",
            f"unnest(f.{grain.numbers}) AS number",
        ]
        source = _select(selected, "incident f", conditions)
        key = {own.of: f"{numbers} AS {own.of}"} if own.by else {}
        value = "count(*) + coalesce(sum(e.number - 1), 0) AS value"  # nearly all are one of a kind, and null
        return _select([*columns, *key.values(), value], f"({source}) e", [f"{numbers} <> 0"], [*columns, *key])

    def _columns(self) -> Iterator[tuple[str, str]]:
        """What rows are grouped by."""
        yield "w", self._window_bits()
        yield from ((name, key(name)) for name in self._by if name in MONTHS_PER)
        for each in self._axes:
            if each.by and each.of in _COLUMN:
                yield each.of, self._number(each)
        for each in self._sets:
            if each.by:
                yield from ((f"{each.of}_{n}", self._set(each, each.bits(n))) for n in range(each.words))

    def _number(self, of: Axis) -> str:
        return f"({self._sql.bind(of.numbers, 'integer[]')})[f.{_COLUMN[of.of]}]"

    def _set(self, of: Axis, bits_of_kinds: list[int]) -> str:
        """The bits of all the kinds that an incident has."""
        kinds, bits = f"f.{GRAINS[of.of].kinds}", self._sql.bind(bits_of_kinds, "bigint[]")
        terms = [f"({bits})[{kinds}[{n}]]" for n in range(1, SPELLED_OUT + 1)]
        return _spelled(kinds, " | ", terms, f"bits_of({kinds}, {bits})")

    def _number_of(self, own: Axis) -> str:
        """How many an incident has of the kinds that meet the conditions."""
        kinds, numbers = f"f.{GRAINS[own.of].kinds}", f"f.{GRAINS[own.of].numbers}"
        ones = self._sql.bind(own.ones, "bigint[]")
        terms = [f"({ones})[{kinds}[{n}]] * coalesce({numbers}[{n}], 1)" for n in range(1, SPELLED_OUT + 1)]
        return _spelled(kinds, " + ", terms, f"number_of({kinds}, {numbers}, {ones})")

    def _conditions(self) -> Iterator[str]:
        for each in self._axes:
            if each.of == "incident" or (each.filtered and each.of in _COLUMN):
                yield f"{self._number(each)} <> 0"
        for each in self._sets:
            if each.filtered and (each.rare or not each.by):
                yield self._any(each)
        if self._own is not None:
            yield self._any(self._own) if self._own.rare else f"f.{GRAINS[self._own.of].kinds} IS NOT NULL"
        days = [(start, end) for where, _ in self._windows for _, start, end in where]
        yield from within_days(self._sql, min(start for start, _ in days), max(end for _, end in days))

    def _any(self, of: Axis) -> str:
        """Whether an incident has a kind that meets the conditions."""
        return f"{self._set(of, of.ones)} <> 0"

    def _window_bits(self) -> str:
        return " | ".join(
            f"CASE WHEN {self._within(window)} THEN {1 << n} ELSE 0 END" for n, window in enumerate(self._windows)
        )

    def _within(self, window: Window) -> str:
        where, periods = window
        found = []
        for (start, end), jurisdictions in by_days(where).items():
            conditions = within_days(self._sql, start, end)
            if set(jurisdictions) != self._members:
                codes = [code for code, names in self._kinds["incident"].items() if names[0] in jurisdictions]
                conditions.append(f"f.kind = ANY({self._sql.bind(codes, 'integer[]')})")
            found.append(" AND ".join([*conditions, *one_of(self._sql, periods)]) or "true")
        return " OR ".join(f"({condition})" for condition in found)

    def _key(self, name: str) -> str:
        return f"g.{name}" if name in MONTHS_PER else f"{KIND_OF[name]}_of.{name}"

    def _spread(self, of: Axis) -> str:
        """Joins the keys of a group's number, or of its set."""
        numbers = self._sql.bind([number for number, _ in of.rows], "integer[]")
        values = [self._sql.bind([names[n] for _, names in of.rows], "text[]") for n in range(len(of.by))]
        keys = f"unnest({', '.join([numbers, *values])}) AS {of.of}_of ({', '.join(['number', *of.by])})"
        if of not in self._sets:
            return f"JOIN {keys} ON {of.of}_of.number = g.{of.of}"
        number = f"({of.of}_of.number - 1)"
        words = "".join(f" WHEN {n} THEN {word}" for n, word in enumerate(_words(of)))
        return f"JOIN {keys} ON (CASE {number} / {BITS}{words} END >> {number} % {BITS}) & 1 = 1"


def _spelled(kinds: str, operator: str, terms: Sequence[str], otherwise: str) -> str:
    """The terms of as many kinds as an incident has."""
    cases = "".join(f" WHEN {n} THEN {operator.join(terms[:n])}" for n in range(1, len(terms) + 1))
    return f"CASE coalesce(cardinality({kinds}), 0) WHEN 0 THEN 0{cases} ELSE {otherwise} END"


def _words(of: Axis) -> list[str]:
    return [f"g.{of.of}_{word}" for word in range(of.words)]


def _select(columns: Sequence[str], source: str, conditions: Sequence[str], keys: Sequence[str] | None = None) -> str:
    grouped = "" if keys is None else f" GROUP BY {', '.join(keys)}"
    condition = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(columns)} FROM {source}{condition}{grouped}"  # noqa: S608  our own names
