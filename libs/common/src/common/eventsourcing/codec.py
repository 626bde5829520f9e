"""Domain events to stored JSON and back, with upcasters for the versions once stored.

A domain event is a frozen dataclass. Its stored type is its class name in kebab case under the service's name
("incidents.incident-reported"); its schema version is the number of upcasters its type has, plus one.
`ErasableText` inside an event is stored as {"salt", "digest"}; the words come out beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar, get_args

import msgspec

from common.kernel.text import ErasableText

E = TypeVar("E")
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class Encoded(NamedTuple):
    """What goes into the log for one event; `texts` maps digests to the words beside it."""

    type: str
    schema_version: int
    data: str
    texts: Mapping[str, str]


class UnknownEventType(Exception):
    """The log holds a type or a schema version that this code does not know: the code is older than the data."""


class Codec(Generic[E]):
    """`upcasters[T]` lead from version 1 to 2, 2 to 3 … of T, each a pure function of the stored JSON object."""

    def __init__(
        self,
        service: str,
        events: Iterable[type[E]],
        upcasters: Mapping[type[E], tuple[Upcaster, ...]] | None = None,
    ) -> None:
        self._classes = {event_type(service, cls): cls for cls in events}
        self._upcasters = {event_type(service, cls): steps for cls, steps in (upcasters or {}).items()}
        self._stored = {cls: (name, self._version(name)) for name, cls in self._classes.items()}

    @property
    def types(self) -> Mapping[str, type[E]]:
        """Every stored type by name."""
        return self._classes

    def encode(self, event: E) -> Encoded:
        """Raises `KeyError` for an event that is not of this service."""
        name, schema_version = self._stored[type(event)]
        texts: dict[str, str] = {}

        def keep_words_apart(value: Any) -> Any:
            if not isinstance(value, ErasableText):
                raise NotImplementedError(f"{type(value).__name__} cannot be stored in an event")
            if value.body is not None:
                texts[value.digest] = value.body
            return {"salt": value.salt, "digest": value.digest}

        data = msgspec.json.encode(event, enc_hook=keep_words_apart).decode()
        return Encoded(name, schema_version, data, texts)

    def decode(self, name: str, schema_version: int, data: str, texts: Mapping[str, str] | None = None) -> E:
        """The event of a stored row; texts that are not given come back erased. Raises `UnknownEventType`."""
        cls = self._classes.get(name)
        steps = self._upcasters.get(name, ())
        if cls is None or schema_version > len(steps) + 1:
            raise UnknownEventType(f"{name} version {schema_version}")
        words = texts or {}

        def bring_words_back(expected: type, value: Any) -> Any:
            if expected is not ErasableText:
                raise NotImplementedError(f"{expected.__name__} cannot be read from an event")
            return ErasableText(value["salt"], value["digest"], words.get(value["digest"]))

        if schema_version == len(steps) + 1:
            return msgspec.json.decode(data, type=cls, dec_hook=bring_words_back)
        members = msgspec.json.decode(data)
        for step in steps[schema_version - 1 :]:
            members = step(members)
        return msgspec.convert(members, type=cls, dec_hook=bring_words_back)

    def _version(self, name: str) -> int:
        return len(self._upcasters.get(name, ())) + 1


def event_type(service: str, cls: type) -> str:
    """`IncidentReported` of incidents is "incidents.incident-reported"."""
    return f"{service}.{re.sub(r'(?<!^)(?=[A-Z])', '-', cls.__name__).lower()}"


def union_members(union: Any) -> tuple[type, ...]:
    """The classes of a union alias `A | B | C`."""
    return get_args(union)
