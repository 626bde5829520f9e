"""The ten projects of the trust fund. Printed: titles, organisations, sums per call, months of start.

Budgets are those of domain.md §4.4 where it has one; where not, and for how a budget is shared, they are illustration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from embedded.funds.calendar import FIRST_APPROVALS, LAST_APPROVALS, SECOND_APPROVALS

REGIONAL = "regional"


@dataclass(frozen=True, slots=True)
class Project:
    """`budget` is USD by office."""

    key: str
    call: int
    title: str
    budget: Mapping[str, Decimal]
    jurisdictions: Sequence[str]
    goals: Sequence[str]
    kpis: Sequence[str]
    approved: date
    starts: date
    ends: date
    paid: Sequence[tuple[date, int]] = field(default=())
    """Transfers, in percent of the budget: illustration throughout."""

    @property
    def total(self) -> Decimal:
        return sum(self.budget.values(), Decimal(0))

    @property
    def of_organisations(self) -> dict[str, Decimal]:
        """The budget by organisation: what is approved for it, transferred to it and reported by it."""
        sums: dict[str, Decimal] = {}
        for office, amount in self.budget.items():
            sums[organisation(office)] = sums.get(organisation(office), Decimal(0)) + amount
        return sums


ELIGIBLE = ("UNDP", "UNODC")


def organisation(office: str) -> str:
    """Whose office it is; what is no office of one of them stands for itself."""
    first = office.split()[0]
    return first if first in ELIGIBLE else office


def lead(project: Project) -> str:
    """The role of who leads it: the organisation whose office stands first."""
    return f"organisation_{organisation(next(iter(project.budget)))}"


_END_OF_2021 = date(2021, 12, 31)
_CALL_1_PAID = ((date(2020, 2, 13), 60), (date(2021, 2, 11), 40))
_CALL_2_PAID = ((date(2020, 12, 7), 50),)

HALT = Project(
    "HALT",
    1,
    "Halting Arms and Lawbreaking Trade (HALT) in Bosnia and Herzegovina",
    {"UNDP Bosnia and Herzegovina": Decimal(1_430_000), "UNODC": Decimal(770_000)},
    ["BA"],
    ["2", "3"],
    ["3", "6", "7"],
    FIRST_APPROVALS,
    date(2020, 2, 17),
    _END_OF_2021,
    _CALL_1_PAID,
)
CPIAT = Project(
    "CPIAT",
    1,
    "Support to Combating Illicit Arms Trafficking in Kosovo for Criminal Police (CPIAT)",
    {"UNDP Kosovo": Decimal(660_000)},
    ["XK"],
    ["2", "3", "5"],
    ["3", "4", "8", "10", "14"],
    FIRST_APPROVALS,
    date(2020, 2, 17),
    _END_OF_2021,
    _CALL_1_PAID,
)
JUSTICE = Project(
    "JUSTICE",
    1,
    "Criminal Justice Response Against Arms Trafficking",
    {"UNODC": Decimal(1_899_999)},
    [REGIONAL],
    ["1", "2", "3"],
    ["1", "3", "8", "9", "10"],
    FIRST_APPROVALS,
    date(2020, 2, 20),
    _END_OF_2021,
    _CALL_1_PAID,
)
EXPLODE = Project(
    "EXPLODE+",
    1,
    "Urgent Action on Ammunition Destruction - Project EXPLODE+",
    {"UNDP Bosnia and Herzegovina": Decimal(580_001)},
    ["BA"],
    ["6", "7"],
    ["12", "13"],
    FIRST_APPROVALS,
    date(2020, 2, 20),
    _END_OF_2021,
    _CALL_1_PAID,
)
"""Its first grant is the funding window's."""
SCASA = Project(
    "SCASA",
    2,
    "Strengthening Control, Administration and Social Attitudes Towards SALW",
    {"UNDP Albania": Decimal(1_661_314)},
    ["AL"],
    ["2", "4", "5", "7"],
    ["4", "10", "13", "14"],
    SECOND_APPROVALS,
    date(2020, 12, 10),
    date(2022, 12, 9),
    _CALL_2_PAID,
)
SERBIA_II = Project(
    "SERBIA-II",
    2,
    "Advancing the Capacities of the Ministry of Interior in the SALW Control-Related Field (Phase II)",
    {"UNDP Serbia": Decimal(1_429_520)},
    ["RS"],
    ["1", "2", "3", "5"],
    ["3", "4", "5", "9", "14"],
    SECOND_APPROVALS,
    date(2021, 1, 11),
    date(2023, 1, 10),
    _CALL_2_PAID,
)
MONTENEGRO = Project(
    "MONTENEGRO",
    2,
    "Advancing the Capacities of the Police Directorate in the Field of Custody Chain, Crime Scene Investigations and "
    "the Forensic Laboratory in the Field of Operations and Investigations in Detection and Trafficking of Explosives "
    "Criminality",
    {"UNDP Montenegro": Decimal(867_693)},
    ["ME"],
    ["2", "3"],
    ["3", "7"],
    SECOND_APPROVALS,
    date(2020, 12, 14),
    date(2022, 12, 13),
    _CALL_2_PAID,
)
PILLAR = Project(
    "PILLAR+",
    2,
    "Prevention and Illicit Arms Reduction in Bosnia and Herzegovina (Project PILLAR+)",
    {"UNDP Bosnia and Herzegovina": Decimal(769_406)},
    ["BA"],
    ["4"],
    ["10", "14"],
    SECOND_APPROVALS,
    date(2021, 1, 18),
    date(2023, 1, 17),
    _CALL_2_PAID,
)
CROSS_BORDER = Project(
    "CROSS-BORDER",
    2,
    "Cross-border Integrated Institutional Approach Towards Combatting IAT and SALW",
    {"UNDP Kosovo": Decimal(270_000), "UNDP North Macedonia": Decimal(252_067)},
    ["XK", "MK"],
    ["3", "4", "5"],
    ["4", "5", "9", "10", "14"],
    LAST_APPROVALS,
    date(2021, 4, 1),
    date(2023, 3, 31),
)
COOPERATION = Project(
    "COOPERATION",
    2,
    "Support for Increased International Cooperation in Criminal Matters",
    {"UNODC": Decimal(1_400_000)},
    [REGIONAL],
    ["1", "3"],
    ["3", "9"],
    LAST_APPROVALS,
    date(2021, 4, 1),
    date(2023, 3, 31),
)
PROJECTS = (HALT, CPIAT, JUSTICE, EXPLODE, SCASA, SERBIA_II, MONTENEGRO, PILLAR, CROSS_BORDER, COOPERATION)
NOT_PRINTED = (EXPLODE, MONTENEGRO, COOPERATION)
"""Their budgets are illustration, but for what is left of the sum of the call."""
