"""What bodies that are sent to us are made of. Unknown members are refused; what a value must keep beyond its shape the
domain says."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_LINK = re.compile(r"https?://[^\s]{1,2000}", re.ASCII)
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+", re.ASCII)
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


def _sha256(value: str) -> str:
    if not _SHA256.fullmatch(value):
        raise PydanticCustomError("sha256_malformed", "A SHA-256 is 64 small hexadecimal digits.")
    return value


def _link(value: str) -> str:
    if not _LINK.fullmatch(value):
        raise PydanticCustomError("link_malformed", "A link starts with https:// or http:// and holds no blank.")
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise PydanticCustomError("language_malformed", "A language is a BCP 47 tag such as sr-Latn or sq.")
    return value


def _media_type(value: str) -> str:
    if not _MEDIA_TYPE.fullmatch(value):
        raise PydanticCustomError("media_type_malformed", "A media type is written like application/pdf.")
    return value


def _written(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


Sha256 = Annotated[str, AfterValidator(_sha256), _written(_SHA256.pattern)]
Link = Annotated[str, AfterValidator(_link), _written(_LINK.pattern)]
Language = Annotated[str, AfterValidator(_language), _written(_LANGUAGE.pattern)]
MediaType = Annotated[str, AfterValidator(_media_type), _written(_MEDIA_TYPE.pattern)]
Short = Annotated[Text, Field(min_length=1, max_length=300)]
Long = Annotated[Text, Field(min_length=1, max_length=20_000)]
Code = Annotated[Text, Field(min_length=1, max_length=80)]


class Sent(BaseModel):
    """Base of everything that is sent to us."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SentPart(Sent, ABC):
    """Base of what a body is made of."""

    @abstractmethod
    def to_domain(self) -> Any: ...


class Told(Sent):
    """Every command may say on which day the fact happened, today without it; an earlier day needs a reason."""

    on: Day | None = None
    reason: Long | None = None
