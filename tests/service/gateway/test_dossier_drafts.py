"""A form of a dossier is saved as one types, by a button too, and is there again when one comes back."""

import re

import httpx
import pytest

from shared.auth import Permission
from shared.contracts.drafts import DraftRef, DraftView
from shared.errors import ProblemDetails
from tests.service.gateway.answers import DOSSIER, NOW, answer_everything
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

PAGE = f"/dossiers/{DOSSIER}"


@pytest.fixture
def holder(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    may = ("DOSSIER_READ", "DOSSIER_WRITE", "STAFF_READ")
    neighbours.of("identity")["POST /tokens"] = issued(*(Permission[each] for each in may))
    answer_everything(neighbours)
    return signed_in


async def test_what_was_typed_before_stands_in_the_form_again(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = {"text": ["Moeder gebeld <over> school"], "kind": ["contact"], "capacity": ["practical_help"]}
    neighbours.of("cases")[f"GET {PAGE}/drafts"] = [
        DraftView(form="entry", version=4, saved_at=NOW, fields=fields)
    ]

    page = (await holder.get(PAGE)).text

    assert re.search(r"<textarea[^>]*>Moeder gebeld &lt;over&gt; school</textarea>", page)
    assert re.search(r'value="contact" selected', page)
    assert 'name="_draft_version" value="4"' in page
    assert "Klad bewaard om" in page


async def test_typing_is_answered_with_the_version_to_go_on_with(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")[f"POST {PAGE}/drafts"] = DraftRef(form="report", version=2, saved_at=NOW)
    fields = await filled_in(holder, f"{PAGE}/report", text="Ter plaatse")

    answer = await holder.post(f"{PAGE}/drafts/report", data=fields, headers={"X-Draft": "true"})

    assert answer.json()["version"] == 2
    assert answer.json()["said"].startswith("Klad bewaard om")


async def test_the_button_does_it_without_javascript(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")[f"POST {PAGE}/drafts"] = DraftRef(form="report", version=1, saved_at=NOW)

    fields = await filled_in(holder, f"{PAGE}/report", text="Ter plaatse")
    answer = await holder.post(f"{PAGE}/drafts/report", data=fields)

    assert answer.headers["location"] == PAGE


async def test_another_window_was_first_and_nothing_typed_is_lost(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")[f"POST {PAGE}/drafts"] = ProblemDetails(
        type="", title="", status=409, code="draft_changed"
    )
    fields = await filled_in(holder, f"{PAGE}/report", text="Mijn lange tekst")

    by_itself = await holder.post(f"{PAGE}/drafts/report", data=fields, headers={"X-Draft": "true"})
    by_hand = await holder.post(f"{PAGE}/drafts/report", data=fields)

    assert by_itself.status_code == by_hand.status_code == 409
    assert "ander venster" in by_itself.json()["said"]
    assert "Mijn lange tekst" in by_hand.text


async def test_when_the_session_ended_the_page_is_told_and_keeps_the_text(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await filled_in(holder, f"{PAGE}/report", text="Ter plaatse")
    holder.cookies.clear()

    answer = await holder.post(
        f"{PAGE}/drafts/report", data=fields, headers={"X-Draft": "true", "HX-Request": "true"}
    )

    assert answer.headers["hx-redirect"].startswith("/sign-in")


async def test_a_draft_is_saved_from_our_own_page_only(holder: httpx.AsyncClient) -> None:
    answer = await holder.post(f"{PAGE}/drafts/report", data={"text": "x", "_csrf": "made up", "_key": "k"})

    assert answer.status_code == 403
