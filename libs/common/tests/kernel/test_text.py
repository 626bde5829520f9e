from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from common.kernel.text import ErasableText


def erased(text: ErasableText) -> ErasableText:
    return ErasableText(text.salt, text.digest, None)


@given(st.text(), st.text())
def test_texts_are_equal_when_they_say_the_same_erased_or_not(one: str, other: str) -> None:
    a, b = ErasableText.of(one), ErasableText.of(other)
    same = one == other
    assert a == ErasableText.of(one)
    assert (a == b) is same
    assert (erased(a) == b) is same
    assert (a == erased(b)) is same


def test_the_words_are_in_no_repr_and_no_two_salts_are_equal() -> None:
    one, other = ErasableText.of("secret"), ErasableText.of("secret")
    assert "secret" not in repr(one)
    assert one.digest != other.digest
