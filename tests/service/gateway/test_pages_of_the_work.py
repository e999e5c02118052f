"""What holds for every page of the work: four languages, one heading, guarded forms, the same answer for what is not there."""

import re

import httpx
import pytest

from services.gateway.language import LANGUAGES
from services.gateway.pages.aftercare_acts import ACTS
from shared.auth import Permission
from tests.service.gateway.answers import (
    BAD_NEWS,
    BREAK_GLASS,
    CALL_OUT,
    DOSSIER,
    GOODBYE,
    LENA,
    TASK,
    TOM,
    answer_everything,
    call_out,
)
from tests.service.gateway.conftest import issued
from tests.support.neighbours import Neighbours

EVERYTHING = tuple(Permission)
PAGES = (
    "/on-call",
    "/call-outs",
    "/call-outs?show=all",
    "/call-outs/new",
    f"/call-outs/{CALL_OUT}",
    f"/call-outs/{CALL_OUT}?view=sheet",
    f"/call-outs/{CALL_OUT}/decline",
    f"/call-outs/{CALL_OUT}/close",
    f"/call-outs/{CALL_OUT}/cancel",
    f"/call-outs/{CALL_OUT}/reached",
    "/roster",
    "/roster?month=2026-10&view=people",
    "/roster/new?start=2026-11-24T18:00Z&level=backup",
    "/dossiers",
    "/dossiers?show=closed",
    "/dossiers/new",
    f"/dossiers/{DOSSIER}",
    f"/dossiers/{DOSSIER}?show=system",
    f"/dossiers/{DOSSIER}/persons/new",
    f"/dossiers/{DOSSIER}/report",
    f"/dossiers/{DOSSIER}/tasks/new",
    f"/dossiers/{DOSSIER}/tasks/{TASK}",
    f"/dossiers/{DOSSIER}/facts",
    f"/dossiers/{DOSSIER}/close",
    f"/dossiers/{DOSSIER}/access",
    f"/dossiers/{DOSSIER}/looks",
    f"/dossiers/{DOSSIER}/aftercare",
    *(
        f"/dossiers/{DOSSIER}/aftercare/{act}?of={BAD_NEWS if act.startswith('bad-news') else GOODBYE}"
        for act in ACTS
    ),
    "/triage",
    "/search",
    "/tasks",
    "/tasks?of=team&due=late",
    "/break-glass",
    "/break-glass/new",
    f"/break-glass/{BREAK_GLASS}",
)
PARTS = (
    "/on-call/board",
    f"/call-outs/{CALL_OUT}/sheet",
    f"/call-outs/{CALL_OUT}/night",
    "/roster/month",
    f"/dossiers/{DOSSIER}/live",
    "/tasks/list",
)
FORMS = (
    "/call-outs",
    f"/call-outs/{CALL_OUT}/accept",
    f"/call-outs/{CALL_OUT}/decline",
    f"/call-outs/{CALL_OUT}/progress",
    f"/call-outs/{CALL_OUT}/close",
    f"/call-outs/{CALL_OUT}/cancel",
    f"/call-outs/{CALL_OUT}/escalate",
    f"/call-outs/{CALL_OUT}/reached-by-phone",
    f"/call-outs/{CALL_OUT}/validate",
    "/roster",
    f"/roster/{CALL_OUT}/remove",
    "/search",
    "/dossiers",
    f"/dossiers/{DOSSIER}",
    f"/dossiers/{DOSSIER}/entries",
    f"/dossiers/{DOSSIER}/persons",
    f"/dossiers/{DOSSIER}/report",
    f"/dossiers/{DOSSIER}/tasks",
    f"/dossiers/{DOSSIER}/tasks/{TASK}",
    f"/dossiers/{DOSSIER}/close",
    f"/dossiers/{DOSSIER}/reopen",
    f"/dossiers/{DOSSIER}/holder",
    f"/dossiers/{DOSSIER}/grants",
    f"/dossiers/{DOSSIER}/conflicts",
    "/break-glass",
    f"/break-glass/{BREAK_GLASS}/review",
)


@pytest.fixture
def at_work(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    """Somebody who may do everything, while one call-out rings for her."""
    neighbours.of("identity")["POST /tokens"] = issued(*EVERYTHING)
    answer_everything(neighbours)
    return signed_in


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_whole_in_every_language(
    at_work: httpx.AsyncClient, neighbours: Neighbours, path: str
) -> None:
    for language in LANGUAGES:
        neighbours.of("identity")["POST /tokens"] = issued(*EVERYTHING, language=language)
        at_work.cookies.set("vangnet_session", f"a-session-in-{language}", domain="vangnet.test")

        answer = await at_work.get(path)

        assert answer.status_code == 200, answer.text[-600:]
        assert f'<html lang="{language}"' in answer.text
        check(answer.text)


def check(page: str) -> None:
    """One heading, no id twice, every form guarded and with a key of its own."""
    assert len(re.findall(r"<h1[ >]", page)) == 1
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(each for each in set(ids) if ids.count(each) > 1) == []
    forms = re.findall(r'<form[^>]*method="post".*?</form>', page, re.DOTALL)
    assert all('name="_csrf"' in form for form in forms)
    keys = re.findall(r'name="_key" value="([^"]+)"', page)
    assert len(keys) == len(forms) == len(set(keys))


@pytest.mark.parametrize("path", PARTS)
async def test_a_live_part_comes_without_the_page_around_it(at_work: httpx.AsyncClient, path: str) -> None:
    answer = await at_work.get(path, headers={"HX-Request": "true", "X-By-Itself": "true"})

    assert answer.status_code == 200
    assert "<html" not in answer.text


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_from_elsewhere_is_refused(
    at_work: httpx.AsyncClient, neighbours: Neighbours, path: str
) -> None:
    forged = await at_work.post(path, data={"_csrf": "guessed", "_key": "a-key-of-theirs"})

    assert forged.status_code == 403
    assert [asked for asked in neighbours.asked if " POST " in asked and "/tokens" not in asked] == []


@pytest.mark.parametrize("path", ["/on-call", "/call-outs", "/roster", "/dossiers", "/tasks"])
async def test_pages_go_without_names_when_identity_is_away(
    at_work: httpx.AsyncClient, neighbours: Neighbours, path: str
) -> None:
    neighbours.of("identity")["GET /staff"] = None

    answer = await at_work.get(path)

    assert answer.status_code == 200
    assert "D&#39;Hondt" not in answer.text


async def test_the_board_names_a_colleague_that_nobody_can_name(
    at_work: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["GET /staff"] = None

    assert "naam niet beschikbaar" in (await at_work.get("/on-call")).text


async def test_a_name_is_never_escaped_twice(at_work: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("rostering")[f"GET /call-outs/{CALL_OUT}"] = call_out("accepted", accepted_by=LENA)

    for path in ("/on-call", f"/call-outs/{CALL_OUT}?view=sheet", f"/dossiers/{DOSSIER}"):
        answer = await at_work.get(path)
        assert "Lena D&#39;Hondt" in answer.text
        assert "&amp;#39;" not in answer.text


async def test_an_unknown_call_out_is_not_found(at_work: httpx.AsyncClient) -> None:
    assert (await at_work.get(f"/call-outs/{TOM}")).status_code == 404
    assert (await at_work.get("/call-outs/no-number")).status_code == 404
