"""The ways of the other mechanisms: the funding window and its board, the instruments, the illustrative ones."""

from __future__ import annotations

import asyncio
from datetime import date

from embedded.funds import instruments, inventory, window
from embedded.funds.bodies import Party, fund, money, plan
from embedded.funds.committee import approved, met
from embedded.funds.desk import AGENT, SECRETARIAT, Desk, Grant

BOARD = (
    Party("UNDP", "chair", vote=True),
    Party("DE", "member", vote=True),
    Party("SEESAC", "secretariat"),
    Party("UNDP", "organisation"),
)
"""Illustrative: who sits on the board is not printed."""
EU = "eu_instrument"


async def bring_window(desk: Desk) -> dict[str, str]:
    """Everything that the funding window did; its projects' ids by key."""
    voting = {"rule": "consensus", "quorum": "50"}
    body = fund(window.CODE, window.NAME, "funding_window", "board", window.STARTS, window.ENDS, voting=voting)
    path = await desk.establish(body, BOARD, window.STARTS)
    signed = await desk.told(
        SECRETARIAT,
        f"{path}/commitments",
        window.SIGNED,
        donor=window.DONOR,
        amount=money(window.AMOUNT),
        currency=window.CURRENCY,
        agreement="Funding window",
    )
    paid = {"commitment": signed["id"], "amount": money(window.AMOUNT), "credited": money(window.USD)}
    await desk.told(AGENT, f"{path}/deposits", window.PAID, **paid)
    for number, on in enumerate(window.BOARD_MEETS, 1):
        agenda = ("Projects of the window",) if number == 1 else ("Annual review",)
        await met(desk, path, number, f"Meeting {number} of the Project Board", on, agenda)
    return {each.key: await _window_project(desk, path, each) for each in window.PROJECTS}


async def _window_project(desk: Desk, path: str, project: window.WindowProject) -> str:
    planned = plan(
        project.title,
        [project.office],
        {"UNDP": project.budget},
        [project.jurisdiction],
        project.goals,
        project.starts,
        project.ends,
        project.kpis,
    )
    on = window.APPROVED
    grant = await approved(desk, path, on, on, project.title, mode="meeting", meeting=1, plan=planned)
    await desk.start("organisation_UNDP", grant, project.starts, project.closed)
    return grant.project


async def bring_instruments(desk: Desk) -> dict[str, str]:
    """Each with what was promised and its one project."""
    ids = await asyncio.gather(*(_instrument(desk, each) for each in instruments.INSTRUMENTS))
    return {each.code: project for each, project in zip(instruments.INSTRUMENTS, ids, strict=True)}


async def _instrument(desk: Desk, each: instruments.Instrument) -> str:
    kind = EU if each.donor == "EU" else "bilateral"
    body = fund(each.code, each.name, kind, "agreement", each.starts, each.ends)
    path = await desk.establish(body, [Party(instruments.SECRETARIAT, "organisation")], each.starts)
    promised = {"donor": each.donor, "amount": money(each.usd), "currency": "USD", "agreement": each.name}
    await desk.told(SECRETARIAT, f"{path}/commitments", each.starts, **promised)
    offices = [instruments.SECRETARIAT]
    budget = {instruments.SECRETARIAT: each.usd}
    planned = plan(
        f"{each.name}: {each.purpose}", offices, budget, each.jurisdictions, each.goals, each.starts, each.ends
    )
    return await _registered(desk, path, planned, each.starts, each.closed)


async def bring_others(desk: Desk) -> list[str]:
    """The illustrative projects of illustrative contributors, without any money; their ids."""
    begins = min(each.starts for each in inventory.ILLUSTRATIVE)
    body = fund(inventory.CODE, inventory.NAME, "bilateral", "agreement", begins, None)
    parties = [Party(name, "organisation") for name in inventory.ORGANISATIONS]
    path = await desk.establish(body, parties, begins)
    return await asyncio.gather(*(_illustrative(desk, path, each) for each in inventory.ILLUSTRATIVE))


async def _illustrative(desk: Desk, path: str, each: inventory.Illustrative) -> str:
    planned = plan(each.title, [each.organisation], {}, [each.jurisdiction], [each.goal], each.starts, each.ends)
    return await _registered(desk, path, planned, each.starts, each.closed)


async def _registered(desk: Desk, path: str, planned: object, starts: date, closed: date | None) -> str:
    """A grant by an agreement, from its first day on; the project's id."""
    project = await desk.told(SECRETARIAT, f"{path}/grants", starts, plan=planned)
    (registered,) = project["grants"]
    grant = Grant(registered["id"], project["id"], project["version"])
    await desk.start(SECRETARIAT, grant, starts, closed)
    return grant.project
