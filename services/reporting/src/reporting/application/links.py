"""From a figure to its incidents: the address of a list with the filters of the row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlencode

from reporting.application.questions import FIXED_VALUES, PERIODS, Filters
from reporting.application.scope import Span

_NOT_SUICIDE = tuple(outcome for outcome in FIXED_VALUES["outcome"] if outcome != "suicide")
_NOT_VICTIM = tuple(role for role in FIXED_VALUES["role"] if role != "victim")

IMPLIED: Mapping[str, Filters] = MappingProxyType(
    {
        "victims": {"role": ("victim",), "outcome": _NOT_SUICIDE},
        "perpetrators": {"role": _NOT_VICTIM},
        "killed": {"outcome": ("killed",)},
        "suicides": {"outcome": ("suicide",)},
        "deaths": {"outcome": ("killed", "suicide")},
        "injured": {"outcome": ("injured",)},
        "threatened": {"outcome": ("threatened",)},
    }
)
"""What a measure says of the persons it counts, as filters of the list."""


def incidents_link(
    base: str, measure: str, key: Mapping[str, str], filters: Filters, jurisdictions: Sequence[str], span: Span
) -> str:
    """The incidents behind a row. Those under `unknown` are among the ones listed: lists have no such filter."""
    asked = {name: values for name, values in filters.items() if name not in PERIODS}
    asked |= {name: (value,) for name, value in key.items() if name not in PERIODS}
    asked["jurisdiction"] = (key["jurisdiction"],) if "jurisdiction" in key else tuple(jurisdictions)
    for name, values in IMPLIED.get(measure, {}).items():
        asked[name] = tuple(value for value in asked.get(name, values) if value in values)
    parameters = [(name, value) for name, values in sorted(asked.items()) for value in values]
    parameters += [(name, day.isoformat()) for name, day in (("from", span.start), ("to", span.end)) if day]
    return f"{base}/v1/incidents?{urlencode(parameters)}"
