"""What bodies that are sent to us are made of. Unknown members are refused; what a value must keep beyond its shape the
domain says."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PLAIN_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,40})?", re.ASCII)


def _storable(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("nul_character", "NUL characters cannot be kept.")
    return text


def _day(value: object) -> object:
    """Pydantic alone would also take a number of seconds or a time of day."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("date_malformed", "The calendar has no such day.") from None
    raise PydanticCustomError("date_malformed", "A date is written YYYY-MM-DD.")


def _decimal(value: object) -> object:
    if isinstance(value, str) and _PLAIN_DECIMAL.fullmatch(value.strip()):
        return Decimal(value.strip())
    raise PydanticCustomError("decimal_malformed", 'A quantity is a text that holds a plain decimal, like "2.5".')


Text = Annotated[str, AfterValidator(_storable)]
Day = Annotated[date, BeforeValidator(_day)]
PlainDecimal = Annotated[
    Decimal, BeforeValidator(_decimal), WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?$"})
]


class Sent(BaseModel):
    """Base of everything that is sent to us."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SentPart(Sent, ABC):
    """Base of what a body is made of."""

    @abstractmethod
    def to_domain(self) -> Any: ...
