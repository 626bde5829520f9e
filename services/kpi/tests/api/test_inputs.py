"""What institutions contribute to a figure."""

from __future__ import annotations

from kpi_world import World, if_match, opened, refusal, report_of


async def test_an_input_names_its_institution(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    path = f"/v1/reports/{report['id']}/values/10/inputs/%20"
    answer = await world["commission_BA"].put(path, json={"value": "1"}, headers=if_match(1))
    assert refusal(answer, 422)["code"] == "institution_missing"
