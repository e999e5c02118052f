"""A letter with a translation: what stays untranslated is seen before it is kept, and never a second time in the way."""

import re
from http import HTTPStatus

import httpx
import pytest

from shared.auth import Permission
from shared.contracts.documents import (
    LetterPart,
    LetterPreview,
    LetterRef,
    LetterRules,
    TemplateField,
    TemplateView,
)
from shared.db import uuid7
from tests.service.gateway.answers import DOSSIER, answer_everything
from tests.service.gateway.conftest import issued
from tests.support.neighbours import Neighbours

PATH = f"/dossiers/{DOSSIER}/letters"
TYPED = {
    "template": "contact_confirmation",
    "recipient": "Amira Haddad",
    "agreed": "Wij bellen u maandag.",
    "courtesy_language": "fr",
}


@pytest.fixture
def desk(browser: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    """The browser of somebody who may write letters."""
    answer_everything(neighbours)
    neighbours.of("identity")["POST /tokens"] = issued(*Permission)
    template = TemplateView(
        code="contact_confirmation", kind="letter", version=1, certainty="D",
        titles=dict.fromkeys(("nl", "fr", "de", "en"), "Bevestiging"),
        fields=[TemplateField(name="agreed", kind="text", required=True)],
    )  # fmt: skip
    cases = neighbours.of("cases")
    cases["GET /letter-templates"] = LetterRules(
        legal_language="nl", templates=[template], letterhead_missing=[]
    )
    cases[f"POST {PATH}/preview"] = LetterPreview(
        parts=[
            LetterPart(part=part, language=language, pages=[b"\x89PNG"])
            for part, language in (("legal", "nl"), ("courtesy", "fr"))
        ]
    )
    cases[f"POST {PATH}"] = LetterRef(letter_id=uuid7(), documents=[])
    browser.cookies.set("vangnet_session", "a-session", domain="vangnet.test")
    return browser


async def sent(desk: httpx.AsyncClient, **data: str) -> httpx.Response:
    page = await desk.get(f"{PATH}/new?template=contact_confirmation")
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', page.text))
    return await desk.post(PATH, data={**hidden, **TYPED, **data})


async def test_what_is_not_translated_is_shown_before_the_letter_is_kept_and_then_kept(
    desk: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    first = await sent(desk, do="keep")

    assert first.status_code == HTTPStatus.OK
    assert "Op dit blad is niet vertaald: " in first.text
    assert f"cases POST {PATH}" not in neighbours.asked
    (seen,) = re.findall(r'name="untranslated" value="(\w+)"', first.text)
    again = await sent(desk, do="keep", untranslated=seen)
    assert again.status_code == HTTPStatus.SEE_OTHER
    assert again.headers["location"].endswith("/send")


@pytest.mark.parametrize(
    "more", [{"courtesy_agreed": "Nous vous appelons lundi."}, {"courtesy_language": ""}]
)
async def test_a_letter_with_nothing_left_to_translate_is_kept_at_once(
    desk: httpx.AsyncClient, more: dict[str, str]
) -> None:
    preview = await sent(desk, do="preview", **more)
    kept = await sent(desk, do="keep", **more)

    assert "niet vertaald" not in preview.text
    assert kept.status_code == HTTPStatus.SEE_OTHER
