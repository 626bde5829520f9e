"""Lines of a feed: ten years of incidents, spread over the towns of seven jurisdictions, from a fixed seed."""

from __future__ import annotations

import csv
import io
import itertools
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec

JURISDICTIONS = {
    "AL": (41.33, 19.82),
    "BA": (43.86, 18.41),
    "MD": (47.01, 28.86),
    "ME": (42.44, 19.26),
    "MK": (42.0, 21.43),
    "RS": (44.79, 20.45),
    "XK": (42.66, 21.17),
}
CATEGORIES = ("criminal_context", "domestic_violence", "public_dispute", "undetermined_shooting", "other")
TOWNS = 40  # of each jurisdiction; half of what happens, happens in the first few
DAYS = 3_650
_random = random.Random(2020)
_numbers = itertools.count(1)


def lines(count: int) -> Iterator[dict[str, Any]]:
    """New incidents, each with an id that was not given out before."""
    return (_line(number) for number in itertools.islice(_numbers, count))


def ndjson(count: int) -> bytes:
    return msgspec.json.Encoder().encode_lines(list(lines(count)))


def csv_text(count: int) -> bytes:
    """The same, as a partner's spreadsheet would have it."""
    table = [_row(line) for line in lines(count)]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(table[0]))
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue().encode()


def _line(number: int) -> dict[str, Any]:
    jurisdiction, (latitude, longitude) = _random.choice(list(JURISDICTIONS.items()))
    town = min(int(_random.expovariate(0.15)), TOWNS - 1)
    return {
        "external_id": f"{jurisdiction}-{number}",
        "occurred_on": str(date(2015, 1, 1) + timedelta(days=_random.randrange(DAYS))),
        "jurisdiction": jurisdiction,
        "place": {
            "name": f"{jurisdiction} Town {town}",
            "admin": [f"{jurisdiction} District {town // 5}"],
            "latitude": latitude + town / 200,
            "longitude": longitude,
        },
        "category": _random.choice(CATEGORIES),
        "tags": ["armed_robbery"],
        "persons": [{"role": "victim", "sex": _random.choice(("female", "male")), "age": 34, "outcome": "injured"}],
        "weapons": [{"type": "handgun", "possession": "illegal"}],
        "sources": [{"kind": "media", "publisher": "Daily", "url": f"https://example.org/{number}"}],
        "narrative": "Two men argued in front of a shop; one of them was hit in the leg.",
    }


def _row(line: dict[str, Any]) -> dict[str, Any]:
    place, person, weapon, source = line["place"], line["persons"][0], line["weapons"][0], line["sources"][0]
    plain = {name: line[name] for name in ("external_id", "occurred_on", "jurisdiction", "category", "narrative")}
    return {
        **plain,
        "tags": "|".join(line["tags"]),
        "place_name": place["name"],
        "place_admin": "|".join(place["admin"]),
        "place_latitude": place["latitude"],
        "place_longitude": place["longitude"],
        **{f"person_1_{name}": value for name, value in person.items()},
        **{f"weapon_1_{name}": value for name, value in weapon.items()},
        **{f"source_1_{name}": value for name, value in source.items()},
    }
