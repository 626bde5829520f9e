"""What every published contract is."""

from __future__ import annotations

from functools import cache
from typing import Any, Self, dataclass_transform

import msgspec


class _ByName(msgspec.StructMeta):
    """A struct's fields are given by their names. Its other settings a struct inherits, this one it does not."""

    def __new__(cls, name: str, bases: tuple[type, ...], members: dict[str, Any], **settings: Any) -> _ByName:
        return super().__new__(cls, name, bases, members, kw_only=True, **settings)


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Contract(msgspec.Struct, metaclass=_ByName, frozen=True, gc=False):
    """Base of what is published: frozen; unknown fields are ignored, for contracts grow.

    The docstring of a class and the texts below its fields are published with it.

    Whoever publishes fills it in, which the type checker checks and nothing at run time; what is read is validated. A
    struct and not a model: every event that is published or read becomes one.
    """

    def json(self) -> bytes:
        """What is on the wire."""
        return _ENCODER.encode(self)

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Raises `ValueError` where the text does not keep the contract."""
        contract: Self = _decoder(cls).decode(text)
        return contract


_ENCODER = msgspec.json.Encoder()


@cache
def _decoder(shape: type[Contract]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)
