"""A decoded line of a batch to a body, by the same model that a single post is read with."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from common.http.validation import body_violations
from common.kernel.errors import RuleBroken
from incidents.api.schemas import IncidentLine
from incidents.domain.body import IncidentBody


class InvalidLine(RuleBroken):
    code = "invalid_input"
    title = "The input is not as it must be"


def parse_line(value: Any) -> IncidentBody:
    """Raises `InvalidLine` with a violation for each member that is wrong."""
    try:
        return IncidentLine.model_validate(value).to_domain()
    except ValidationError as error:
        found = body_violations(error.errors(include_url=False), IncidentLine)
        raise InvalidLine(found[0].detail, *found) from error
