"""A contract is filled in by name by whoever publishes it and validated by whoever reads it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from common.contracts.base import Contract
from common.contracts.documents.models import model_of


class Crate(Contract):
    """A shape inside another one."""

    label: str | None = None
    """What is written on it."""
    weight: Decimal
    """In kilograms."""


class Delivery(Contract):
    """Something arrived."""

    crates: tuple[Crate, ...] = ()
    """In their order."""
    on: date
    """When."""
    marks: dict[str, int] | None = None
    """By colour, in two lines
    of text."""


WHOLE = Delivery(
    crates=(Crate(label='"Ćuprija"\n\x1f\x7f', weight=Decimal("2.50")), Crate(weight=Decimal(3))),
    on=date(2020, 3, 14),
    marks={"red": 1},
)


@pytest.mark.parametrize("contract", [WHOLE, Delivery(on=date(2020, 1, 1))])
def test_what_was_written_is_read_again(contract: Delivery) -> None:
    assert Delivery.parse(contract.json()) == contract


@pytest.mark.parametrize("contract", [WHOLE, Delivery(on=date(2020, 1, 1))])
def test_its_schema_describes_what_is_written_to_the_letter(contract: Delivery) -> None:
    read = model_of(Delivery).model_validate_json(contract.json(), strict=True)
    assert read.model_dump_json().encode() == contract.json()


def test_unknown_fields_are_ignored() -> None:
    assert Delivery.parse(b'{"on": "2020-01-01", "by": "rail"}') == Delivery(on=date(2020, 1, 1))


@pytest.mark.parametrize(
    "text", [b"null", b"{}", b'{"on": 3}', b'{"on": "2020-01-01", "crates": [{}]}', b'{"on": "\xff"}']
)
def test_what_does_not_keep_a_contract_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):
        Delivery.parse(text)


def test_a_contract_is_filled_in_by_name_and_stays_as_it_is() -> None:
    with pytest.raises(TypeError, match="positional"):
        Crate("label", Decimal(1))  # type: ignore[misc]
    with pytest.raises(AttributeError):
        WHOLE.on = date(2020, 1, 1)  # type: ignore[misc]


def test_every_field_is_described_by_the_text_below_it() -> None:
    fields = model_of(Delivery).model_json_schema()["properties"]
    assert [field["description"] for field in fields.values()] == [
        "In their order.",
        "When.",
        "By colour, in two lines\nof text.",
    ]
