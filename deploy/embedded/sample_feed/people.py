"""Persons of the sample feed: the harmed as planned, the perpetrators to the planned sums, ages by the dice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

from embedded.sample_feed.drafts import Draft, dice, pick, shuffled
from embedded.sample_feed.plan import HARMED, INCIDENTS, PERPETRATORS, PERPETRATORS_BY_SEX, SURPLUS, Harmed

Person = dict[str, Any]

_AGES = {"underage": (6, 18), "19_35": (19, 35), "36_60": (36, 60), "61_plus": (61, 88)}
_VICTIM_GROUPS = {"underage": 7, "19_35": 37, "36_60": 42, "61_plus": 14}
_PERPETRATOR_GROUPS = {"underage": 4, "19_35": 50, "36_60": 38, "61_plus": 8}
_HOW_AGE_IS_KNOWN = {"exact": 40, "group": 25, "unreported": 35}
_PERPETRATOR_OUTCOMES = {"arrested": 60, "unreported": 34, "unharmed": 6}
_SEIZURE_OUTCOMES = {"arrested": 84, "unreported": 16}
_FURTHER_ROLES = {"co_perpetrator": 74, "accomplice": 22, "instigator": 4}
_RELATIONS_OF_WOMEN = {"intimate_partner": 62, "family_member": 38}
_RELATIONS_OF_OTHERS = {"family_member": 84, "intimate_partner": 16}


def put_people(drafts: Sequence[Draft], year: int) -> None:
    """Give the drafts of one year their persons and casualties, exactly as planned."""
    by_category = {code: [draft for draft in drafts if draft.category == code] for code in INCIDENTS[year]}
    sexes = _sexes_left(year)
    for category, mine in by_category.items():
        _put_victims(mine, year, category)
        _put_perpetrators(mine, year, category, sexes)
        _put_surplus(mine, year, category)


def _put_victims(drafts: list[Draft], year: int, category: str) -> None:
    rng = dice("victims", year, category)
    victims = [_victim(rng, each, category) for each in _each(year, category) if each.role == "victim"]
    for draft, group in _deal(rng, drafts, shuffled(rng, victims), in_groups=category != "suicide"):
        draft.persons.extend(group)
    if category == "suicide":
        for draft in drafts:
            if not draft.has("suicide"):
                draft.tag("attempted")


def _each(year: int, category: str) -> list[Harmed]:
    return [harmed for harmed in HARMED[year].get(category, ()) for _ in range(harmed.count)]


def _deal(
    rng: Random, drafts: list[Draft], persons: list[Person], *, in_groups: bool
) -> list[tuple[Draft, list[Person]]]:
    """Persons over incidents: mostly one each, now and then two or three; a last round takes who is left."""
    dealt: list[tuple[Draft, list[Person]]] = []
    left = list(persons)
    while left:
        for draft in shuffled(rng, drafts):
            size = rng.choices((1, 2, 3), (90, 8, 2))[0] if in_groups else 1
            group, left = left[:size], left[size:]
            dealt.append((draft, group))
            if not left:
                break
    return dealt


def _victim(rng: Random, harmed: Harmed, category: str) -> Person:
    person: Person = {"role": harmed.role, "sex": harmed.sex, **_age(rng, harmed.sex, _VICTIM_GROUPS)}
    person["outcome"] = harmed.outcome
    if category == "domestic_violence":
        person["relation"] = pick(rng, _RELATIONS_OF_WOMEN if harmed.sex == "female" else _RELATIONS_OF_OTHERS)
    return person


def _age(rng: Random, sex: str, groups: dict[str, int]) -> dict[str, Any]:
    """Exact, as a group, or unreported; where not even the sex is known, the age is not either."""
    known = "unreported" if sex == "unreported" else pick(rng, _HOW_AGE_IS_KNOWN)
    group = pick(rng, groups)
    if known == "unreported":
        return {"age_group": "unreported"}
    if known == "group":
        return {"age_group": group}
    return {"age": rng.randint(*_AGES[group]), "age_group": group}


def _put_surplus(drafts: list[Draft], year: int, category: str) -> None:
    """Casualties known by number alone, a few at a time; `best` is what is listed and the surplus together."""
    rng = dice("surplus", year, category)
    for outcome, total in SURPLUS[year].get(category, {}).items():
        left = total
        for draft in shuffled(rng, drafts):
            if not left:
                break
            extra = min(left, rng.randint(1, 3))
            left -= extra
            listed = sum(person["outcome"] == outcome for person in draft.persons)
            numbers = {"low": listed, "best": listed + extra, "high": listed + extra + 1}
            draft.body.setdefault("casualties", {})[outcome] = numbers


def _put_perpetrators(drafts: list[Draft], year: int, category: str, sexes: list[str]) -> None:
    """The planned number of perpetrators; their sexes are taken from `sexes`, which all categories share."""
    rng = dice("perpetrators", year, category)
    harmed = _put_harmed_perpetrators(rng, drafts, year, category)
    others = [draft for draft in drafts if id(draft) not in harmed]
    total = PERPETRATORS[year].get(category, 0) - len(harmed)
    for draft, count in zip(others, _spread(rng, total, len(others)), strict=True):
        draft.persons.extend(_perpetrator(rng, sexes.pop(), category, nth) for nth in range(count))


def _sexes_left(year: int) -> list[str]:
    """The sexes of all perpetrators who are not among the harmed, in random order."""
    left = Counter(PERPETRATORS_BY_SEX[year])
    left.subtract(each.sex for category in HARMED[year] for each in _each(year, category) if each.role != "victim")
    return shuffled(dice("sexes", year), sorted(left.elements()))


def _put_harmed_perpetrators(rng: Random, drafts: list[Draft], year: int, category: str) -> set[int]:
    """Perpetrators who died: alone in their incident, suicides where somebody was killed. Answers the drafts' ids."""
    taken: set[int] = set()
    for each in _each(year, category):
        if each.role != "victim":
            draft = next(d for d in shuffled(rng, drafts) if id(d) not in taken and d.has("killed"))
            draft.persons.append(
                {
                    "role": each.role,
                    "sex": each.sex,
                    **_age(rng, each.sex, _PERPETRATOR_GROUPS),
                    "outcome": each.outcome,
                }
            )
            taken.add(id(draft))
            if each.outcome == "suicide":
                draft.tag("murder_suicide")
    return taken


def _spread(rng: Random, total: int, size: int) -> list[int]:
    """`total` over `size` incidents: one each as far as it goes, the rest at random, five at most."""
    counts = [1] * min(total, size) + [0] * max(0, size - total)
    counts = shuffled(rng, counts)
    for _ in range(total - sum(counts)):
        at = rng.choice([index for index in rng.choices(range(size), k=8) if counts[index] < 5])
        counts[at] += 1
    return counts


def _perpetrator(rng: Random, sex: str, category: str, nth: int) -> Person:
    outcomes = _SEIZURE_OUTCOMES if category == "weapon_seizure" else _PERPETRATOR_OUTCOMES
    return {
        "role": pick(rng, _FURTHER_ROLES) if nth else "perpetrator",
        "sex": sex,
        **_age(rng, sex, _PERPETRATOR_GROUPS),
        "outcome": "unreported" if sex == "unreported" else pick(rng, outcomes),
    }
