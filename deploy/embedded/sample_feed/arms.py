"""Weapons and seizures of the sample feed."""

from __future__ import annotations

from random import Random
from typing import Any

from embedded.sample_feed.drafts import Draft, dice, pick, shuffled
from embedded.sample_feed.plan import HANDGUNS_IN_CRIMINAL_CONTEXT, INCIDENTS

_CRIMINAL = {"automatic_rifle": 20, "rifle": 14, "shotgun": 8, "explosive_device": 13, "hand_grenade": 7, "unknown": 38}
_SHOT_WITH = {"handgun": 44, "rifle": 8, "shotgun": 7, "automatic_rifle": 9, "gas_pistol": 4, "unknown": 28}
_TYPES: dict[str, dict[str, int]] = {
    "celebratory_shooting": {"handgun": 46, "automatic_rifle": 22, "shotgun": 8, "unknown": 24},
    "accidental_shooting": {"handgun": 34, "hunting_rifle": 32, "shotgun": 20, "unknown": 14},
    "animal_shooting": {"hunting_rifle": 30, "rifle_or_shotgun": 26, "air_gun": 14, "unknown": 30},
    "weapon_theft": {"handgun": 44, "hunting_rifle": 36, "shotgun": 20},
    "suicide": {"handgun": 64, "hunting_rifle": 20, "shotgun": 8, "unknown": 8},
}
_POSSESSION: dict[str, dict[str, int]] = {
    "suicide": {"legal": 46, "illegal": 20, "unknown": 34},
    "accidental_shooting": {"legal": 40, "illegal": 28, "unknown": 32},
    "animal_shooting": {"legal": 30, "illegal": 30, "unknown": 40},
    "weapon_theft": {"legal": 88, "unknown": 12},
    "weapon_seizure": {"illegal": 95, "unknown": 5},
    "domestic_violence": {"legal": 24, "illegal": 42, "unknown": 34},
}
_ELSE_POSSESSION = {"legal": 6, "illegal": 58, "unknown": 36}
_CONVERTIBLE = ("handgun", "gas_pistol")

_SEIZED = {
    "handgun": 40,
    "automatic_rifle": 15,
    "hunting_rifle": 12,
    "rifle_or_shotgun": 12,
    "hand_grenade": 8,
    "gas_pistol": 4,
    "submachine_gun": 2,
    "explosive_material": 3,
    "pyrotechnic_device": 2,
    "weapon_parts": 2,
}
_ARE_NO_WEAPONS = ("ammunition", "weapon_parts")
_KILOGRAMS = ("0.2", "0.5", "1.25", "2", "3.4")
_ROUNDS = (8, 15, 24, 50, 87, 120, 310)
_SETTINGS = {"inland": 91, "border": 6, "unknown": 3}


def put_weapons(drafts: list[Draft], year: int) -> None:
    """Give the drafts of one year their weapons, and the seizures what was seized."""
    for category in INCIDENTS[year]:
        rng = dice("weapons", year, category)
        mine = [draft for draft in drafts if draft.category == category]
        if category == "weapon_seizure":
            for draft in mine:
                _put_seizure(rng, draft)
        elif category != "other":
            for draft, kind in zip(mine, _types(rng, category, year, len(mine)), strict=True):
                draft.body["weapons"] = [_weapon(rng, kind, category)]


def _types(rng: Random, category: str, year: int, size: int) -> list[str]:
    """The main weapon of each incident; in criminal context the number of handguns is the published one."""
    if category != "criminal_context":
        return [pick(rng, _TYPES.get(category, _SHOT_WITH)) for _ in range(size)]
    handguns = HANDGUNS_IN_CRIMINAL_CONTEXT[year]
    return shuffled(rng, ["handgun"] * handguns + [pick(rng, _CRIMINAL) for _ in range(size - handguns)])


def _weapon(rng: Random, kind: str, category: str, count: int = 1) -> dict[str, Any]:
    return {
        "type": kind,
        "count": count,
        "possession": pick(rng, _POSSESSION.get(category, _ELSE_POSSESSION)),
        "converted": kind in _CONVERTIBLE
        and category in ("criminal_context", "weapon_seizure")
        and rng.random() < 0.05,
        "stolen": category == "weapon_theft",
    }


def _put_seizure(rng: Random, draft: Draft) -> None:
    kinds = list(dict.fromkeys(pick(rng, _SEIZED) for _ in range(rng.choices((1, 2, 3), (72, 20, 8))[0])))
    items = [_item(rng, kind) for kind in kinds]
    if rng.random() < 0.55:
        items.append({"kind": "ammunition", "quantity": str(rng.choice(_ROUNDS)), "unit": "round"})
    draft.body["seizure"] = {"setting": pick(rng, _SETTINGS), "items": items}
    draft.body["weapons"] = [
        _weapon(rng, item["kind"], draft.category, int(item["quantity"]) if item["unit"] == "piece" else 1)
        for item in items
        if item["kind"] not in _ARE_NO_WEAPONS
    ]
    if draft.body["seizure"]["setting"] == "border":
        draft.tag("border")


def _item(rng: Random, kind: str) -> dict[str, str]:
    if kind == "explosive_material":
        return {"kind": kind, "quantity": rng.choice(_KILOGRAMS), "unit": "kg"}
    return {"kind": kind, "quantity": str(rng.choices((1, 2, 3, 5, 9), (70, 16, 7, 5, 2))[0]), "unit": "piece"}
