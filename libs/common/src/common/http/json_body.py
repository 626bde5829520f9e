"""JSON from outside: strict, bounded, and free of what no later step can keep."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from starlette.requests import Request

from common.http.problems import Problem, invalid
from common.kernel.errors import Violation

_SUSPICIOUS = re.compile(rb"\\u0000|\d{19}")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_BYTE = re.compile(r" \(byte (\d+)\)$")
_LARGEST = 2**63 - 1
NEWLINE = b"\n"


class JsonRequest(Request):
    """A request whose `json()` is `parse_json`."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json


def parse_json(body: bytes) -> Any:
    """The value. Raises `Problem`: 400 for what is not JSON, 422 for NUL characters, lone surrogates (no database text
    holds them) and numbers beyond 64 bits."""
    try:
        value = msgspec.json.decode(body)
    except UnicodeDecodeError as error:
        raise _malformed(f"The text is not UTF-8 {_place(body, _first_bad_byte(body))}") from error
    except RecursionError as error:
        raise _malformed("It is nested too deeply") from error
    except msgspec.ValidationError as error:
        raise invalid([Violation("", "number_out_of_range", "A number is out of range")]) from error
    except (msgspec.DecodeError, ValueError) as error:
        if _SURROGATE.search(body):
            raise invalid([_unstorable("", "half of a surrogate pair")]) from error
        raise _malformed(_reason(body, str(error))) from error
    if _SUSPICIOUS.search(body) and (violations := _unwanted(value)):
        raise invalid(violations)
    return value


def _malformed(detail: str) -> Problem:
    return Problem(400, "malformed-json", detail, title="The JSON cannot be read")


def _reason(body: bytes, message: str) -> str:
    """Line and column, both from 1, instead of msgspec's byte."""
    if not body.strip():
        return "There is no JSON in the body"
    found = _BYTE.search(message)
    text = _BYTE.sub("", message).removeprefix("JSON is malformed: ")
    return f"{text} {_place(body, int(found[1]) if found else len(body))}"


def _first_bad_byte(body: bytes) -> int:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(body)


def _place(body: bytes, at: int) -> str:
    start = body.rfind(b"\n", 0, at) + 1
    column = len(body[start:at].decode(errors="replace")) + 1
    return f"in line {body.count(NEWLINE, 0, at) + 1}, column {column}"


def _unwanted(value: Any) -> list[Violation]:
    """Walks without recursion, for the parser has let deep nesting through up to its own bound."""
    found: list[Violation] = []
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        pointer, item = waiting.pop()
        if isinstance(item, str) and "\0" in item:
            found.append(_unstorable(pointer, "a NUL character"))
        elif isinstance(item, int) and abs(item) > _LARGEST:
            found.append(Violation(pointer, "number_out_of_range", "The number is out of range"))
        elif isinstance(item, dict):
            found += [_unstorable(pointer, "a NUL character in a name") for name in item if "\0" in name]
            waiting += [(f"{pointer}/{_escaped(name)}", below) for name, below in item.items()]
        elif isinstance(item, list):
            waiting += [(f"{pointer}/{n}", below) for n, below in enumerate(item)]
    return found


def _escaped(name: str) -> str:
    return name.replace("\0", "").replace("~", "~0").replace("/", "~1")


def _unstorable(pointer: str, what: str) -> Violation:
    return Violation(pointer, "unstorable_text", f"The text holds {what}")
