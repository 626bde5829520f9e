"""When, where and by whom it was told: dates, places, sources and narratives of the sample feed."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from embedded.sample_feed.drafts import Draft, dice, pick
from embedded.sample_feed.places import SETTLEMENTS, Settlement
from embedded.sample_feed.plan import EVEN_SEASON, LOCKDOWN_SEASON, SEASON

MARK = "Illustrative record"  # how every narrative begins

_DATE_PRECISIONS = {"day": 955, "week": 18, "month": 22, "year": 5}
_PLACE_PRECISIONS = {"settlement": 80, "exact": 12, "admin": 6, "jurisdiction": 2}
_TAGS: dict[str, dict[str, float]] = {
    "criminal_context": {"armed_robbery": 0.42, "organised_crime": 0.09, "extortion": 0.04, "vehicle": 0.05},
    "public_dispute": {"nightlife": 0.12, "neighbours": 0.1, "road_rage": 0.06, "dispute_with_police": 0.03},
    "accidental_shooting": {"hunting": 0.3, "cleaning": 0.14},
    "weapon_seizure": {"trafficking": 0.07, "drugs": 0.1},
}
_SOURCE_KINDS = {"media": 78, "official": 22}
_LANGUAGES = {"AL": "sq", "BA": "bs", "MD": "ro", "ME": "cnr", "MK": "mk", "RS": "sr", "XK": "sq"}
_WAYS = (
    "reported by local media",
    "reported in a daily bulletin",
    "named in a press release",
    "found in a news review",
)


def put_date(draft: Draft, rng: Random) -> None:
    """A day by the season; a coarse one only where its whole span lies within the year."""
    seasons = {**SEASON, **LOCKDOWN_SEASON} if draft.year == 2020 else SEASON
    weights = seasons.get(draft.category, EVEN_SEASON)
    month = rng.choices(range(1, 13), weights)[0]
    days = ((date(draft.year + month // 12, month % 12 + 1, 1)) - date(draft.year, month, 1)).days
    on = date(draft.year, month, rng.randint(1, days))
    precision = pick(rng, _DATE_PRECISIONS)
    if precision == "week" and not date(draft.year, 1, 8) <= on <= date(draft.year, 12, 24):
        precision = "day"
    draft.body |= {"occurred_on": on.isoformat(), "date_precision": precision}


def put_place(draft: Draft, rng: Random) -> None:
    """A settlement by its weight; sometimes an exact point near it, sometimes only the area, rarely nothing."""
    known = SETTLEMENTS[draft.jurisdiction]
    place = rng.choices(known, [each.weight for each in known])[0]
    draft.body["place"] = _place(place, pick(rng, _PLACE_PRECISIONS), rng)


def _place(place: Settlement, precision: str, rng: Random) -> dict[str, Any]:
    if precision == "jurisdiction":
        return {"precision": precision}
    if precision == "admin":
        return {"admin": list(place.admin), "precision": precision}
    off = 0.0
    if precision == "exact":
        off = rng.choice((-1, 1)) * rng.randint(2, 20) / 1000
    return {
        "name": place.name,
        "admin": list(place.admin),
        "latitude": round(place.latitude + off, 4),
        "longitude": round(place.longitude - off, 4),
        "precision": precision,
    }


def put_tags(draft: Draft, rng: Random) -> None:
    """Sub-types of the category, and what persons and dates say of themselves."""
    for code, chance in _TAGS.get(draft.category, {}).items():
        if rng.random() < chance:
            draft.tag(code)
    if any(person.get("relation") == "intimate_partner" for person in draft.persons):
        draft.tag("intimate_partner_violence")
    if draft.category == "celebratory_shooting":
        new_year = draft.body["occurred_on"][5:] in ("12-31", "01-01", "01-02")
        draft.tag("celebration_new_year" if new_year else "celebration_family")


def tell(draft: Draft) -> None:
    """Sources and the narrative: reserved addresses, invented publishers, no names of persons."""
    body = draft.body
    rng = dice("telling", body["external_id"], draft.category)
    count = rng.choices((1, 2), (80, 20))[0]
    body["sources"] = [_source(draft, rng, nth) for nth in range(count)]
    where = body["place"].get("name") or draft.jurisdiction
    what = draft.category.replace("_", " ")
    body["narrative"] = f"{MARK}: {what}, {where}; {rng.choice(_WAYS)}. Made for demonstration, not a real incident."


def _source(draft: Draft, rng: Random, nth: int) -> dict[str, str]:
    kind = pick(rng, _SOURCE_KINDS)
    published = date.fromisoformat(draft.body["occurred_on"]) + timedelta(days=rng.choice((0, 1, 1, 2, 3)))
    medium = "bulletin" if kind == "official" else "daily"
    return {
        "kind": kind,
        "publisher": f"Illustrative {medium} {draft.jurisdiction} {rng.randint(1, 5)}",
        "url": f"https://example.org/illustrative/{draft.body['external_id']}/{nth + 1}",
        "published_on": published.isoformat(),
        "language": _LANGUAGES[draft.jurisdiction],
    }
