"""Somebody outside asks after a client: the same words for everybody, in four languages, and one tap to note it."""

import httpx
import pytest

from shared.auth import Permission
from shared.contracts.cases import EntryRef
from shared.db import uuid7
from tests.service.gateway.answers import DOSSIER, answer_everything
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

PAGE = f"/dossiers/{DOSSIER}/outside-question"


@pytest.fixture
def holder(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    may = (Permission.DOSSIER_READ, Permission.DOSSIER_WRITE, Permission.STAFF_READ)
    neighbours.of("identity")["POST /tokens"] = issued(*may)
    answer_everything(neighbours)
    return signed_in


async def test_the_words_are_there_in_four_languages_with_the_readers_own_first(
    holder: httpx.AsyncClient,
) -> None:
    page = (await holder.get("/outside-question")).text

    places = [page.index(f'<blockquote lang="{code}">') for code in ("nl", "fr", "de", "en")]
    assert min(places) == places[0]
    assert 'name="asker"' not in page


async def test_one_tap_notes_who_asked(holder: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("cases")[f"POST /dossiers/{DOSSIER}/outside-questions"] = EntryRef(entry_id=uuid7())
    fields = await filled_in(holder, PAGE)

    answer = await holder.post(PAGE, data={**fields, "asker": "landlord"})

    assert (answer.status_code, answer.headers["location"]) == (303, f"/dossiers/{DOSSIER}#timeline")


async def test_without_a_tap_the_page_asks_again(holder: httpx.AsyncClient) -> None:
    fields = await filled_in(holder, PAGE)

    answer = await holder.post(PAGE, data={**fields, "asker": ""})

    assert answer.status_code == 422
