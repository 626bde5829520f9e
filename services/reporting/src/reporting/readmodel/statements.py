"""One SQL statement per question: from a cube where it holds what is asked, else from the fact rows.

Whatever the combination, a row of the measure's own table is counted at most once per key: what other tables add is
joined as distinct (incident, key) pairs, or only asked for existence. As no incident is in two ranges of keys, what is
joined of many years is cut into such ranges, and each range is merged in the order of the keys: the tables lie in
that order, and looking things up in hash tables of millions of rows costs twice as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from reporting.readmodel.conditions import (
    Filters,
    Statement,
    Where,
    bounded,
    key,
    of_measure,
    one_of,
    whole_months,
    within_days,
    within_months,
)
from reporting.readmodel.dimensions import ARRAYS, CHILD_TABLES, MEASURES, MONTHS_PER, Measure
from reporting.readmodel.tables import GRAINS

PARTS = 4
"""Into how many ranges of incidents a join is cut: each is merged by one process, in the order of the keys."""

LONG = timedelta(days=3 * 365)
"""What is joined of more days is merged; of fewer, an index on the days finds it."""


def count(measure: str, by: Sequence[str], filters: Filters, where: Where, newest: int) -> Statement:
    """Selects one row per key that occurs: `k0`, `k1`, … in the order of `by`, then `value`.

    `newest` is the greatest `seq` of an incident.
    """
    asked = MEASURES[measure]
    held = {"jurisdiction", *MONTHS_PER, *GRAINS[asked.table].cube_dimensions}
    if held.issuperset([*by, *filters]) and whole_months(where):
        return _from_cube(asked, by, filters, where)
    return _FromFacts(asked, by, filters, where).statement(newest)


def _from_cube(measure: Measure, by: Sequence[str], filters: Filters, where: Where) -> Statement:
    statement, grain = Statement(), GRAINS[measure.table]
    conditions = [
        "f.counted",
        within_months(statement, where),
        *one_of(statement, "f", filters),
        *of_measure(statement, measure),
    ]
    keys = [key("f", name) for name in by]
    statement.text = _grouped(keys, f"sum(f.{grain.value})", f"{grain.cube} f WHERE {' AND '.join(conditions)}")
    return statement


class _FromFacts:
    """Incidents are counted in the child table that is asked about, if any: that spares a join with all of them."""

    def __init__(self, measure: Measure, by: Sequence[str], filters: Filters, where: Where) -> None:
        self._measure = measure
        self._where = where
        self._by = by
        self._filters = filters
        self._children = dict.fromkeys(CHILD_TABLES[name] for name in (*by, *filters) if name in CHILD_TABLES)
        self._base = measure.table if measure.table != "incident" else next(iter(self._children), "incident")
        self._incident = "f" if self._base == "incident" else "i"  # whose row holds the arrays
        self._sql = Statement()
        self._conditions = ["f.counted"]
        arrays = not ARRAYS.keys().isdisjoint([*by, *filters])
        tables = {self._base, *self._children, *(["incident"] if arrays else [])}
        self._sql.merged = len(tables) > 1 and any(end - start > LONG for _, start, end in where)

    def statement(self, newest: int) -> Statement:
        once = self._base == self._measure.table or self._firsts(self._base, "f")
        self._conditions += [within_days(self._sql, self._where), *of_measure(self._sql, self._measure)]
        self._conditions += self._of_part("f")
        self._conditions += one_of(self._sql, "f", self._on(self._base))
        joins = [*self._arrays(), *(self._other(child) for child in self._children if child != self._base)]
        source = f"{self._base} f {' '.join(joins)} WHERE {' AND '.join(self._conditions)}"
        self._sql.text = self._counted(self._in_parts(self._rows(source, once=once), newest))
        return self._sql

    def _rows(self, source: str, *, once: bool) -> str:
        """What is added up: keys, whole arrays and a value; without a key per element they are far fewer groups."""
        scalars = [f"{key(self._alias(name), name)} AS d{n}" for n, name in enumerate(self._by) if name not in ARRAYS]
        arrays = [f"{self._incident}.{ARRAYS[name]}" for name in self._by if name in ARRAYS]
        value = "1" if self._measure.table == "incident" else f"f.{GRAINS[self._base].value}"
        distinct = [] if once else ["f.seq"]
        selected = ", ".join([*distinct, *scalars, *arrays, f"{value} AS value"])
        return f"SELECT {'' if once else 'DISTINCT '}{selected} FROM {source}"  # noqa: S608  our own names

    def _in_parts(self, rows: str, newest: int) -> str:
        if not self._sql.merged:
            return f"({rows}) f"
        bounds = [self._sql.bind((newest + 1) * part // PARTS, "bigint") for part in range(PARTS + 1)]
        parts = (rows.format(low=low, high=high) for low, high in pairwise(bounds))
        return f"({' UNION ALL '.join(parts)}) f"

    def _counted(self, rows: str) -> str:
        arrays = [name for name in self._by if name in ARRAYS]
        scalars = [f"d{n}" for n, name in enumerate(self._by) if name not in ARRAYS]
        if arrays:
            keys = ", ".join([*scalars, *(ARRAYS[name] for name in arrays)])
            rows = f"(SELECT {keys}, sum(value) AS value FROM {rows} GROUP BY {keys}) f"  # noqa: S608  our own names
        elements = [f"CROSS JOIN LATERAL unnest(f.{ARRAYS[name]}) AS {name}_of ({name})" for name in arrays]
        kept = [f"{name}_of.{name} = ANY({self._bound(name)})" for name in arrays if name in self._filters]
        condition = f" WHERE {' AND '.join(kept)}" if kept else ""
        keys_of = [f"{name}_of.{name}" if name in ARRAYS else f"d{n}" for n, name in enumerate(self._by)]
        return _grouped(keys_of, "sum(value)", f"{' '.join([rows, *elements])}{condition}")

    def _on(self, table: str) -> Filters:
        """The filters that a row of the table itself must meet; what all tables share, the base meets for all."""
        shared = self._base if table == self._base else None
        return {n: v for n, v in self._filters.items() if n not in ARRAYS and CHILD_TABLES.get(n, shared) == table}

    def _alias(self, name: str) -> str:
        table = CHILD_TABLES.get(name, self._base)
        return "f" if table == self._base else f"{table}_of"

    def _arrays(self) -> list[str]:
        """What stands in the incident's row alone."""
        asked = [name for name in ARRAYS if name in self._by or name in self._filters]
        filters = [name for name in asked if name in self._filters]
        self._conditions += [f"{self._incident}.{ARRAYS[name]} && {self._bound(name)}" for name in filters]
        if not asked or self._base == "incident":
            return []
        self._conditions += self._as_near("i")
        return ["JOIN incident i ON i.seq = f.seq"]

    def _bound(self, name: str) -> str:
        return self._sql.bind(list(self._filters[name]), "text[]")

    def _as_near(self, alias: str) -> list[str]:
        """All rows of an incident have its days and its key: saying so of each spares reading the whole of a table."""
        if self._sql.merged or not bounded(self._where):
            return self._of_part(alias)
        return [within_days(self._sql, self._where, alias)]

    def _of_part(self, alias: str) -> list[str]:
        return [f"{alias}.seq >= {{low}} AND {alias}.seq < {{high}}"] if self._sql.merged else []

    def _firsts(self, table: str, alias: str) -> bool:
        """Keeps one row per incident and key, where the rows say themselves which; else they must be made distinct.

        They do where no filter leaves a choice: then the first with the filters' values and the key is one of them.
        """
        filters = self._on(table)
        own = {name for name in (*self._by, *filters) if CHILD_TABLES.get(name) == table}
        if any(len(values) > 1 for name, values in filters.items() if name in own):
            return False
        bit = GRAINS[table].first_bit(own)
        if bit is not None:
            self._conditions.append(f"{alias}.firsts & {1 << bit} <> 0")
        return True

    def _other(self, table: str) -> str:
        """Another child table: one and the same of its rows must meet all filters on it."""
        keys = [name for name in self._by if CHILD_TABLES.get(name) == table]
        alias = f"{table}_of"
        conditions = [f"{alias}.counted", *self._as_near(alias), *one_of(self._sql, alias, self._on(table))]
        if not keys:
            conditions.append(f"{alias}.seq = f.seq")
            self._conditions.append(f"EXISTS (SELECT FROM {table} {alias} WHERE {' AND '.join(conditions)})")
            return ""
        if self._firsts(table, alias):
            self._conditions += conditions
            return f"JOIN {table} {alias} ON {alias}.seq = f.seq"
        columns = ", ".join([f"{alias}.seq", *(f"{alias}.{name}" for name in keys)])
        pairs = f"SELECT DISTINCT {columns} FROM {table} {alias} WHERE {' AND '.join(conditions)}"  # noqa: S608
        return f"JOIN ({pairs}) {alias} ON {alias}.seq = f.seq"


def _grouped(keys: Sequence[str], value: str, source: str) -> str:
    selected = ", ".join([*(f"{expression} AS k{n}" for n, expression in enumerate(keys)), f"{value} AS value"])
    grouped = f" GROUP BY {', '.join(f'k{n}' for n in range(len(keys)))}" if keys else ""
    return f"SELECT {selected} FROM {source}{grouped}"  # noqa: S608  our own names
