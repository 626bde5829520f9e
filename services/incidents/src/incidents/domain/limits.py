"""How long texts and lists of an incident may be, so that one line can never weigh down a whole feed."""

from __future__ import annotations

from collections.abc import Iterator

from common.kernel.errors import Violation
from common.kernel.text import ErasableText
from incidents.domain.body import IncidentBody, Place, Source
from incidents.domain.errors import InvalidText

EXTERNAL_ID = 200
NARRATIVE = 20_000
REASON = 2_000
NAME = 200
URL = 2_000
LANGUAGE = 35
LISTS = {"tags": 50, "weapons": 100, "persons": 500, "sources": 50}
SEIZED_ITEMS = 200
ADMIN_LEVELS = 10


def check_limits(body: IncidentBody) -> Iterator[Violation]:
    yield from _external_id(body.external_id)
    for name, most in LISTS.items():
        yield from _at_most(len(getattr(body, name)), most, f"/{name}")
    if body.place is not None:
        yield from _place(body.place)
    if body.seizure is not None:
        yield from _at_most(len(body.seizure.items), SEIZED_ITEMS, "/seizure/items")
    for i, source in enumerate(body.sources):
        yield from _source(source, f"/sources/{i}")
    if body.narrative is not None and body.narrative.body is not None:
        yield from _fits(body.narrative.body, NARRATIVE, "/narrative")


def check_text(text: ErasableText | None, field: str) -> None:
    """Raises `InvalidText` for a reason or comment that is blank or too long."""
    if text is None or text.body is None:
        return
    if not text.body.strip():
        raise InvalidText("", Violation(f"/{field}", "text_missing", f"Say in a few words why: {field} is empty."))
    for violation in _fits(text.body, REASON, f"/{field}"):
        raise InvalidText("", violation)


def _external_id(external_id: str) -> Iterator[Violation]:
    if not 1 <= len(external_id) <= EXTERNAL_ID or not external_id.isprintable():
        yield Violation(
            "/external_id",
            "external_id_malformed",
            f"external_id is your own id of the incident: 1 to {EXTERNAL_ID} visible characters.",
        )


def _place(place: Place) -> Iterator[Violation]:
    if place.name is not None:
        yield from _fits(place.name, NAME, "/place/name")
    yield from _at_most(len(place.admin), ADMIN_LEVELS, "/place/admin")
    for i, area in enumerate(place.admin):
        yield from _fits(area, NAME, f"/place/admin/{i}")


def _source(source: Source, at: str) -> Iterator[Violation]:
    if source.publisher is not None:
        yield from _fits(source.publisher, NAME, f"{at}/publisher")
    if source.url is not None:
        yield from _fits(source.url, URL, f"{at}/url")
        if not source.url.lower().startswith(("http://", "https://")):
            # others read it as a link, and javascript: is one too
            yield Violation(f"{at}/url", "url_malformed", "url is a web address that starts with http:// or https://.")
    if source.language is not None:
        yield from _fits(source.language, LANGUAGE, f"{at}/language")


def _fits(text: str, most: int, pointer: str) -> Iterator[Violation]:
    if len(text) > most:
        yield Violation(pointer, "text_too_long", f"{len(text)} characters are too many; at most {most} are kept.")


def _at_most(length: int, most: int, pointer: str) -> Iterator[Violation]:
    if length > most:
        yield Violation(pointer, "list_too_long", f"{length} entries are too many; at most {most} are kept.")
