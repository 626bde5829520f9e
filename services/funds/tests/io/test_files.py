"""Files in and out of the service, over HTTP."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest
import python_calamine
import xlsxwriter
from funds_world import PATH, World, approved, deposited, established, met, ok, on, statement, transferred
from iati_rules import faults, parsed

from funds.application.sheets import Column, read_workbook
from funds.application.sheets_money import COLUMNS, Importable

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SINCE = {"on": "2020-06-01", "reason": "From the agent's books."}
TOMORROW = date.today() + timedelta(days=1)  # noqa: DTZ011 - no day of the region is later


async def the_fund(world: World) -> dict[str, Any]:
    """Deposits, and a grant of which something was transferred."""
    await established(world)
    await deposited(world, "DE", "1000000.00")
    await deposited(world, "GB", "100000.00")
    await met(world)
    grant: dict[str, Any] = await approved(
        world, "400000.00", title="Safer Kosovo", jurisdictions=[{"code": "XK"}, {"code": "regional"}]
    )
    await transferred(world, grant, "250000.00")
    return grant


def table(kind: Importable, *lines: dict[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, [column.name for column in COLUMNS[kind]])
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def book(kind: Importable, *lines: dict[str, Any]) -> bytes:
    """As a person's program writes it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet()
        for n, line in enumerate([{c.name: c.name for c in COLUMNS[kind]}, *lines]):
            for m, column in enumerate(COLUMNS[kind]):
                sheet.write(n, m, line.get(column.name, ""))
    return out.getvalue()


async def sent(
    world: World, kind: Importable, content: Any, who: str = "agent_MPTFO", key: str | None = None, **query: str
) -> httpx.Response:
    path, headers = f"{PATH}/{kind}/import", {"Idempotency-Key": key} if key else {}
    if isinstance(content, list):
        return await world[who].post(path, json={"items": content}, params=query, headers=headers)
    media = XLSX if isinstance(content, bytes) else "text/csv"
    return await world[who].post(path, content=content, params=query, headers={"Content-Type": media, **headers})


async def commitment(world: World, donor: str = "NO", agreement: str = "SAA NO 1") -> str:
    body = on("2019-05-01", donor=donor, amount="15000000.00", currency="NOK", agreement=agreement)
    made = await ok(await world["secretariat"].post(f"{PATH}/commitments", json=body), 201)
    return str(made["id"])


@pytest.mark.parametrize("way", ["csv", "xlsx", "json"])
async def test_deposits_are_taken_over_to_the_cent(world: World, way: str) -> None:
    await established(world)
    signed = await commitment(world)
    first = {"commitment": signed, "amount": "4999999.99", "currency": "NOK", "credited": "540000.01"}
    second = {"commitment": signed, "amount": "0.01", "currency": "NOK", "credited": "0.01"}
    named = {**second, "commitment": "SAA NO 1"}
    lines = {"csv": table("deposits", first, named), "xlsx": book("deposits", first, named), "json": [first, second]}
    tried = await ok(await sent(world, "deposits", lines[way], **SINCE, dry_run="true"))
    assert (tried["outcome"], tried["summary"]["recorded"]) == ("dry_run", 2)
    assert [item["id"] for item in tried["items"]] == [None, None]
    assert (await statement(world))["lines"]["contributions"]["total"] == "0.00"
    done = await ok(await sent(world, "deposits", lines[way], **SINCE))
    assert (done["outcome"], done["summary"]) == ("recorded", {"recorded": 2, "rejected": 0, "held_back": 0})
    assert (await statement(world))["lines"]["contributions"]["total"] == "540000.02"
    facts = (await ok(await world["agent_MPTFO"].get(f"{PATH}/facts", params={"kind": "deposit"})))["items"]
    assert {fact["id"] for fact in facts} == {item["id"] for item in done["items"]}
    assert {(fact["amount"], fact["on"]) for fact in facts} == {("4999999.99", SINCE["on"]), ("0.01", SINCE["on"])}


async def test_transfers_are_all_taken_over_or_none_each_after_those_above_it(world: World) -> None:
    grant = await the_fund(world)
    line = {"grant": grant["id"], "organisation": "UNDP", "amount": 100000, "request": "TR-2"}
    over = book("transfers", line, {**line, "amount": 50000.01})
    refused = await sent(world, "transfers", over, **SINCE)
    assert refused.status_code == 422
    first, second = refused.json()["items"]
    assert (first["outcome"], second["outcome"]) == ("held_back", "rejected")
    assert second["errors"][0]["code"] == "transfer_exceeds_reservation"
    assert second["errors"][0]["column"] == "amount"
    assert (await statement(world))["lines"]["transfers"]["total"] == "250000.00"
    await ok(await sent(world, "transfers", book("transfers", line, {**line, "amount": 50000}), **SINCE))
    assert (await statement(world))["lines"]["transfers"]["total"] == "400000.00"


async def test_an_organisation_takes_its_own_expenditure_over_and_nobody_elses(world: World) -> None:
    grant = await the_fund(world)
    line = {
        "grant": grant["id"],
        "organisation": "UNDP",
        "start": "2020-03-01",
        "end": "2020-12-31",
        "category_1": "1000.50",
        "category_8": "70.04",
        "certified": "true",
        "on": "2021-04-30",
        "reason": "Certified.",
    }
    others = await sent(world, "expenditure", table("expenditure", line), who="organisation_UNODC")
    assert others.status_code == 422
    assert others.json()["items"][0]["errors"][0]["code"] == "other_party"
    await ok(await sent(world, "expenditure", table("expenditure", line), who="organisation_UNDP"))
    money = await ok(await world["analyst"].get(f"{PATH}/money", params={"by": "category"}))
    assert {row["key"]: row["expenditure"] for row in money["items"]} == {"1": "1000.50", "8": "70.04"}
    wrong = {**line, "category_3": "1.005", "start": "2021-01-01", "end": "2021-12-31"}
    refused = (await sent(world, "expenditure", table("expenditure", wrong), who="organisation_UNDP")).json()
    assert {error["column"] for error in refused["items"][0]["errors"]} == {"category_3", "end"}


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"amount": ""}, "/amount", "missing"),
        ({"amount": "1,50"}, "/amount", "decimal_malformed"),
        ({"amount": "1.005"}, "/amount", None),
        ({"commitment": "nobody's"}, "/commitment", None),
        ({"commitment": str(uuid4())}, "/commitment", "reference_unknown"),
        ({"currency": "EUR"}, "/currency", "currency_differs"),
        ({"on": str(TOMORROW + timedelta(days=1))}, "/on", None),
        ({"on": "2020-06-31"}, "/on", "date_malformed"),
    ],
)
async def test_a_line_is_refused_as_the_single_post_is(
    world: World, changed: dict[str, str], pointer: str, code: str | None
) -> None:
    await established(world)
    line = {"commitment": await commitment(world), "amount": "1.50", "currency": "NOK", "credited": "0.20", **SINCE}
    good, wrong = line, {**line, **changed}
    answer = await sent(world, "deposits", table("deposits", good, wrong))
    assert answer.status_code == 422
    fine, refused = answer.json()["items"]
    assert (fine["outcome"], fine["errors"], refused["line"]) == ("held_back", [], "line 3")
    (error,) = refused["errors"]
    assert (error["pointer"], error["column"]) == (pointer, pointer[1:])
    assert code in (None, error["code"])
    single = await world["agent_MPTFO"].post(f"{PATH}/deposits", json={k: v for k, v in wrong.items() if v})
    assert single.json()["errors"][0]["code"] == error["code"]


async def test_a_repeated_import_under_a_key_posts_nothing_twice(world: World) -> None:
    await established(world)
    line = {"commitment": await commitment(world), "amount": "1.50", "currency": "NOK", "credited": "0.20"}
    first = await sent(world, "deposits", [line], key="books-1", **SINCE)
    again = await sent(world, "deposits", [line], key="books-1", **SINCE)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert (await statement(world))["lines"]["contributions"]["total"] == "0.20"


async def test_a_refused_import_and_a_trial_leave_their_key_free(world: World) -> None:
    await established(world)
    line = {"commitment": await commitment(world), "amount": "1.50", "currency": "NOK", "credited": "0.20"}
    assert (await sent(world, "deposits", [{**line, "currency": "EUR"}], key="books-2", **SINCE)).status_code == 422
    assert (await sent(world, "deposits", [line, {}], key="books-2", **SINCE)).status_code == 422
    await ok(await sent(world, "deposits", [line], key="books-2", dry_run="true", **SINCE))
    done = await sent(world, "deposits", [line], key="books-2", **SINCE)
    assert (await ok(done))["outcome"] == "recorded"
    other = await sent(world, "deposits", [line, line], key="books-2", **SINCE)
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "idempotency_key_reused")


async def test_what_is_no_import_is_refused_as_a_whole(world: World) -> None:
    await established(world)
    cases = [
        ("text/csv", b"amuont\n1\n", 400, "unreadable_file"),
        ("text/csv", b"amount\n", 422, "number_of_lines"),
        ("text/csv", b"amount\n" + b"1\n" * 501, 413, "number_of_lines"),
        (XLSX, b"PK", 400, "unreadable_file"),
        ("application/json", b'{"items": 1}', 400, "malformed_json"),
        ("application/json", b"[" * 100_000, 400, "malformed_json"),
        ("application/pdf", b"%PDF", 415, "unsupported_media_type"),
    ]
    for media, content, status, code in cases:
        answer = await world["agent_MPTFO"].post(
            f"{PATH}/deposits/import", content=content, headers={"Content-Type": media}
        )
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code), media
    for who in ("donor_DE", "organisation_UNDP", "secretariat"):
        assert (await sent(world, "deposits", [{}], who=who)).status_code == 403
    items = (await sent(world, "deposits", [1, {}])).json()["items"]
    assert [item["outcome"] for item in items] == ["rejected", "rejected"]
    assert items[0]["errors"][0]["code"] == "not_an_object"


@pytest.mark.parametrize("kind", ["deposits", "transfers", "expenditure"])
async def test_a_template_has_the_columns_of_the_import(world: World, kind: Importable) -> None:
    await established(world)
    text = await world["analyst"].get(f"{PATH}/{kind}/template.csv")
    assert text.text.strip().split(",") == [column.name for column in COLUMNS[kind]]
    made = await world["analyst"].get(f"{PATH}/{kind}/template.xlsx")
    assert made.headers["content-type"] == XLSX
    assert f'filename="SLW00-{kind}.xlsx"' in made.headers["content-disposition"]
    assert read_workbook(made.content, COLUMNS[kind]) == []


async def test_a_template_names_beside_it_what_a_line_may_be_of(world: World) -> None:
    grant = await the_fund(world)
    agent = world["agent_MPTFO"]
    transfers = sheet_of((await agent.get(f"{PATH}/transfers/template.xlsx")).content, "Grants")
    assert transfers[:2] == [
        ["grant", "title", "organisation", "reserved", "unspent"],
        [grant["id"], "Safer Kosovo*", "UNDP", 150000, 250000],
    ]
    assert transfers[-1][0].startswith("* References to Kosovo")
    deposits = sheet_of((await agent.get(f"{PATH}/deposits/template.xlsx")).content, "Commitments")
    assert [line[1:] for line in deposits[1:]] == [["DE", "EUR", 0], ["GB", "GBP", 0]]


def sheet_of(content: bytes, name: str) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    found: list[list[Any]] = book.get_sheet_by_name(name).to_python()
    return found


async def test_the_statement_and_contributions_say_in_a_file_what_they_say_in_json(world: World) -> None:
    await the_fund(world)
    query = {"from": "2020-01-01", "to": "2020-12-31"}
    told = await statement(world, **query)
    for suffix in ("csv", "xlsx"):
        answer = await world["analyst"].get(f"{PATH}/statement.{suffix}", params=query)
        rows = {row["code"]: row for row in rows_of(answer)}
        for code, line in told["lines"].items():
            for column in ("prior", "period", "total"):
                assert Decimal(rows[code][column]) == Decimal(line[column])
        assert Decimal(rows["closing"]["total"]) == Decimal(told["balance"]["closing"])
        answer = await world["analyst"].get(f"{PATH}/contributions.{suffix}")
        found = (await ok(await world["analyst"].get(f"{PATH}/contributions")))["items"]
        written = {row["donor"]: row for row in rows_of(answer) if row.get("amount")}
        assert {d: Decimal(row["credited"]) for d, row in written.items()} == {
            each["donor"]: Decimal(each["credited"]) for each in found
        }
    assert (await world["analyst"].get(f"{PATH}/statement.pdf")).status_code == 422
    before = await world["analyst"].get(f"{PATH}/statement.csv", params={"from": "2021-01-01", "to": "2020-01-01"})
    assert before.status_code == 422


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    if answer.headers["content-type"] == XLSX:
        names = python_columns(answer.content)
        return [dict(row.cells) for row in read_workbook(answer.content, [Column(name) for name in names])]
    return list(csv.DictReader(io.StringIO(answer.text)))


def python_columns(content: bytes) -> list[str]:
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    return [str(name) for name in sheet.to_python(nrows=1)[0]]


async def test_the_fund_and_its_grants_are_valid_iati_with_the_sums_of_the_statement(world: World) -> None:
    grant = await the_fund(world)
    refund = on("2020-09-01", grant=grant["id"], organisation="UNDP", amount="0.01")
    back = await ok(await world["agent_MPTFO"].post(f"{PATH}/refunds", json=refund), 201)
    wrong = {**refund, "amount": "7.00"}
    other = await ok(await world["agent_MPTFO"].post(f"{PATH}/refunds", json=wrong), 201)
    reversal = on("2020-09-02", fact=other["id"])
    await ok(await world["agent_MPTFO"].post(f"{PATH}/reversals", json=reversal), 201)
    files = [await world["donor_DE"].get(f"{PATH}/iati.xml")]
    files.append(await world["donor_DE"].get(f"/v1/projects/{grant['project']}/iati.xml"))
    assert {file.headers["content-type"] for file in files} == {"application/xml"}
    assert [faults(file.content, TOMORROW) for file in files] == [[], []]
    of_fund, of_grant = (parsed(file.content) for file in files)
    lines = (await statement(world))["lines"]
    assert total(of_fund, "1") == Decimal(lines["contributions"]["total"])
    assert total(of_fund, "3") == Decimal(lines["net_funded"]["total"]) == total(of_grant, "1") == Decimal("249999.99")
    assert total(of_fund, "4") == Decimal(lines["fee"]["total"])
    assert total(of_fund, "2") == Decimal("400000.00")
    assert back["id"] in of_fund.xpath("//transaction/@ref")
    assert other["id"] not in of_fund.xpath("//transaction/@ref")
    assert of_grant.findtext(".//title/narrative") == "Safer Kosovo*"
    assert of_grant.xpath("//recipient-country/@code") == ["XK"]
    assert of_grant.xpath("//recipient-region/@code") == ["89"]
    assert of_grant.findall(".//description")[1].findtext("narrative").startswith("* References to Kosovo")


def total(tree: Any, kind: str) -> Decimal:
    values = tree.xpath(f"//transaction[transaction-type/@code='{kind}']/value/text()")
    return sum((Decimal(value) for value in values), Decimal(0))


async def test_results_of_activities_and_indicators_are_told_in_iati(world: World) -> None:
    grant = await the_fund(world)
    planned = on(
        "2020-04-01",
        kind="training",
        title="Training of the border police",
        project=grant["project"],
        jurisdictions=["XK"],
        start="2020-05-01",
        end="2020-05-02",
        targets=[{"what": "participants", "unit": "person", "quantity": "30"}],
    )
    made = await ok(await world["secretariat"].post("/v1/activities", json=planned), 201)
    held = on(
        "2020-05-03",
        start="2020-05-02",
        results=[
            {"what": "participants", "unit": "person", "quantity": "24"},
            {"what": "participants", "unit": "person", "quantity": "12", "sex": "female", "jurisdiction": "XK"},
        ],
    )
    path = f"/v1/activities/{made['id']}/hold"
    await ok(await world["secretariat"].post(path, json=held, headers={"If-Match": f'"{made["version"]}"'}))
    file = await world["analyst"].get(f"/v1/projects/{grant['project']}/iati.xml")
    assert faults(file.content, TOMORROW) == []
    (result,) = parsed(file.content).iter("result")
    assert result.findtext("title/narrative") == "Training of the border police"
    assert result.xpath(".//target/@value") == ["30"]
    assert result.xpath(".//actual/@value") == ["24", "12"]
    assert result.xpath(".//dimension/@value") == ["female", "XK"]
    assert result.xpath(".//period-start/@iso-date") == ["2020-05-02"]


async def test_releases_stay_as_they_are_while_the_project_goes_on(world: World) -> None:
    grant = await the_fund(world)
    path = f"/v1/projects/{grant['project']}"
    first = await ok(await world["observer_NO"].get(f"{path}/releases"))
    assert [release["tag"] for release in first["releases"]] == [["planning"], ["award", "contract"]]
    assert first["releases"][1]["awards"][0]["value"] == {"amount": "400000.00", "currency": "USD"}
    assert first["footnotes"][0].startswith("* References to Kosovo")
    seen = await ok(await world["secretariat"].get(path))
    started = await world["secretariat"].post(
        f"{path}/grants/{grant['id']}/start",
        json=on("2020-03-01"),
        headers={"If-Match": f'"{seen["version"]}"'},
    )
    await ok(started)
    answer = await world["observer_NO"].get(f"{path}/releases")
    assert answer.json()["releases"][:2] == first["releases"]
    assert answer.json()["releases"][2]["tag"] == ["implementation"]
    assert answer.headers["etag"] == started.headers["etag"]
    assert (await world["observer_NO"].get(f"/v1/projects/{uuid4()}/releases")).status_code == 404
