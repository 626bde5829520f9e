"""One of every event that the service knows, with everything in it that an event may hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from common.kernel.text import ErasableText
from kpi.domain import events as e
from kpi.domain import roadmap as r
from kpi.domain import values as v

WORDS = ErasableText("a0" * 12, "f5" * 32, "a hushed word")
DAY = date(2020, 8, 10)
DIGEST = "3f" * 32
ROUND = UUID("0f6b1f8e-6c1d-5b53-8f0e-3f3f0c4d9a01")
REPORT = UUID("7d0c8f4e-2c0b-5a7c-9d3e-51d2a7b3c102")
FILE = v.Evidence("hushed.pdf", "application/pdf", 81_234, "5e" * 32, "https://example.org/hushed.pdf")

ROADMAP = r.Roadmap(
    code="wb-salw",
    version="2018.1",
    title="Roadmap",
    custodians=(r.Custodian("seesac", "SEESAC"),),
    members=(r.Member("BA", date(2018, 7, 10)),),
    schedule=r.Schedule("half", 1, "2018-S2"),
    goals=(r.Objective("3", "Less illicit flow", targets=(r.Objective("3.1", "More seizures"),)),),
    code_lists=(r.CodeList("setting", "Setting", (r.Code("inland", "Inland"), r.Code("border", "At a border"))),),
    kpis=(
        r.Kpi(
            "6",
            "Seizures",
            ("3",),
            (
                r.Part(
                    "6.1",
                    "Firearms seized",
                    "quantity",
                    unit="piece",
                    dimensions=("setting",),
                    direction="higher",
                    baseline="2018",
                    targets=(r.Target("2024-S2", Decimal(500)),),
                    comparable=r.Comparable(("handgun",), "piece", Decimal(10), by_setting=True),
                ),
                r.Part("6.2", "Seized per case", "percent", decimals=1, formula="100 * {6.1} / {3.1}"),
            ),
        ),
        r.Kpi(
            "1",
            "Legal instruments",
            ("3.1",),
            (
                r.Part(
                    "1",
                    "Legal instruments",
                    "statuses",
                    items=(r.Code("weapons", "Weapons law"),),
                    statuses=(r.Code("none", "None"), r.Code("adopted", "Adopted")),
                ),
            ),
            collector="secretariat",
            level="national",
            members=("BA",),
        ),
    ),
    bands=(r.Band("reached", "Target reached", Decimal(100)),),
    mappings=(r.Mapping("2017.1", (("5.1", "6.1"),)),),
)
NUMBER = v.Figure(
    "reported",
    "final",
    cells=(v.Cell((("setting", "inland"),), Decimal(538)), v.Cell((), Decimal(551))),
    comment=WORDS,
    evidence=(FILE,),
)
CONTENT = v.Content(
    figures=(
        ("1", v.Figure("reported", "final", statuses=(v.ItemStatus("weapons", "adopted"),))),
        ("2", v.Figure("reported", "estimated", documents=(v.Document("Strategy", "https://example.org/strategy"),))),
        ("6.1", NUMBER),
        ("6.2", v.Figure("not_available_yet")),
        ("9.2", v.Figure("reported", "final", text=WORDS)),
    ),
    narratives=(("3", v.Narrative("bs", WORDS, WORDS)),),
)
FINDING = v.Finding("change/6.1", "change", "warning", "6.1", "More than half as many again.", WORDS)
HEADING = ("wb-salw", "2018.1", 4, "2020-S1", "2020-S1")

EXAMPLES: tuple[Any, ...] = (
    e.RoadmapPublished(ROADMAP, DIGEST, DAY, WORDS),
    e.RoundOpened(*HEADING, date(2020, 9, 30), (date(2020, 8, 31),), ("AL", "BA"), DAY, WORDS),
    e.DraftShared(date(2020, 8, 31), DAY, WORDS),
    e.ObjectionRaised(1, "RS", "6.1", WORDS, DAY, WORDS),
    e.ObjectionAnswered(1, WORDS, DAY, WORDS),
    e.RoundPublished(1, (e.EditionReport(REPORT, "jurisdiction", "BA", 42, DIGEST, 1),), ("AL",), DAY, WORDS),
    e.ReportOpened(ROUND, *HEADING, "jurisdiction", "BA", date(2020, 9, 30), DAY, WORDS),
    e.DueExtended(date(2020, 10, 15), DAY, WORDS),
    e.FigureRecorded("BA", "6.1", NUMBER, DAY, WORDS),
    e.InputRecorded("6.1", "border_police", v.Input(NUMBER.cells, WORDS, (FILE,)), DAY, WORDS),
    e.NarrativeRecorded("3", v.Narrative("bs", WORDS, WORDS), DAY, WORDS),
    e.EvidenceAdded(FILE, DAY, WORDS),
    e.WarningExplained("change/6.1", DIGEST, WORDS, DAY, WORDS),
    e.InputsCleared("border_police", DIGEST, "person:1", DAY, WORDS),
    e.ReportEndorsed(DIGEST, "person:1", (FINDING,), "2018.1+1", DAY, WORDS),
    e.ReportSubmitted(DIGEST, DAY, WORDS),
    e.ReportReturned(DIGEST, (e.PartComment("6.1", WORDS), e.PartComment(None, WORDS)), "person:2", DAY, WORDS),
    e.ReportAccepted(DIGEST, "person:2", DAY, WORDS),
    e.ReportReopened("person:2", DAY, WORDS),
    e.RestatementOpened("person:2", DAY, WORDS),
    e.ReportPublished(1, DIGEST, (("BA", CONTENT),), DAY, None, WORDS),
    e.ReportPublished(2, DIGEST, (("BA", CONTENT),), DAY, 1, WORDS),
    e.ReaderInvited("person:3", DAY, WORDS),
    e.ReaderRemoved("person:3", DAY, WORDS),
    e.DiscrepancyFound(1, "6.1", (("setting", "inland"),), Decimal(538), Decimal(777), Decimal(10), DAY, WORDS),
    e.QuerySent(1, WORDS, "person:2", DAY, WORDS),
    e.QueryDismissed(1, "person:2", DAY, WORDS),
    e.QueryAnswered(1, WORDS, "person:1", DAY, WORDS),
)
