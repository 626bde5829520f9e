"""What the lists of actions say, and what the commands then do: the same, wherever a report has got to."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import httpx
from kpi_world import World, explained, fill, if_match, ok, on, opened, report_of

WHO = (
    "institution_BA_police",
    "commission_BA",
    "commission_head_BA",
    "commission_head_RS",
    "secretariat",
    "analyst",
)
STEPS = 300


class Walk:
    """Somebody does something, over and over; a day goes by from time to time."""

    def __init__(self, world: World, report: Any, seed: int) -> None:
        self.world = world
        self.report = f"/v1/reports/{report['id']}"
        self.round = f"/v1/rounds/{report['round']}"
        self.dice = random.Random(seed)
        self.day = date(2020, 8, 1)
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.editions: dict[int, Any] = {}

    async def step(self) -> None:
        self.day += timedelta(days=self.dice.random() < 0.1)
        client = self.world[self.dice.choice(WHO)]
        of_round = self.dice.random() < 0.25
        path = self.round if of_round else self.report
        before = await ok(await client.get(path))
        action = self.dice.choice(self.steered(before["actions"]))
        answer = await self.do(client, action["action"], before)
        told = f"{action} of {path} in {before['state']}: {answer.status_code} {answer.text}"
        if not action["allowed"]:
            assert action["why"], told
            assert answer.status_code in (403, 404, 409), told
            self.refused[action["action"]] += 1
            assert (await ok(await client.get(path)))["version"] == before["version"], told
        else:
            assert answer.status_code == 200, told
            self.done[action["action"]] += 1
            await self.holds()

    async def holds(self) -> None:
        """What is accepted or published is what its approval was for, and no edition ever changes."""
        now = await ok(await self.world["commission_BA"].get(self.report))
        if now["state"] in ("accepted", "published"):
            assert now["acceptance"]["digest"] == now["endorsement"]["digest"] == now["digest"]
        if now["state"] in ("draft", "returned"):
            assert now["acceptance"] is None or not now["acceptance"]["valid"]
        for number in range(1, len(now["published"]) + 1):
            edition = await ok(await self.world["analyst"].get(f"{self.round}/editions/{number}"))
            assert self.editions.setdefault(number, edition) == edition

    def steered(self, actions: list[Any]) -> list[Any]:
        """Chance alone rarely gets a report to its end: mostly what leads there is done where it can be."""
        forward = [action for action in actions if action["allowed"] and action["action"] in FORWARD]
        return forward if forward and self.dice.random() < 0.6 else actions

    async def do(self, client: httpx.AsyncClient, action: str, seen: Any) -> httpx.Response:
        """The command of that action, as well formed as the report admits."""
        match action:
            case "record_figure":
                body: Any = {"presence": "reported", "value": str(self.dice.randint(1, 9))}
                return await self.put(client, "/values/12.1", body, seen)
            case "record_input":
                return await self.put(client, "/values/11.1/inputs/police", {"value": "5"}, seen)
            case "record_narrative":
                body = {"language": "bs", "original": self.dice.choice(["Da.", "Ne."])}
                return await self.put(client, "/narratives/1", body, seen)
            case "add_evidence":
                body = {"name": "a", "media_type": "application/pdf", "size": 1, "link": "https://ba.test"}
                return await self.post(client, "/evidence", {**body, "sha256": self.dice.randbytes(32).hex()}, seen)
            case "explain_warning":
                return await self.post(client, "/explanations", await self.explanation(), seen)
            case "clear_inputs":
                return await self.post(client, "/institutions/police/clear", {}, seen)
            case "invite_reader":
                return await self.post(client, "/readers", {"reader": "person:x"}, seen)
            case "return":
                return await self.post(client, "/return", {"comments": [{"kpi": "12", "text": "Why?"}]}, seen)
            case "extend":
                due = date.fromisoformat(seen["due"]) + timedelta(days=1)
                return await self.post(client, "/extend", {"due": str(due)}, seen)
            case "answer_query" | "send_query" | "dismiss_query":
                name, _, _ = action.partition("_")
                return await self.post(
                    client, f"/queries/1/{name}", {"answer": "So."} if name == "answer" else {}, seen
                )
            case "share_draft":
                later = max(str(self.day), seen["object_by"] or "")
                return await self.post(client, "/share-draft", {"object_by": later}, seen)
            case "object":
                return await self.post(client, "/objections", {"text": "No.", "on": None}, seen)
            case "publish":
                over = date.fromisoformat(seen["object_by"] or str(self.day)) + timedelta(days=1)
                self.day = max(self.day, over)
                return await self.post(client, "/publish", {}, seen)
            case "answer_objection":
                open_ = [o["number"] for o in seen["objections"] or () if o["answer"] is None]
                number = open_[0] if open_ else 1
                return await self.post(client, f"/objections/{number}/answer", {"answer": "So."}, seen)
            case _:
                return await self.post(client, f"/{action.replace('_', '-')}", {}, seen)

    async def explanation(self) -> dict[str, str]:
        found = (await ok(await self.world["commission_BA"].get(f"{self.report}/validation")))["items"]
        warnings = [f["id"] for f in found if f["severity"] == "warning"]
        open_ = [f["id"] for f in found if f["severity"] == "warning" and f["explanation"] is None]
        warnings = open_ or warnings
        return {"finding": warnings[0] if warnings else "none/1", "explanation": "It was so."}

    async def put(self, client: httpx.AsyncClient, below: str, body: Any, seen: Any) -> httpx.Response:
        return await client.put(self.report + below, json=on(self.day, **body), headers=if_match(seen["version"]))

    async def post(self, client: httpx.AsyncClient, below: str, body: Any, seen: Any) -> httpx.Response:
        path = self.round if "members" in seen else self.report
        return await client.post(path + below, json=on(self.day, **body), headers=if_match(seen["version"]))


FORWARD = {"record_figure", "explain_warning", "endorse", "return", "accept", "restate", "publish", "share_draft"}


async def test_whatever_is_offered_is_done_and_whatever_is_not_is_refused(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    await fill(world, report, {"12.1": 5, "11.1": 5}, "2020-07-20")
    await explained(world, report, "2020-07-20")
    walk = Walk(world, report, seed=1)
    for _ in range(STEPS):
        await walk.step()
    assert {"record_figure", "explain_warning", "endorse"} <= set(walk.done)
    assert {"clear_inputs", "endorse", "return", "accept", "reopen", "restate", "publish"} <= set(walk.refused)


async def test_publishing_is_offered_once_there_is_something_to_publish(world: World) -> None:
    """The secretariat's report alone makes no edition."""
    round_ = await opened(world)
    path = f"/v1/rounds/{round_['id']}"
    others = await report_of(world, round_["id"], None)
    body = on("2020-08-01", presence="reported", value="61.5", jurisdiction="BA")
    client = world["secretariat"]
    await ok(await client.put(f"/v1/reports/{others['id']}/values/14", json=body, headers=if_match(1)))
    shared = await client.post(
        f"{path}/share-draft", json=on("2020-08-01", object_by="2020-08-02"), headers=if_match(1)
    )
    (publish,) = [a for a in (await ok(shared))["actions"] if a["action"] == "publish"]
    assert publish == {"action": "publish", "allowed": False, "why": ["No report of the round is accepted"]}
    refused = await client.post(f"{path}/publish", json=on("2020-08-10"), headers=if_match(2))
    assert refused.json()["errors"][0]["code"] == "nothing_accepted"
