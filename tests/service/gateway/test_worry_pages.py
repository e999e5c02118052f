"""The inspector's short form: what is missing is named, and what was typed stays."""

import html

import httpx

from shared.auth import Permission
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours


async def test_a_worry_that_is_not_whole_names_each_thing_that_is_missing_and_keeps_the_rest(
    signed_in: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.WORRY_REPORT)
    fields = await filled_in(signed_in, "/worries/new")

    answer = await signed_in.post("/worries", data={**fields, "text": "Zat alleen op de trap."})

    page = html.unescape(answer.text)
    assert answer.status_code == 422
    assert "Zat alleen op de trap." in page
    for missing in (
        "Kies waarover u zich zorgen maakt.",
        "Schrijf waar het is.",
        "Kies hoe dringend het is.",
        "Zeg of u het aan de persoon vroeg.",
        "Zeg of u zelf een PV moet maken.",
    ):
        assert missing in page
    assert not any("POST /worries" in each for each in neighbours.asked)
