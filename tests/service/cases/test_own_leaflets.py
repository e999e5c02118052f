"""The tenant's own leaflets: written, dated, proposed, printed by the same press, and what was given stays what it was."""

import asyncio
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader

from shared.auth import Permission, Principal
from shared.contracts.configuration import SettingChange, Withdraw
from shared.contracts.documents import (
    GiveLeaflets,
    LeafletRef,
    LeafletText,
    LeafletVersion,
    LetterPreview,
    LetterRules,
    SaveLeaflet,
    TemplateView,
)
from shared.db import uuid7
from tests.service.cases.conftest import audited, field_codes, opened, problem, seen
from tests.service.cases.papers import assert_accessible, papers, set_up, text_of
from tests.support.clock import today
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

LATER = today() + timedelta(days=9)
CODE = "carnival"
NL = LeafletText(
    "Na carnaval", "Bel ons gerust.\n\n## Wie helpt\n- De straathoekwerker {naam}\n- #set page(fill: red)"
)
FR = LeafletText("Après le carnaval", "Appelez-nous.")


@pytest.fixture(autouse=True)
async def organisation(cases: ServiceUnderTest, tenant: str) -> None:
    await set_up(cases, tenant)


@pytest.fixture
def office(tenant: str) -> Principal:
    return principal(tenant, Permission.TENANT_MANAGE)


def written(**more: Any) -> SaveLeaflet:
    return SaveLeaflet(**{"texts": {"nl": NL, "fr": FR}, "suggested_for": ["assault"], **more})


async def saved(cases: ServiceUnderTest, by: Principal, code: str = CODE, **more: Any) -> LeafletRef:
    return cases.read(await cases.post(f"/leaflets/{code}", written(**more), by=by), LeafletRef)


async def offered(cases: ServiceUnderTest, by: Principal) -> dict[str, TemplateView]:
    rules = cases.read(await cases.get("/letter-templates", by=by), LetterRules)
    return {each.code: each for each in rules.templates if each.kind == "leaflet"}


async def printed(
    cases: ServiceUnderTest, by: Principal, code: str = CODE, language: str = "nl"
) -> PdfReader:
    answer = await cases.get("/leaflets/content", by=by, code=code, language=language)
    assert answer.is_success, answer.text
    return PdfReader(io.BytesIO(answer.content))


async def test_an_own_leaflet_is_offered_proposed_and_printed_as_tagged_pdf(
    cases: ServiceUnderTest, office: Principal, worker: Principal
) -> None:
    await saved(cases, office)

    view = (await offered(cases, worker))[CODE]
    assert view.own
    assert view.titles == {"nl": "Na carnaval", "fr": "Après le carnaval"}
    assert view.suggested_for == ["assault"]
    for language, title in view.titles.items():
        pdf = await printed(cases, worker, language=language)
        assert_accessible(pdf, language)
        assert title in text_of(pdf)
        assert "PZ Aalst" in text_of(pdf)
        assert "juridisch" not in text_of(pdf)


async def test_what_was_typed_is_text_and_never_layout_or_a_gap_to_fill(
    cases: ServiceUnderTest, office: Principal
) -> None:
    await saved(cases, office)

    text = text_of(await printed(cases, office))
    assert "De straathoekwerker {naam}" in text
    assert "#set page(fill: red)" in text
    assert "## Wie helpt" not in text


async def test_a_language_in_which_it_was_not_written_is_neither_printed_nor_given(
    cases: ServiceUnderTest, office: Principal, worker: Principal
) -> None:
    await saved(cases, office)
    dossier = await opened(cases, worker, "assault")

    assert problem(await cases.get("/leaflets/content", by=worker, code=CODE, language="de")) == (
        404,
        "not_found",
    )
    given = GiveLeaflets(codes=[CODE, "victims_rights"], language="de")
    answer = await cases.post(f"/dossiers/{dossier.dossier_id}/leaflets", given, by=worker)
    assert field_codes(answer) == {"language": "leaflet_not_in_language"}


async def test_what_was_given_keeps_its_version_and_title_when_the_leaflet_changes(
    cases: ServiceUnderTest, office: Principal, worker: Principal
) -> None:
    first = await saved(cases, office)
    dossier = await opened(cases, worker, "assault")
    give = GiveLeaflets(codes=[CODE, "victims_rights"], language="nl")
    path = f"/dossiers/{dossier.dossier_id}/leaflets"
    assert (await cases.post(path, give, by=worker)).is_success
    second = await saved(
        cases, office, texts={"nl": LeafletText("Na het feest", "Anders.")}, seen=first.version
    )
    assert (await cases.post(path, GiveLeaflets(codes=[CODE], language="nl"), by=worker)).is_success

    given = {
        (each.code, each.version, each.title) for each in (await papers(cases, dossier, worker)).leaflets
    }
    assert given == {
        (CODE, first.version, "Na carnaval"), (CODE, second.version, "Na het feest"), ("victims_rights", 1, ""),
    }  # fmt: skip
    told = [
        each.details
        for each in (await seen(cases, dossier, worker)).timeline
        if each.code == "leaflets_given"
    ]
    assert {(each["leaflets"], each["own_leaflets"]) for each in told} == {
        ("victims_rights", "Na carnaval"), ("", "Na het feest"),
    }  # fmt: skip


async def test_what_is_planned_holds_from_its_day_and_can_be_taken_back_once(
    cases: ServiceUnderTest, office: Principal, worker: Principal
) -> None:
    await saved(cases, office, valid_from=LATER)
    assert CODE not in await offered(cases, worker)
    (planned,) = [
        each
        for each in cases.read(await cases.get("/leaflets", by=office), list[LeafletVersion])
        if each.code == CODE
    ]
    assert (planned.valid_from, planned.newest) == (LATER, 1)

    path = f"/leaflets/{CODE}/withdraw"
    assert (await cases.post(path, Withdraw(valid_from=LATER), by=office)).is_success
    assert problem(await cases.post(path, Withdraw(valid_from=LATER), by=office)) == (404, "not_found")
    second = await saved(cases, office, seen=1)
    assert second.version == 2
    assert field_codes(await cases.post(path, Withdraw(valid_from=today()), by=office)) == {
        "valid_from": "in_the_past"
    }


async def test_an_own_text_takes_the_place_of_one_of_ours_and_hiding_it_takes_it_away(
    cases: ServiceUnderTest, office: Principal, worker: Principal
) -> None:
    ours = (await offered(cases, worker))["bereavement"]
    first = await saved(cases, office, code="bereavement")

    assert first.version == ours.version + 1
    assert (await offered(cases, worker))["bereavement"].titles["nl"] == "Na carnaval"
    await saved(cases, office, code="bereavement", hidden=True, seen=first.version)
    assert "bereavement" not in await offered(cases, worker)
    dossier = await opened(cases, worker)
    answer = await cases.post(
        f"/dossiers/{dossier.dossier_id}/leaflets",
        GiveLeaflets(codes=["bereavement"], language="nl"),
        by=worker,
    )
    assert field_codes(answer) == {"codes": "not_a_choice"}
    (line,) = [
        each
        for each in cases.read(await cases.get("/leaflets", by=office), list[LeafletVersion])
        if each.code == "bereavement"
    ]
    assert line.hidden


async def test_of_two_people_who_write_at_once_the_second_hears_of_the_first(
    cases: ServiceUnderTest, office: Principal
) -> None:
    answers = await asyncio.gather(*(cases.post(f"/leaflets/{CODE}", written(), by=office) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {problem(answer) for answer in answers if not answer.is_success} == {(409, "leaflet_changed")}


async def test_the_same_request_twice_is_one_version(cases: ServiceUnderTest, office: Principal) -> None:
    key = str(uuid7())
    first, again = [await cases.post(f"/leaflets/{CODE}", written(), by=office, key=key) for _ in range(2)]

    assert first.json() == again.json()
    assert len(cases.read(await cases.get("/leaflet-changes", by=office), list[SettingChange])) == 1


@pytest.mark.parametrize(
    ("code", "more", "wrong"),
    [
        ("Carnaval!", {}, {"code": "type_code_wrong"}),
        (CODE, {"texts": {}}, {"title_nl": "required", "text_nl": "required"}),
        (CODE, {"texts": {"nl": NL, "fr": LeafletText("Titre", "  ")}}, {"text_fr": "required"}),
        (CODE, {"texts": {"nl": NL, "ar": FR}}, {"texts": "not_a_choice"}),
        (CODE, {"suggested_for": ["no_such_type"]}, {"suggested_for": "not_a_choice"}),
        (CODE, {"valid_from": today() - timedelta(days=1)}, {"valid_from": "in_the_past"}),
        (CODE, {"valid_from": today() + timedelta(days=4000)}, {"valid_from": "too_far"}),
    ],
)
async def test_every_wrong_field_is_named(
    cases: ServiceUnderTest, office: Principal, code: str, more: dict[str, Any], wrong: dict[str, str]
) -> None:
    assert field_codes(await cases.post(f"/leaflets/{code}", written(**more), by=office)) == wrong


async def test_each_change_is_dated_audited_and_says_from_what_to_what(
    cases: ServiceUnderTest, office: Principal, tenant: str
) -> None:
    first = await saved(cases, office, valid_from=LATER)
    await saved(cases, office, texts={"nl": LeafletText("Na het feest", NL.text), "fr": FR}, valid_from=LATER,
                seen=first.version)  # fmt: skip
    assert (await cases.post(f"/leaflets/{CODE}/withdraw", Withdraw(valid_from=LATER), by=office)).is_success

    auditor = principal(tenant, Permission.AUDIT_READ)
    changes = cases.read(await cases.get("/leaflet-changes", by=auditor), list[SettingChange])
    assert [(each.act, each.key, each.by) for each in changes] == [
        ("withdrawn", CODE, office.user_id), ("withdrawn", CODE, office.user_id),
        ("saved", CODE, office.user_id), ("saved", CODE, office.user_id),
    ]  # fmt: skip
    (changed,) = changes[2].changes
    assert (changed.field, changed.before, changed.after) == ("title_nl", "Na carnaval", "Na het feest")
    assert changes[2].at <= datetime.now(UTC)
    assert len(await audited(cases, tenant, "save_leaflet")) == 2


async def test_a_preview_shows_every_language_and_keeps_nothing(
    cases: ServiceUnderTest, office: Principal
) -> None:
    preview = cases.read(await cases.post("/leaflet-preview", written(), by=office), LetterPreview)

    assert [(each.part, each.language) for each in preview.parts] == [("leaflet", "nl"), ("leaflet", "fr")]
    assert all(page.startswith(b"\x89PNG") for each in preview.parts for page in each.pages)
    assert cases.read(await cases.get("/leaflet-changes", by=office), list[SettingChange]) == []
    empty = await cases.post("/leaflet-preview", written(texts={}), by=office)
    assert field_codes(empty) == {"title_nl": "required", "text_nl": "required"}


async def test_who_does_not_manage_the_tenant_writes_none(cases: ServiceUnderTest, worker: Principal) -> None:
    for answer in (
        await cases.get("/leaflets", by=worker),
        await cases.get("/leaflet-changes", by=worker),
        await cases.post(f"/leaflets/{CODE}", written(), by=worker),
        await cases.post("/leaflet-preview", written(), by=worker),
        await cases.post(f"/leaflets/{CODE}/withdraw", Withdraw(valid_from=LATER), by=worker),
    ):
        assert problem(answer) == (403, "forbidden")


async def test_another_tenant_neither_sees_nor_changes_it(
    cases: ServiceUnderTest, office: Principal, other_tenant: str
) -> None:
    await saved(cases, office)
    stranger = principal(other_tenant, Permission.TENANT_MANAGE)

    found = cases.read(await cases.get("/leaflets", by=stranger), list[LeafletVersion])
    assert CODE not in {each.code for each in found}
    assert problem(
        await cases.post(f"/leaflets/{CODE}/withdraw", Withdraw(valid_from=LATER), by=stranger)
    ) == (404, "not_found")
    assert msgspec.json.decode((await cases.get("/leaflet-changes", by=stranger)).content) == []
