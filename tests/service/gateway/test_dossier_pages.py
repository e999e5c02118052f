"""A dossier's pages: safe contact first, nothing typed is lost, and what is out of sight looks like what does not exist."""

import re
from datetime import time, timedelta

import httpx
import msgspec
import pytest

from shared.auth import Permission
from shared.contracts.cases import AccessView, DossierRef, EntryRef
from shared.contracts.dossier_access import BreakGlassOpened
from shared.contracts.persons import (
    ChangeSafeContact,
    MayCall,
    PersonRef,
    RevealedPhone,
    SafeContact,
    SafeWindow,
)
from shared.contracts.tasks import CompleteTask, TaskRef
from shared.db import uuid7
from shared.errors import FieldError, ProblemDetails
from tests.service.gateway.answers import (
    BREAK_GLASS,
    DOSSIER,
    LENA,
    MOTHER,
    NOW,
    PHONE_ID,
    TASK,
    TODAY,
    TOM,
    answer_everything,
    break_glass_use,
    dossier,
    dossier_page,
    person,
    phone,
    task,
)
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

PAGE = f"/dossiers/{DOSSIER}"


@pytest.fixture
def holder(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    may = ("DOSSIER_READ", "DOSSIER_WRITE", "DOSSIER_OPEN", "BREAK_GLASS_OPEN", "STAFF_READ")
    neighbours.of("identity")["POST /tokens"] = issued(*(Permission[each] for each in may))
    answer_everything(neighbours)
    return signed_in


def hours(*windows: tuple[int, int]) -> SafeContact:
    """Two hours from an hour on, on a day of the week."""
    return SafeContact(
        windows=[
            SafeWindow(weekdays=[day], starts=time(start), ends=time(start + 2)) for day, start in windows
        ]
    )


def refusal(status: int, code: str, **details: str) -> ProblemDetails:
    return ProblemDetails(type="", title="", status=status, code=code, details=details)


async def test_how_to_reach_somebody_safely_stands_before_every_number_and_no_number_is_there(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    other = uuid7()
    persons = [person(), person(person_id=other, last_name="Peeters", safe_contact="")]
    phones = [phone(), phone(phone_id=uuid7(), person_id=other, ends_with="99")]
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(persons=persons, phones=phones)

    page = (await holder.get(PAGE)).text

    assert page.index("Enkel overdag bellen.") < page.index("eindigt op 11")
    assert page.index("Geen afspraken over veilig contact") < page.index("eindigt op 99")
    assert "tel:" not in page


async def test_a_number_is_given_when_asked_for(holder: httpx.AsyncClient, neighbours: Neighbours) -> None:
    given = RevealedPhone(phone_id=PHONE_ID, person_id=MOTHER, number="+32470998811")
    neighbours.of("cases")[f"POST {PAGE}/phones/{PHONE_ID}/reveal"] = given
    fields = await filled_in(holder, f"{PAGE}/phones/{PHONE_ID}")

    whole = await holder.post(f"{PAGE}/phones/{PHONE_ID}", data=fields)
    part = await holder.post(f"{PAGE}/phones/{PHONE_ID}", data=fields, headers={"HX-Request": "true"})

    for answer in (whole, part):
        assert answer.status_code == 200
        assert 'href="tel:+32470998811"' in answer.text
    assert whole.text.index("Enkel overdag bellen.") < whole.text.index("tel:+32470998811")
    assert "<html" not in part.text


async def test_outside_the_safe_hours_the_page_says_when_and_asks_why_it_must_be_now(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    closed = MayCall(
        person_id=MOTHER,
        allowed=False,
        why="outside_hours",
        next_from=NOW,
        next_until=NOW + timedelta(hours=2),
    )
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(
        may_call=[closed],
        persons=[
            person(safe=SafeContact(windows=[SafeWindow(weekdays=[2, 4], starts=time(10), ends=time(12))]))
        ],
    )
    neighbours.of("cases")[f"POST {PAGE}/phones/{PHONE_ID}/reveal"] = refusal(
        409, "unsafe_to_call", why="outside_hours"
    )
    fields = await filled_in(holder, f"{PAGE}/phones/{PHONE_ID}")

    page = (await holder.get(PAGE)).text
    refused = await holder.post(f"{PAGE}/phones/{PHONE_ID}", data={**fields, "reason": ""})

    for text in (page, refused.text):
        assert "Bellen is nu niet veilig." in text
        assert "Volgende keer:" in text
        assert "Waarom moet het nu?" in text
        assert "tel:" not in text
    assert refused.status_code == 422
    assert "Vul dit in." in refused.text


async def test_safe_hours_are_read_from_the_form_and_a_half_row_says_what_is_missing(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")[f"POST {PAGE}/persons/{MOTHER}/safe-contact"] = PersonRef(person_id=MOTHER)
    page = f"{PAGE}/persons/{MOTHER}/safe-contact"
    fields = await filled_in(
        holder, page, version="1", w1_days="4", w1_from="10:00", w1_to="12:00", w2_days="1", no_letters="1"
    )

    half = await holder.post(page, data=fields)
    whole = await holder.post(page, data={**fields, "w2_from": "9:00", "w2_to": "9.30"})

    assert half.status_code == 422
    assert half.text.count("Vul dit in.") >= 2
    assert 'value="12:00"' in half.text
    assert whole.status_code == 422, "9:00 without a nought is no time"
    done = await holder.post(page, data={**fields, "w2_from": "09:00", "w2_to": "09.30"})
    assert done.headers["location"] == PAGE


async def test_who_changes_the_hours_second_sees_those_of_her_colleague_and_chooses(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    cases, page = neighbours.of("cases"), f"{PAGE}/persons/{MOTHER}/safe-contact"
    cases[f"GET {PAGE}"] = dossier(persons=[person(safe=hours((2, 10), (4, 10)), version=1)])
    opened = dict(
        re.findall(r'name="((?:was_|_)[a-z_]+|version)" value="([^"]*)"', (await holder.get(page)).text)
    )
    assert opened["was_windows"] == "2 10:00 12:00;4 10:00 12:00"
    typed = {
        "w1_days": "2",
        "w1_from": "10:00",
        "w1_to": "12:00",
        "w2_days": "4",
        "w2_from": "16:00",
        "w2_to": "18:00",
    }
    typed |= {"no_letters": "1", "safe_contact": opened["was_safe_contact"]}
    theirs = msgspec.structs.replace(hours((2, 20)), code_word="Zonnebloem")
    cases[f"GET {PAGE}"] = dossier(persons=[person(safe=theirs, version=2)])
    cases[f"POST {page}"] = refusal(409, "changed_meanwhile", changed_by=str(TOM), changed_at=NOW.isoformat())

    both = await holder.post(page, data={**opened, **typed})

    assert both.status_code == 422
    assert "Tom Wouters wijzigde dit terwijl u schreef." in both.text
    assert "di 20:00–22:00" in both.text
    assert "di 10:00–12:00; do 16:00–18:00" in both.text
    assert "Overgenomen van uw collega: codewoord" in re.sub(r"\s+", " ", both.text)
    assert 'value="Zonnebloem"' in both.text
    assert "w1_from" not in both.text, "the hours stand above, to be chosen"
    names = ("_csrf", "_key", "version", "windows", "now_windows", "safe_contact")
    kept = {
        name: value
        for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', both.text)
        if name in names
    }
    cases[f"POST {page}"] = PersonRef(person_id=MOTHER)
    kept |= {"code_word": "Zonnebloem", "no_letters": "1"}
    mine = hours((2, 10), (4, 16))
    for pick, expected in (("mine", mine), ("theirs", theirs)):
        saved = await holder.post(page, data={**kept, "pick_windows": pick})
        assert saved.headers["location"] == PAGE
        sent = msgspec.json.decode(neighbours.sent[f"cases POST {page}"], type=ChangeSafeContact)
        assert sent.safe.windows == expected.windows
        assert (sent.safe.no_letters, sent.safe.code_word, sent.version) == (True, "Zonnebloem", 2)


async def test_every_row_of_hours_that_is_kept_has_a_row_on_the_page(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    five = hours((1, 8), (2, 9), (3, 10), (4, 11), (5, 12))
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(persons=[person(safe=five)])

    page = (await holder.get(f"{PAGE}/persons/{MOTHER}/safe-contact")).text

    assert 'name="w5_from"' in page
    assert 'value="14:00"' in page
    assert 'name="w7_from"' not in page


async def test_a_task_says_why_its_date_is_its_date(holder: httpx.AsyncClient) -> None:
    page = (await holder.get(PAGE)).text

    assert "14 dagen na vr 13 november 2026. Overgeslagen: weekend." in page
    assert "te laat:" in page


async def test_an_entry_is_kept_with_what_was_typed_when_it_is_refused(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await written(holder, text="Moeder gebeld.", kind="contact", capacity="practical_help")
    neighbours.of("cases")[f"POST {PAGE}/entries"] = refusal(409, "dossier_closed")

    refused = await holder.post(f"{PAGE}/entries", data=fields)

    assert refused.status_code == 422
    assert "Dit dossier is gesloten. Heropen het eerst." in refused.text
    assert re.search(r"<textarea[^>]*>Moeder gebeld.</textarea>", refused.text)
    assert re.search(r'value="practical_help" selected', refused.text)


async def test_an_entry_goes_to_the_timeline(holder: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("cases")[f"POST {PAGE}/entries"] = EntryRef(entry_id=uuid7())

    done = await holder.post(f"{PAGE}/entries", data=await written(holder, text="Gebeld."))

    assert done.headers["location"] == f"{PAGE}#timeline"


async def written(holder: httpx.AsyncClient, **fields: str) -> dict[str, str]:
    page = (await holder.get(PAGE)).text
    form = re.search(r'<form[^>]*/entries".*?</form>', page, re.DOTALL)
    assert form is not None
    return {**dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', form[0])), **fields}


async def test_who_may_only_read_gets_no_form(holder: httpx.AsyncClient, neighbours: Neighbours) -> None:
    ends_at = NOW + timedelta(minutes=40)
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(
        access=AccessView(ground="break_glass", may_write=False, ends_at=ends_at)
    )

    page = (await holder.get(PAGE)).text

    assert "/entries" not in page
    assert "De inzage eindigt om" in page
    assert f'data-until="{ends_at.isoformat()}"' in page


async def test_out_of_sight_is_answered_as_unknown_with_a_way_for_emergencies(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")[f"GET {PAGE}"] = refusal(404, "not_found")

    hidden = await holder.get(PAGE)
    unknown = await holder.get(f"/dossiers/{uuid7()}")

    assert hidden.status_code == unknown.status_code == 404
    assert _without_keys(hidden.text) == _without_keys(unknown.text)
    assert 'href="/break-glass/new"' in hidden.text


def _without_keys(page: str) -> str:
    return re.sub(r'value="[0-9a-f-]{36}"|/dossiers/[0-9a-f-]{36}|since=[0-9.]+', "", page)


async def test_a_live_part_that_went_out_of_sight_takes_the_page_away(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")[f"GET {PAGE}"] = refusal(404, "not_found")

    answer = await holder.get(f"{PAGE}/live", headers={"HX-Request": "true"})

    assert answer.headers["hx-refresh"] == "true"


async def test_when_a_colleague_was_first_both_versions_stand_side_by_side(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await filled_in(
        holder,
        f"{PAGE}/facts",
        version="3",
        summary="Mijn tekst.",
        was_summary="Jongen van 19 overleden.",
        place="Aalst",
        was_place="Aalst",
        pv_number="",
        was_pv_number="",
    )
    neighbours.of("cases")[f"POST {PAGE}"] = refusal(
        409, "changed_meanwhile", changed_by=str(TOM), changed_at=NOW.isoformat()
    )
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(version=4, summary="Tekst van Tom.", place="Gent")

    both = await holder.post(PAGE, data=fields)

    assert both.status_code == 422
    assert "Tom Wouters wijzigde dit terwijl u schreef." in both.text
    assert "Tekst van Tom." in both.text
    assert 'name="summary" value="Mijn tekst."' in both.text
    assert "Overgenomen van uw collega: plaats" in re.sub(r"\s+", " ", both.text)
    assert 'name="version" value="4"' in both.text
    neighbours.of("cases")[f"POST {PAGE}"] = DossierRef(dossier_id=DOSSIER, number="SPOT-2026-0001")
    saved = await holder.post(PAGE, data={**fields, "version": "4", "pick_summary": "mine"})
    assert saved.headers["location"] == PAGE


async def test_a_person_keeps_everything_typed_when_a_field_is_wrong(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")[f"POST {PAGE}/persons"] = ProblemDetails(
        type="", title="", status=422, code="invalid", errors=[FieldError("insz", "insz_wrong")]
    )
    fields = await filled_in(
        holder, f"{PAGE}/persons/new", last_name="De Backer", role="witness", insz="123", born_on="2/4/1978"
    )

    refused = await holder.post(f"{PAGE}/persons", data=fields)

    assert refused.status_code == 422
    assert "Dit rijksregister- of bisnummer klopt niet." in refused.text
    assert 'value="De Backer"' in refused.text
    assert re.search(r'value="witness" selected', refused.text)


async def test_a_search_leaves_its_words_in_no_address(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")["POST /dossiers/search"] = dossier_page()

    found = await holder.post("/search", data=await filled_in(holder, "/search", q="De Backer"))

    assert found.status_code == 200
    assert "De Backer Sofie" in found.text
    assert not re.search(r'(href|action|hx-get)="[^"]*Backer', found.text)


async def test_more_of_a_list_comes_below_what_stands_there(holder: httpx.AsyncClient) -> None:
    page = (await holder.get("/dossiers")).text
    more = re.findall(r'hx-get="(/dossiers\?show=open&amp;after=[^"]+)"', page)

    part = await holder.get(more[0].replace("&amp;", "&"), headers={"HX-Request": "true"})

    assert part.status_code == 200
    assert "<html" not in part.text
    assert PAGE in part.text


async def test_a_dossier_with_compulsory_tasks_offers_no_closing(holder: httpx.AsyncClient) -> None:
    page = (await holder.get(f"{PAGE}/close")).text

    assert "Er staan nog 2 verplichte taken open." in page
    assert f'action="{PAGE}/close"' not in page


async def test_where_each_victim_has_a_re_contact_it_says_whose_it_is(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    hers = task(why={"rule": "calendar_days", "days": "3", "from": "2026-11-13", "of": str(MOTHER)})
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(tasks=[hers])

    for page in (PAGE, f"{PAGE}/tasks/{TASK}", f"{PAGE}/tasks/{TASK}/change", f"{PAGE}/close"):
        assert f"Hercontact met het slachtoffer: {person().first_name}" in (await holder.get(page)).text


async def test_a_recontact_is_never_simply_done(holder: httpx.AsyncClient) -> None:
    page = (await holder.get(f"{PAGE}/tasks/{TASK}")).text

    assert 'value="not_reached"' in page
    assert 'value="done"' not in page


async def test_a_re_contact_asks_whom_it_is_about_and_who_gave_the_consent(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    child = uuid7()
    hers = task(why={"rule": "calendar_days", "days": "3", "from": "2026-11-13", "of": str(child)})
    persons = [person(), person(person_id=child, first_name="Emma", minor=True)]
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(tasks=[hers], persons=persons)
    place = f"POST /tasks/{TASK}/complete"
    neighbours.of("cases")[place] = ProblemDetails(
        type="", title="", status=422, code="invalid", errors=[FieldError("consent_by", "minor_cannot")]
    )

    form = (await holder.get(f"{PAGE}/tasks/{TASK}")).text
    assert f'<option value="{child}" selected>Emma' in form
    assert f'value="{child}"' not in form[form.index('id="f-consent_by"') :]
    wish = await filled_in(
        holder,
        f"{PAGE}/tasks/{TASK}",
        result="reached_referral_wanted",
        person_id=str(child),
        consent_by=str(MOTHER),
        consent_way="written",
        note="Wil met iemand praten.",
    )
    refused = await holder.post(f"{PAGE}/tasks/{TASK}", data=wish)
    assert refused.status_code == 422
    assert 'href="#f-consent_by"' in refused.text
    assert f'<option value="{MOTHER}" selected>' in refused.text
    neighbours.of("cases")[place] = TaskRef(task_id=TASK)
    await holder.post(f"{PAGE}/tasks/{TASK}", data=wish)

    sent = msgspec.json.decode(neighbours.sent[f"cases {place}"], type=CompleteTask)
    assert (sent.person_id, sent.consent_by, sent.consent_way) == (child, MOTHER, "written")


async def test_a_task_that_is_not_there_is_not_found(holder: httpx.AsyncClient) -> None:
    assert (await holder.get(f"{PAGE}/tasks/{uuid7()}")).status_code == 404


async def test_numbers_of_tasks_open_the_list_that_they_count(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    page = (await holder.get("/tasks")).text
    assert 'href="/tasks?of=mine&amp;due=late"' in page

    late = (await holder.get("/tasks?due=late")).text

    assert "Bellen" in late
    assert "Hercontact met het slachtoffer" not in late


async def test_break_glass_needs_a_reason_that_says_something(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    typed = {"number": "SPOT-2026-0001", "reason": "emergency"}
    opened = BreakGlassOpened(break_glass_id=BREAK_GLASS, dossier_id=DOSSIER, ends_at=NOW, review_by=TODAY)
    neighbours.of("cases")["POST /break-glass"] = opened

    short = await holder.post(
        "/break-glass", data=await filled_in(holder, "/break-glass/new", **typed, text="Dringend")
    )
    told = await filled_in(holder, "/break-glass/new", **typed, text="De moeder staat aan het onthaal.")
    done = await holder.post("/break-glass", data=told)

    assert short.status_code == 422
    assert "Leg het in minstens 20 tekens uit." in short.text
    assert done.headers["location"] == PAGE


async def test_a_number_out_of_reach_is_refused_at_the_field(
    holder: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")["POST /break-glass"] = refusal(404, "not_found")
    typed = {"number": "SPOT-2026-9999", "reason": "safety", "text": "Er is gevaar voor een kind thuis."}

    refused = await holder.post("/break-glass", data=await filled_in(holder, "/break-glass/new", **typed))

    assert refused.status_code == 422
    assert re.search(r'id="e-number".*Dit nummer kennen we niet', refused.text)
    assert "Er is gevaar voor een kind thuis." in refused.text


async def test_nobody_judges_his_own_use(holder: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.BREAK_GLASS_REVIEW, Permission.STAFF_READ)
    neighbours.of("cases")["GET /break-glass"] = [break_glass_use(user_id=LENA)]

    page = (await holder.get(f"/break-glass/{BREAK_GLASS}")).text

    assert "Iemand anders kijkt ze na." in page
    assert 'name="verdict"' not in page


async def test_own_tasks_done_are_kept_in_sight(holder: httpx.AsyncClient, neighbours: Neighbours) -> None:
    done = task(state="done", result="not_reached", done_by=LENA, done_at=NOW)
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(tasks=[done])

    page = (await holder.get(PAGE)).text

    assert "1 afgeronde taak" in page
    assert "Niet bereikt" in page
