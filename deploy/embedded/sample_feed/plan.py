"""How many incidents, persons and weapons the feed holds, by year and category: a plan that meets the published sums.

The published ones are in `figures`; everything else is our illustration, chosen so that those come out exactly.
docs/demo-data.md explains the choices.
"""

from __future__ import annotations

from dataclasses import dataclass

YEARS = (2019, 2020)
HANDGUNS_IN_CRIMINAL_CONTEXT = {2019: 246, 2020: 248}
INCIDENTS: dict[int, dict[str, int]] = {
    2019: {
        "weapon_seizure": 791,
        "criminal_context": 546,
        "public_dispute": 317,
        "domestic_violence": 92,
        "undetermined_shooting": 349,
        "suicide": 64,
        "accidental_shooting": 75,
        "celebratory_shooting": 134,
        "weapon_theft": 54,
        "animal_shooting": 31,
        "other": 35,
    },
    2020: {
        "weapon_seizure": 1229,
        "criminal_context": 529,
        "public_dispute": 330,
        "domestic_violence": 96,
        "undetermined_shooting": 341,
        "suicide": 64,
        "accidental_shooting": 78,
        "celebratory_shooting": 101,
        "weapon_theft": 49,
        "animal_shooting": 29,
        "other": 35,
    },
}

# Parts per hundred. Few figures by jurisdiction are published, none of them for 2020; see docs/demo-data.md.
SHARES: dict[str, int] = {"AL": 14, "BA": 16, "MD": 6, "ME": 8, "MK": 13, "RS": 22, "XK": 21}
CATEGORY_SHARES: dict[str, dict[str, int]] = {
    "celebratory_shooting": {"AL": 12, "BA": 12, "MD": 1, "ME": 9, "MK": 16, "RS": 18, "XK": 32},
    "suicide": {"AL": 9, "BA": 17, "MD": 7, "ME": 12, "MK": 10, "RS": 36, "XK": 9},
    "domestic_violence": {"AL": 16, "BA": 15, "MD": 6, "ME": 7, "MK": 11, "RS": 31, "XK": 14},
}


@dataclass(frozen=True, slots=True)
class Harmed:
    """`count` persons alike: who came to what harm, in which role."""

    outcome: str
    sex: str
    count: int
    role: str = "victim"


def _victims(outcome: str, female: int, male: int, unreported: int) -> tuple[Harmed, ...]:
    counts = (("female", female), ("male", male), ("unreported", unreported))
    return tuple(Harmed(outcome, sex, count) for sex, count in counts if count)


HARMED: dict[int, dict[str, tuple[Harmed, ...]]] = {
    2019: {
        "criminal_context": (
            *_victims("killed", 3, 33, 2),
            Harmed("killed", "male", 4, "perpetrator"),
            *_victims("injured", 8, 68, 11),
            *_victims("threatened", 84, 150, 66),
        ),
        "public_dispute": (
            *_victims("killed", 5, 33, 2),
            Harmed("killed", "male", 2, "perpetrator"),
            *_victims("injured", 12, 114, 15),
            *_victims("threatened", 21, 129, 31),
            Harmed("suicide", "male", 1, "perpetrator"),
        ),
        "domestic_violence": (
            *_victims("killed", 22, 12, 0),
            *_victims("injured", 14, 12, 2),
            *_victims("threatened", 21, 8, 4),
            Harmed("suicide", "male", 3, "perpetrator"),
        ),
        "undetermined_shooting": (*_victims("killed", 2, 6, 1), *_victims("injured", 5, 30, 3)),
        "suicide": (*_victims("suicide", 6, 50, 3), *_victims("injured", 1, 4, 0)),
        "accidental_shooting": (*_victims("killed", 2, 10, 0), *_victims("injured", 7, 44, 4)),
        "celebratory_shooting": (*_victims("killed", 1, 1, 0), *_victims("injured", 10, 17, 4)),
        "other": (*_victims("killed", 0, 1, 0), *_victims("injured", 0, 4, 0), *_victims("threatened", 0, 2, 0)),
    },
    2020: {
        "criminal_context": (
            *_victims("killed", 3, 35, 2),
            Harmed("killed", "male", 5, "perpetrator"),
            *_victims("injured", 9, 71, 11),
            *_victims("threatened", 88, 154, 68),
        ),
        "public_dispute": (
            *_victims("killed", 6, 35, 2),
            Harmed("killed", "male", 2, "perpetrator"),
            *_victims("injured", 13, 119, 16),
            *_victims("threatened", 23, 134, 33),
            Harmed("suicide", "male", 1, "perpetrator"),
        ),
        "domestic_violence": (
            *_victims("killed", 23, 13, 0),
            *_victims("injured", 15, 14, 2),
            *_victims("threatened", 22, 9, 4),
            Harmed("suicide", "male", 5, "perpetrator"),
        ),
        "undetermined_shooting": (*_victims("killed", 3, 6, 1), *_victims("injured", 5, 31, 3)),
        "suicide": (*_victims("suicide", 6, 51, 3), *_victims("injured", 1, 3, 0)),
        "accidental_shooting": (*_victims("killed", 3, 10, 0), *_victims("injured", 7, 46, 5)),
        "celebratory_shooting": (*_victims("killed", 0, 1, 0), *_victims("injured", 8, 14, 3)),
        "other": (*_victims("killed", 0, 1, 0), *_victims("injured", 0, 4, 0), *_victims("threatened", 0, 3, 0)),
    },
}

# Casualties known as a number only, above the persons listed one by one. They count as sex and age unreported.
SURPLUS: dict[int, dict[str, dict[str, int]]] = {
    2019: {
        "criminal_context": {"killed": 1, "injured": 5},
        "undetermined_shooting": {"killed": 2, "injured": 5},
        "celebratory_shooting": {"injured": 2},
    },
    2020: {
        "criminal_context": {"killed": 2, "injured": 5},
        "undetermined_shooting": {"killed": 2, "injured": 6},
        "celebratory_shooting": {"injured": 3},
    },
}

# Everyone but victims, those of HARMED included.
PERPETRATORS: dict[int, dict[str, int]] = {
    2019: {
        "weapon_seizure": 905,
        "criminal_context": 981,
        "public_dispute": 449,
        "domestic_violence": 96,
        "undetermined_shooting": 361,
        "accidental_shooting": 63,
        "celebratory_shooting": 152,
        "weapon_theft": 63,
        "animal_shooting": 24,
        "other": 15,
    },
    2020: {
        "weapon_seizure": 1404,
        "criminal_context": 962,
        "public_dispute": 468,
        "domestic_violence": 101,
        "undetermined_shooting": 352,
        "accidental_shooting": 66,
        "celebratory_shooting": 118,
        "weapon_theft": 58,
        "animal_shooting": 22,
        "other": 15,
    },
}
PERPETRATORS_BY_SEX: dict[int, dict[str, int]] = {
    2019: {"female": 76, "male": 2314, "unreported": 719},
    2020: {"female": 90, "male": 2610, "unreported": 866},
}

# How dates spread over the months, in weights; the lockdown of spring 2020 moved violence into homes.
SEASON: dict[str, tuple[int, ...]] = {
    "celebratory_shooting": (12, 3, 4, 5, 8, 9, 16, 18, 9, 4, 3, 14),
    "animal_shooting": (10, 8, 6, 6, 7, 6, 6, 8, 10, 12, 12, 9),
}
EVEN_SEASON = (8, 8, 8, 8, 9, 8, 9, 9, 9, 8, 8, 8)
LOCKDOWN_SEASON: dict[str, tuple[int, ...]] = {
    "domestic_violence": (7, 7, 9, 12, 12, 9, 8, 8, 7, 7, 7, 7),
    "criminal_context": (10, 10, 7, 5, 7, 8, 9, 9, 9, 9, 9, 8),
    "celebratory_shooting": (14, 4, 2, 1, 4, 8, 16, 20, 10, 4, 3, 14),
}
