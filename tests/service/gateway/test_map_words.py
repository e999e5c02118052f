"""The editors' page of words that mean the same: add, change, end, two at once, and nothing typed is lost."""

from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx
import msgspec
import pytest

from shared.auth import Permission
from shared.contracts.service_search import SaveSynonyms, SynonymGroup, SynonymRef
from shared.errors import Invalid, ProblemDetails, details_of
from tests.service.gateway.conftest import PERSON, issued
from tests.support.forms import form_of
from tests.support.neighbours import Neighbours

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAGE = "/social-map/words"
FAR = date(2100, 1, 1)


def group(code: str = "debts", *words: str, **more: Any) -> SynonymGroup:
    facts: dict[str, Any] = {
        "words": {"nl": list(words or ("schulden", "krediet")), "fr": ["dettes"]},
        "also": ["budget"],
        "hidden": False,
        "valid_from": None,
        "version": 0,
        "layer": "shared",
        **more,
    }
    return SynonymGroup(code=code, **facts)


def own(*words: str, version: int = 1, **more: Any) -> SynonymGroup:
    facts: dict[str, Any] = {
        "valid_from": date(2026, 3, 2),
        "newest": version,
        "at": AT,
        "by": PERSON,
        **more,
    }
    return group("debts", *words, layer="own", version=version, **facts)


@pytest.fixture
def editor(browser: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.SOCIAL_MAP_READ, Permission.SOCIAL_MAP_EDIT)
    browser.cookies.set("vangnet_session", "a-session", domain="vangnet.test")
    return browser


def answers(neighbours: Neighbours, *groups: SynonymGroup) -> None:
    known = neighbours.of("referrals")
    known["GET /synonyms"] = list(groups)
    known["POST /synonyms/debts"] = SynonymRef(code="debts", version=1)


def told(neighbours: Neighbours, code: str = "debts") -> SaveSynonyms:
    return msgspec.json.decode(neighbours.sent[f"referrals POST /synonyms/{code}"], type=SaveSynonyms)


async def test_the_list_is_filtered_by_a_word_and_says_what_is_searched_with_it(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(
        neighbours,
        group(),
        group("rent", "huur", "Miété"),
        group("old", "minimex", hidden=True, valid_from=AT.date()),
    )
    everything = await editor.get(PAGE)
    assert "huur" in everything.text
    assert "Gestopt" in everything.text
    found = await editor.get(f"{PAGE}?q=miete")
    assert "huur" in found.text
    assert "schulden" not in found.text
    assert "Er wordt ook gezocht op: huur, dettes." in found.text
    assert "/social-map?q=miete" in found.text
    nothing = await editor.get(f"{PAGE}?q=velo")
    assert f"{PAGE}/new?word=velo" in nothing.text
    assert 'value="velo"' not in (await editor.get(f"{PAGE}/new?word=velo")).text
    assert ">velo</textarea>" in (await editor.get(f"{PAGE}/new?word=velo")).text


async def test_an_editor_adds_words_in_four_languages(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours)
    form = form_of((await editor.get(f"{PAGE}/new")).text, f"{PAGE}/new")
    typed = {**form, "words_nl": "Vélo\r\n fiets,  fiets", "words_de": "Fahrrad", "also": "mobiliteit"}
    code = f"w_velo_{form['_key'][-6:]}"
    neighbours.of("referrals")[f"POST /synonyms/{code}"] = SynonymRef(code=code, version=1)
    answer = await editor.post(f"{PAGE}/new", data=typed)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    command = told(neighbours, code)
    assert command.words == {"nl": ["Vélo", "fiets"], "de": ["Fahrrad"]}
    assert (command.also, command.seen, command.hidden) == (["mobiliteit"], 0, False)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"words_nl": "", "words_fr": ""}, "words_nl"),
        ({"words_nl": "x"}, "words_nl"),
        ({"words_fr": "a" * 81}, "words_fr"),
        ({"words_nl": "\n".join(f"woord {number}" for number in range(41))}, "words_nl"),
        ({"valid_from": "ooit"}, "valid_from"),
    ],
)
async def test_what_cannot_be_sent_stays_typed_and_says_where(
    editor: httpx.AsyncClient, neighbours: Neighbours, typed: dict[str, str], field: str
) -> None:
    answers(neighbours, group())
    form = form_of((await editor.get(f"{PAGE}/debts")).text, f"{PAGE}/debts")
    answer = await editor.post(f"{PAGE}/debts", data={**form, "also": "ruim woord", **typed})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'href="#f-{field}"' in answer.text
    assert "ruim woord" in answer.text
    assert "referrals POST /synonyms/debts" not in neighbours.asked


async def test_a_refusal_of_the_words_stands_at_the_words(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, group())
    form = form_of((await editor.get(f"{PAGE}/debts")).text, f"{PAGE}/debts")
    neighbours.of("referrals")["POST /synonyms/debts"] = details_of(Invalid({"words": "two_words"}), "")
    answer = await editor.post(
        f"{PAGE}/debts", data={**form, "words_nl": "alleen", "words_fr": "", "also": ""}
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'href="#f-words_nl"' in answer.text
    assert ">alleen</textarea>" in answer.text


async def test_the_second_of_two_editors_sees_both_and_keeps_what_she_typed(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, group(), own("schulden", "put"))
    form = form_of((await editor.get(f"{PAGE}/debts")).text, f"{PAGE}/debts")
    theirs = own("schulden", "rood staan", version=2)
    answers(neighbours, group(), msgspec.structs.replace(theirs, also=["budget", "lening"]))
    neighbours.of("referrals")["POST /synonyms/debts"] = ProblemDetails(
        type="", title="", status=409, code="changed_meanwhile",
        details={"changed_by": str(PERSON), "changed_at": AT.isoformat()},
    )  # fmt: skip
    answer = await editor.post(f"{PAGE}/debts", data={**form, "words_nl": "schulden\r\nputje"})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "schulden, rood staan" in answer.text
    assert "schulden, putje" in answer.text
    answers(neighbours, group(), theirs)
    again = form_of(answer.text, f"{PAGE}/debts")
    assert (await editor.post(f"{PAGE}/debts", data=again)).status_code == HTTPStatus.SEE_OTHER
    command = told(neighbours)
    assert (command.words["nl"], command.also, command.seen) == (
        ["schulden", "putje"],
        ["budget", "lening"],
        2,
    )


async def test_a_group_ends_on_a_day_and_its_words_stay(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, group())
    form = form_of((await editor.get(f"{PAGE}/debts")).text, f"{PAGE}/debts/end")
    day = (datetime.now(UTC) + timedelta(days=40)).date()
    answer = await editor.post(f"{PAGE}/debts/end", data={**form, "day": day.isoformat()})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    command = told(neighbours)
    assert (command.hidden, command.valid_from, command.seen) == (True, day, 0)
    assert command.words["nl"] == ["schulden", "krediet"]
    wrong = await editor.post(f"{PAGE}/debts/end", data={**form, "day": ""})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_own_words_stand_beside_the_shared_ones_and_can_follow_them_again(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, group(), own("schulden", "put"), own("kuil", version=2, valid_from=FAR))
    page = await editor.get(f"{PAGE}/debts")
    for text in ("eigen woorden", "De gedeelde woorden", "krediet", "Gepland vanaf"):
        assert text in page.text, text
    form = form_of(page.text, f"{PAGE}/debts/follow")
    assert (await editor.post(f"{PAGE}/debts/follow", data=form)).status_code == HTTPStatus.SEE_OTHER
    assert (told(neighbours).follows, told(neighbours).seen) == (True, 2)
    form = form_of(page.text, f"{PAGE}/debts/take-back")
    assert (await editor.post(f"{PAGE}/debts/take-back", data=form)).status_code == HTTPStatus.SEE_OTHER
    command = told(neighbours)
    assert (command.words["nl"], command.valid_from, command.hidden) == (["schulden", "put"], FAR, False)


async def test_who_only_reads_the_map_has_no_words_to_keep(
    editor: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answers(neighbours, group())
    form = form_of((await editor.get(f"{PAGE}/debts")).text, f"{PAGE}/debts")
    assert PAGE in (await editor.get("/social-map")).text
    neighbours.of("identity")["POST /tokens"] = issued(Permission.SOCIAL_MAP_READ)
    editor.cookies.set("vangnet_session", "another-session", domain="vangnet.test")
    for path in (PAGE, f"{PAGE}/new", f"{PAGE}/debts"):
        assert (await editor.get(path)).status_code == HTTPStatus.FORBIDDEN
    for path in (f"{PAGE}/new", f"{PAGE}/debts", f"{PAGE}/debts/end"):
        assert (await editor.post(path, data=form)).status_code == HTTPStatus.FORBIDDEN
    assert PAGE not in (await editor.get("/social-map")).text
