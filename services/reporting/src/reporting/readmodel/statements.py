"""One SQL statement per question: from a cube where it holds what is asked, else from the fact rows.

Whatever the combination, a row of the measure's own table is counted at most once per key: what other tables add is
joined as distinct (incident, key) pairs, or only asked for existence.
"""

from __future__ import annotations

from collections.abc import Sequence

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


def count(measure: str, by: Sequence[str], filters: Filters, where: Where) -> Statement:
    """Selects one row per key that occurs: `k0`, `k1`, … in the order of `by`, then `value`."""
    asked = MEASURES[measure]
    held = {"jurisdiction", *MONTHS_PER, *GRAINS[asked.table].cube_dimensions}
    if held.issuperset([*by, *filters]) and whole_months(where):
        return _from_cube(asked, by, filters, where)
    return _FromFacts(asked, by, filters, where).statement()


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

    def statement(self) -> Statement:
        once = self._base == self._measure.table or self._firsts(self._base, "f")
        self._conditions += [within_days(self._sql, self._where), *of_measure(self._sql, self._measure)]
        self._conditions += one_of(self._sql, "f", self._on(self._base))
        joins = [*self._arrays(), *(self._other(child) for child in self._children if child != self._base)]
        source = f"{self._base} f {' '.join(joins)} WHERE {' AND '.join(self._conditions)}"
        self._sql.text = self._counted(source, once=once)
        return self._sql

    def _counted(self, source: str, *, once: bool) -> str:
        keys = [key(self._alias(name), name) for name in self._by]
        if not once:
            named = ", ".join(["f.seq", *(f"{expression} AS d{n}" for n, expression in enumerate(keys))])
            pairs = f"(SELECT DISTINCT {named} FROM {source}) pair"  # noqa: S608  our own names
            return _grouped([f"d{n}" for n in range(len(keys))], "count(*)", pairs)
        incidents = self._measure.table == "incident"
        return _grouped(keys, "count(*)" if incidents else f"sum(f.{GRAINS[self._base].value})", source)

    def _on(self, table: str) -> Filters:
        """The filters that a row of the table itself must meet; what all tables share, the base meets for all."""
        shared = self._base if table == self._base else None
        return {n: v for n, v in self._filters.items() if n not in ARRAYS and CHILD_TABLES.get(n, shared) == table}

    def _alias(self, name: str) -> str:
        if name in ARRAYS:
            return f"{name}_of"
        table = CHILD_TABLES.get(name, self._base)
        return "f" if table == self._base else f"{table}_of"

    def _arrays(self) -> list[str]:
        """What stands in the incident's row alone."""
        asked = [name for name in ARRAYS if name in self._by or name in self._filters]
        joins = []
        if asked and self._base != "incident":
            joins.append("JOIN incident i ON i.seq = f.seq")
            self._conditions += self._as_near("i")
        for name in asked:
            column = f"{self._incident}.{ARRAYS[name]}"
            if name in self._by:
                joins.append(f"CROSS JOIN LATERAL unnest({column}) AS {name}_of ({name})")
            if name in self._filters:
                bound = self._sql.bind(list(self._filters[name]), "text[]")
                self._conditions.append(
                    f"{name}_of.{name} = ANY({bound})" if name in self._by else f"{column} && {bound}"
                )
        return joins

    def _as_near(self, alias: str) -> list[str]:
        """All rows of an incident have its days: saying so of each spares reading the whole of a joined table."""
        return [within_days(self._sql, self._where, alias)] if bounded(self._where) else []

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
