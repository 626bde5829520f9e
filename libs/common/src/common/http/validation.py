"""What Pydantic finds wrong, in the partner's terms: pointers into what was sent, and what would have been right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from common.kernel.errors import Violation

_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "enum": "unknown_value",
    "literal_error": "unknown_value",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_many",
    "too_short": "too_few",
    "greater_than_equal": "too_small",
    "greater_than": "too_small",
    "less_than_equal": "too_large",
    "less_than": "too_large",
    "model_type": "not_an_object",
    "model_attributes_type": "not_an_object",
    "dict_type": "not_an_object",
    "list_type": "not_a_list",
    "tuple_type": "not_a_list",
    "date_type": "date_malformed",
    "date_parsing": "date_malformed",
    "date_from_datetime_parsing": "date_malformed",
    "date_from_datetime_inexact": "date_malformed",
}
_TEXTS = {
    "missing": "This is required",
    "not_an_object": "This must be a JSON object: {…}",
    "not_a_list": "This must be a JSON array: […]",
    "date_malformed": "A date is written YYYY-MM-DD, and the calendar has it",
}
Location = Sequence[str | int]


def body_violations(errors: Sequence[Any], model: Any) -> list[Violation]:
    """Violations from the `errors()` of a `ValidationError` of `model`, whose locations start at the body's root."""
    return [_violation(error, _pointer(error["loc"]), error["loc"], model) for error in errors]


def request_violations(errors: Sequence[Any], model: Any) -> list[Violation]:
    """Likewise for what FastAPI reports: locations that start with "body", "query", "path" or "header"."""
    return [_request_violation(error, model) for error in errors]


def field_names(model: Any, location: Location) -> list[str]:
    """The names that the object at `location` inside `model` may have; empty where it is no model."""
    annotations = [model]
    for part in location:
        annotations = [below for annotation in annotations for below in _below(annotation, part)]
    models = [kind for annotation in annotations for kind in _models(annotation)]
    return sorted({field.alias or name for kind in models for name, field in kind.model_fields.items()})


def _request_violation(error: Any, model: Any) -> Violation:
    place, *rest = error["loc"]
    if place == "body":
        return _violation(error, _pointer(rest), rest, model)
    name = str(rest[0]) if rest else place
    if place == "query":
        return _violation(error, f"?{name}", (), None)
    return Violation("", _code(error), f"{place} {name}: {_text(error)}")


def _violation(error: Any, pointer: str, location: Location, model: Any) -> Violation:
    code = _code(error)
    if code == "unknown_field":
        names = ", ".join(field_names(model, location[:-1]))
        return Violation(pointer, code, f"There is no field {location[-1]} here; there are: {names}")
    return Violation(pointer, code, _text(error))


def _kind(error: Any) -> str:
    """A limit on the length of a text that is checked after ours is reported as one on a list's."""
    kind = str(error["type"])
    return f"string_{kind}" if kind in ("too_long", "too_short") and isinstance(error.get("input"), str) else kind


def _code(error: Any) -> str:
    return _CODES.get(_kind(error), _kind(error))


def _text(error: Any) -> str:
    """In our words where we have any: for what Pydantic itself found, not for what a schema of ours says."""
    match _kind(error):
        case "string_too_short":
            return f"At least {error['ctx']['min_length']} character; leave it out where there is nothing to say"
        case "string_too_long":
            return f"At most {error['ctx']['max_length']} characters"
        case "too_short":
            return f"At least {error['ctx']['min_length']} of these; there are {error['ctx']['actual_length']}"
        case "too_long":
            return f"At most {error['ctx']['max_length']} of these"
    ours = _TEXTS.get(_CODES.get(error["type"], ""))
    return ours or str(error["msg"]).removeprefix("Value error, ")


def _pointer(location: Location) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def _below(annotation: Any, part: str | int) -> Iterator[Any]:
    for kind in _plain(annotation):
        if isinstance(part, int):
            yield from get_args(kind)[:1]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (f.annotation for name, f in kind.model_fields.items() if part in (name, f.alias))


def _models(annotation: Any) -> list[type[BaseModel]]:
    return [kind for kind in _plain(annotation) if isinstance(kind, type) and issubclass(kind, BaseModel)]


def _plain(annotation: Any) -> list[Any]:
    """The alternatives of an annotation, without `Annotated` and unions around them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _plain(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [plain for argument in get_args(annotation) for plain in _plain(argument)]
    return [annotation]
