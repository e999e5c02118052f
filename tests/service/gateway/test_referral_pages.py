"""The pages of referrals: only the agreed fields, three answers of equal size, and nothing typed is lost."""

from datetime import date
from typing import Any

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from shared.auth import Permission
from shared.contracts.consents import ConsentRef, ConsentView, InvokeGround, LegalGround, OfferReferral
from shared.contracts.incoming_referrals import (
    AssignIncoming,
    IncomingLine,
    IncomingPage,
    IncomingRef,
    IncomingView,
)
from shared.contracts.partners import DeliveryRef, DeliveryView, Receipt
from shared.contracts.persons import RevealedPhone, SafeContact
from shared.contracts.referring import (
    AmendReferral,
    AnswerReferral,
    Disclosure,
    DossierReferrals,
    FormField,
    Move,
    Preview,
    ProposeReferral,
    RecipientView,
    ReferralForm,
    ReferralLine,
    ReferralPage,
    ReferralRef,
    ReferralView,
    SendReferral,
    SentField,
    UsualService,
)
from shared.db import uuid7
from shared.errors import ProblemDetails
from tests.service.gateway.answers import (
    DOSSIER,
    LENA,
    MOTHER,
    NOW,
    PHONE_ID,
    TODAY,
    answer_everything,
    dossier,
    person,
    phone,
    task,
)
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

REFERRAL, SERVICE, CONSENT, INCOMING = uuid7(), uuid7(), uuid7(), uuid7()
PAGE = f"/dossiers/{DOSSIER}"
FORM = ReferralForm(
    key="caw_victim",
    version=1,
    fields=[
        FormField(key="name", kind="text", why="to_know_whom_to_contact", required=True),
        FormField(key="born_on", kind="date", why="to_tell_apart_and_by_age"),
        FormField(key="safe_phone", kind="phone", why="to_contact_without_danger"),
        FormField(key="need", kind="lines", why="what_help_is_asked", required=True, longest=400),
        FormField(key="referrer", kind="text", why="recipient_can_ask_back", required=True),
        FormField(key="consent", kind="computed", why="recipient_may_act_on_it"),
    ],
    names={"nl": "Verwijzing naar slachtofferhulp"},
    valid_from=date(2026, 1, 1),
    valid_to=None,
    source="",
    certainty="C",
)


def line(state: str = "consent_given", **changes: Any) -> ReferralLine:
    view = ReferralLine(
        referral_id=REFERRAL, dossier_id=DOSSIER, dossier_number="SPOT-2026-0001", person_id=MOTHER,
        service_id=SERVICE, recipient="CAW Oost-Vlaanderen", recipient_kind="partner_link", state=state,
        urgency="normal", follower=LENA, proposed_at=NOW, sent_at=None, due_on=TODAY, late="", waits_for="us",
    )  # fmt: skip
    return replace(view, **changes)


def consent(state: str = "given", *, live: bool = True, **changes: Any) -> ConsentView:
    view = ConsentView(
        consent_id=CONSENT, dossier_id=DOSSIER, referral_id=REFERRAL, person_id=MOTHER, purpose="referral_caw",
        service_id=SERVICE, recipient="CAW Oost-Vlaanderen", state=state, live=live, fields=["name", "need"],
        given_by="person", giver_id=MOTHER, minor=False, way="spoken", on=TODAY, answered_on=TODAY, expires_on=None,
        withdrawn_at=None, recorded_by=LENA, source="referrals",
    )  # fmt: skip
    return replace(view, **changes)


def referral(state: str = "consent_given", **changes: Any) -> ReferralView:
    view = ReferralView(
        line=line(state), form="caw_victim", form_version=1,
        values={"name": "Sofie De Backer", "need": "Wil praten."}, version=4, consents=[consent()], grounds=[],
        moves=[Move(at=NOW, state="proposed", what="proposed", side="sender", by=LENA)],
        disclosures=[], may=["offer", "amend", "send", "withdraw"], send_by=TODAY, answer_by=None, contact_by=None,
        expires_on=None, rerouted_from=None, rerouted_to=[], suggested_service_id=None,
    )  # fmt: skip
    return replace(view, **changes)


def preview(**changes: Any) -> Preview:
    view = Preview(
        referral_id=REFERRAL, version=4, recipient="CAW Oost-Vlaanderen", recipient_kind="partner_link",
        form="caw_victim", form_version=1, urgency="normal",
        fields=[SentField(key="name", value="Sofie De Backer"), SentField(key="need", value="Wil praten.")],
        basis="consent", missing=[], uncovered=[],
    )  # fmt: skip
    return replace(view, **changes)


def incoming(state: str = "sent", **changes: Any) -> IncomingView:
    here = IncomingLine(
        incoming_id=INCOMING, sender="pz_aalst", sender_name="PZ Aalst", service_id=SERVICE, recipient="Sociale dienst",
        state=state, urgency="urgent", received_at=NOW, assigned_to=None, contact_by=TODAY, late="",
    )  # fmt: skip
    view = IncomingView(
        line=here, form="caw_victim", form_version=1, fields=[SentField(key="need", value="Schulden")],
        basis="consent", wiped_at=None, moves=[], may=["accepted", "refused", "more_asked"], version=1,
    )  # fmt: skip
    return replace(view, **changes)


@pytest.fixture
def worker(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    may = (
        "DOSSIER_READ", "DOSSIER_WRITE", "STAFF_READ", "REFERRAL_READ", "REFERRAL_WRITE", "REFERRAL_RECEIVE",
        "REFERRAL_GROUND",
    )  # fmt: skip
    neighbours.of("identity")["POST /tokens"] = issued(*(Permission[each] for each in may), user_id=LENA)
    answer_everything(neighbours)
    referrals = neighbours.of("referrals")
    referrals["GET /referral-forms"] = [FORM]
    referrals["GET /referrals"] = ReferralPage(referrals=[line()])
    referrals[f"GET /referrals/{REFERRAL}"] = referral()
    referrals[f"GET /referrals/{REFERRAL}/preview"] = preview()
    referrals[f"GET /referral-recipients/{SERVICE}"] = RecipientView(
        service_id=SERVICE,
        organization_id=None,
        name="CAW Oost-Vlaanderen",
        kind="partner_link",
        form="caw_victim",
    )
    referrals[f"GET {PAGE}/referrals"] = DossierReferrals(
        dossier_id=DOSSIER, may_write=True, referrals=[line()], offers=[consent("refused", live=False)]
    )
    referrals["GET /incoming-referrals"] = IncomingPage(referrals=[incoming().line])
    referrals[f"GET /incoming-referrals/{INCOMING}"] = incoming()
    return signed_in


def sent(neighbours: Neighbours, path: str, kind: type[Any]) -> Any:
    return msgspec.json.decode(neighbours.sent[f"referrals POST {path}"], type=kind)


def answered(state: str) -> ConsentRef:
    return ConsentRef(consent_id=CONSENT, state=state, referral_state=f"consent_{state}")


def ref(state: str = "proposed") -> ReferralRef:
    return ReferralRef(referral_id=REFERRAL, state=state, version=1)


async def test_a_dossier_shows_its_referrals_with_the_next_step_and_every_offer(
    worker: httpx.AsyncClient,
) -> None:
    page = (await worker.get(PAGE)).text

    assert "CAW Oost-Vlaanderen" in page
    assert f'href="/referrals/{REFERRAL}/preview"' in page
    assert f'href="{PAGE}/referrals/new"' in page
    assert "1 keer aangeboden" in page


async def test_a_dossier_does_without_its_referrals_while_they_cannot_be_had(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")[f"GET {PAGE}/referrals"] = None

    page = await worker.get(PAGE)

    assert page.status_code == 200
    assert "De doorverwijzingen kunnen nu niet getoond worden." in page.text


async def test_who_may_not_see_referrals_sees_no_word_of_them(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.DOSSIER_READ, Permission.DOSSIER_WRITE)

    page = (await worker.get(PAGE)).text

    assert "Doorverwijzingen" not in page
    assert not any(f"{PAGE}/referrals" in each for each in neighbours.asked if each.startswith("referrals"))


async def test_the_teams_partners_are_offered_beside_the_social_map(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    usual = UsualService(service_id=SERVICE, name="CAW Oost-Vlaanderen", times=3)
    neighbours.of("referrals")["GET /usual-services"] = [usual]

    page = (await worker.get(f"{PAGE}/referrals/new")).text

    assert page.count(f"/referrals/new?service={SERVICE}") == 1
    assert f"/social-map?for={DOSSIER}" in page


async def test_the_fields_are_filled_in_from_the_dossier_and_each_says_why(worker: httpx.AsyncClient) -> None:
    page = (await worker.get(f"{PAGE}/referrals/new?service={SERVICE}")).text

    assert 'value="Sofie De Backer"' in page
    assert "Zo weet de dienst wie ze contacteert." in page
    assert "eindigt op 11" in page
    assert "Geen verhaal" in page
    assert 'maxlength="400"' in page
    assert "tel:" not in page


async def test_with_several_persons_it_is_asked_for_whom(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    child = uuid7()
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(
        persons=[person(), person(person_id=child, first_name="Emma", minor=True)]
    )

    page = (await worker.get(f"{PAGE}/referrals/new?service={SERVICE}")).text

    assert "Voor wie?" in page
    assert f"service={SERVICE}&amp;person={child}" in page


async def test_only_what_is_ticked_is_proposed_and_a_number_is_looked_up(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")[f"POST {PAGE}/referrals"] = ref()
    neighbours.of("cases")[f"POST {PAGE}/phones/{PHONE_ID}/reveal"] = RevealedPhone(
        phone_id=PHONE_ID, person_id=MOTHER, number="+32470998811"
    )
    fields = await filled_in(worker, f"{PAGE}/referrals/new?service={SERVICE}")
    typed = {
        **fields, "service_id": str(SERVICE), "person_id": str(MOTHER), "urgency": "soon", "send": ["safe_phone"],
        "v_name": "Sofie De Backer", "v_born_on": "1978-04-02", "v_safe_phone": f"phone:{PHONE_ID}",
        "v_need": "Wil praten.", "v_referrer": "Lena",
    }  # fmt: skip

    answer = await worker.post(f"{PAGE}/referrals", data=typed)

    assert answer.headers["location"] == f"/referrals/{REFERRAL}/consent"
    command = sent(neighbours, f"{PAGE}/referrals", ProposeReferral)
    assert command.values == {
        "name": "Sofie De Backer", "safe_phone": "+32470998811", "need": "Wil praten.", "referrer": "Lena",
    }  # fmt: skip
    assert (command.person_id, command.urgency) == (MOTHER, "soon")


async def test_a_number_of_another_dossier_is_refused_at_its_field(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await filled_in(worker, f"{PAGE}/referrals/new?service={SERVICE}")
    typed = {**fields, "service_id": str(SERVICE), "send": ["safe_phone"], "v_safe_phone": f"phone:{uuid7()}"}

    answer = await worker.post(f"{PAGE}/referrals", data=typed)

    assert answer.status_code == 422
    assert not any("reveal" in each for each in neighbours.asked)


async def test_a_refused_value_stands_at_its_field_with_what_was_typed(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    details = ProblemDetails(type="", title="", status=422, code="invalid")
    details = msgspec.convert(
        {**msgspec.to_builtins(details), "errors": [{"field": "values.need", "code": "too_long"}]},
        ProblemDetails,
    )
    neighbours.of("referrals")[f"POST {PAGE}/referrals"] = details
    fields = await filled_in(worker, f"{PAGE}/referrals/new?service={SERVICE}")

    answer = await worker.post(
        f"{PAGE}/referrals",
        data={
            **fields,
            "service_id": str(SERVICE),
            "v_name": "Sofie",
            "v_referrer": "Lena",
            "v_need": "Een lang verhaal",
        },
    )

    assert answer.status_code == 422
    assert "Een lang verhaal" in answer.text
    assert 'id="e-v_need"' in answer.text


async def test_what_the_service_always_needs_is_asked_before_the_consent(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await filled_in(worker, f"{PAGE}/referrals/new?service={SERVICE}")

    answer = await worker.post(
        f"{PAGE}/referrals", data={**fields, "service_id": str(SERVICE), "v_name": "Sofie"}
    )

    assert answer.status_code == 422
    assert 'id="e-v_need"' in answer.text
    assert f"referrals POST {PAGE}/referrals" not in neighbours.asked


async def test_nobody_is_called_for_a_number_that_may_not_be_used(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(
        persons=[person(safe=SafeContact(no_calls=True))], phones=[phone(safe=True)]
    )

    page = (await worker.get(f"{PAGE}/referrals/new?service={SERVICE}")).text

    assert f'value="phone:{PHONE_ID}" selected' not in page


@pytest.mark.parametrize("state", ["refused", "pending"])
async def test_no_and_later_are_one_tap_and_ask_nothing(
    worker: httpx.AsyncClient, neighbours: Neighbours, state: str
) -> None:
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/consents"] = answered(state)
    fields = await filled_in(worker, f"/referrals/{REFERRAL}/consent")

    answer = await worker.post(f"/referrals/{REFERRAL}/consent", data={**fields, "state": state})

    assert answer.headers["location"] == f"{PAGE}#referrals"
    assert sent(neighbours, f"/referrals/{REFERRAL}/consents", OfferReferral) == OfferReferral(state=state)


async def test_a_yes_says_who_how_when_and_for_which_fields(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/consents"] = answered("given")
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}"] = ref("consent_given")
    address = f"/referrals/{REFERRAL}/consent"
    fields = await filled_in(worker, f"{address}?answer=given")
    typed = {
        **fields,
        "state": "given",
        "giver": "person",
        "way": "phone",
        "on": "2026-11-20",
        "fields": ["need"],
    }

    answer = await worker.post(address, data=typed)

    assert answer.headers["location"] == f"/referrals/{REFERRAL}/preview"
    command = sent(neighbours, f"/referrals/{REFERRAL}/consents", OfferReferral)
    assert (command.given_by, command.way, command.on, command.fields) == (
        "person", "phone", date(2026, 11, 20), ["need"],
    )  # fmt: skip
    # what she did not agree to goes out of the form
    assert sent(neighbours, f"/referrals/{REFERRAL}", AmendReferral).values == {"need": "Wil praten."}


async def test_a_minor_cannot_be_named_as_who_gave_it(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(persons=[person(minor=True)])

    page = (await worker.get(f"/referrals/{REFERRAL}/consent?answer=given")).text

    assert 'name="giver" value="parent"' in page
    assert 'name="giver" value="person"' not in page


async def test_without_a_field_the_consent_is_asked_again(worker: httpx.AsyncClient) -> None:
    address = f"/referrals/{REFERRAL}/consent"
    fields = await filled_in(worker, f"{address}?answer=given")

    answer = await worker.post(
        address, data={**fields, "state": "given", "giver": "person", "way": "spoken", "on": "2026-11-20"}
    )

    assert answer.status_code == 422
    assert 'id="e-fields"' in answer.text


async def test_the_preview_shows_exactly_what_leaves_and_how_it_is_undone(worker: httpx.AsyncClient) -> None:
    page = (await worker.get(f"/referrals/{REFERRAL}/preview")).text

    assert "Wil praten." in page
    assert "Terugdraaien kan" in page
    assert "Verstuur naar CAW Oost-Vlaanderen" in page


@pytest.mark.parametrize("stop", [{"basis": "none"}, {"missing": ["need"]}, {"uncovered": ["need"]}])
async def test_nothing_can_be_sent_while_something_stands_in_the_way(
    worker: httpx.AsyncClient, neighbours: Neighbours, stop: dict[str, Any]
) -> None:
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}/preview"] = preview(**stop)

    page = (await worker.get(f"/referrals/{REFERRAL}/preview")).text

    assert "Verstuur naar" not in page


async def test_what_is_sent_is_the_version_that_was_looked_at(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/send"] = ref("sent")
    fields = await filled_in(worker, f"/referrals/{REFERRAL}/preview")

    answer = await worker.post(f"/referrals/{REFERRAL}/send", data={**fields, "version": "4"})

    assert answer.headers["location"] == f"/referrals/{REFERRAL}"
    assert sent(neighbours, f"/referrals/{REFERRAL}/send", SendReferral).version == 4


async def test_what_changed_since_is_shown_before_it_is_sent(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/send"] = ProblemDetails(
        type="", title="", status=409, code="changed_meanwhile"
    )
    fields = await filled_in(worker, f"/referrals/{REFERRAL}/preview")

    answer = await worker.post(f"/referrals/{REFERRAL}/send", data={**fields, "version": "3"})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


async def test_two_editors_see_each_others_words(worker: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}"] = ProblemDetails(
        type="", title="", status=409, code="changed_meanwhile"
    )
    fields = await filled_in(worker, f"/referrals/{REFERRAL}/change")
    typed = {**fields, "version": "3", "v_name": "Sofie De Backer", "v_need": "Mijn tekst"}

    answer = await worker.post(f"/referrals/{REFERRAL}/change", data=typed)

    assert answer.status_code == 422
    assert "Mijn tekst" in answer.text
    assert "Wil praten." in answer.text
    assert sent(neighbours, f"/referrals/{REFERRAL}", AmendReferral).values["need"] == "Mijn tekst"


async def test_a_referral_shows_what_left_who_read_it_and_its_consents(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    left = Disclosure(
        at=NOW,
        delivered_at=NOW,
        to="CAW Oost-Vlaanderen",
        fields=["need"],
        consent_id=CONSENT,
        ground_id=None,
    )
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}"] = referral(
        "accepted", line=line("accepted", sent_at=NOW), disclosures=[left], may=["answer", "withdraw"]
    )
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}/delivery"] = DeliveryView(
        delivery_id=uuid7(), kind="partner_link", state="opened", address_hint="o•••@caw.be", language="nl",
        mailed_at=NOW, failed_why="", link_expires_at=NOW, links=1, may_renew=True,
        receipts=[Receipt(at=NOW, what="shown", reader="An", proved_by="email", digest="x", revision=1)],
    )  # fmt: skip

    page = (await worker.get(f"/referrals/{REFERRAL}")).text

    for told in (
        "Aanvaard",
        "o•••@caw.be",
        "gelezen op het scherm",
        "Stuur een nieuwe link",
        "Trek de toestemming in",
    ):
        assert told in page


async def test_a_consent_is_withdrawn_without_a_reason(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")[f"POST /consents/{CONSENT}/withdraw"] = answered("withdrawn")
    fields = await filled_in(worker, f"/referrals/{REFERRAL}")

    answer = await worker.post(f"/referrals/{REFERRAL}/consents/{CONSENT}/withdraw", data=fields)

    assert answer.status_code == 303
    assert neighbours.sent[f"referrals POST /consents/{CONSENT}/withdraw"] == b"{}"


async def test_a_ground_confirms_its_own_conditions_and_no_others(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    ground = LegalGround(
        key="NECESSITY", reference={"nl": "noodtoestand"}, conditions=["no_other_way"], valid_from=date(2020, 1, 1),
        valid_to=None, source="", certainty="",
    )  # fmt: skip
    neighbours.of("referrals")["GET /legal-grounds"] = [ground]
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/ground"] = ref("consent_given")
    fields = await filled_in(worker, f"/referrals/{REFERRAL}/ground")
    typed = {
        **fields, "ground": "NECESSITY", "fields": ["need"], "reason": "Zij is in gevaar en niet te bereiken.",
        "confirmed": ["NECESSITY:no_other_way", "DUTY_TO_HELP:no_other_help_at_hand"],
    }  # fmt: skip

    answer = await worker.post(f"/referrals/{REFERRAL}/ground", data=typed)

    assert answer.headers["location"] == f"/referrals/{REFERRAL}/preview"
    assert sent(neighbours, f"/referrals/{REFERRAL}/ground", InvokeGround).confirmed == ["no_other_way"]


async def test_without_the_permission_there_is_no_word_of_a_ground(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    may = (
        Permission.DOSSIER_READ,
        Permission.DOSSIER_WRITE,
        Permission.REFERRAL_READ,
        Permission.REFERRAL_WRITE,
    )
    neighbours.of("identity")["POST /tokens"] = issued(*may, user_id=LENA)

    page = (await worker.get(f"/referrals/{REFERRAL}/consent")).text

    assert f"/referrals/{REFERRAL}/ground" not in page
    assert (await worker.get(f"/referrals/{REFERRAL}/ground")).status_code == 403


async def test_an_answer_takes_along_what_it_wants_and_nothing_of_the_others(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    address = f"/referrals/incoming/{INCOMING}"
    neighbours.of("referrals")[f"POST /incoming-referrals/{INCOMING}/answer"] = IncomingRef(
        incoming_id=INCOMING, state="refused"
    )
    fields = await filled_in(worker, address)
    typed = {**fields, "answer": "refused", "reason": "no_capacity", "question": "please_phone"}

    answer = await worker.post(f"{address}/answer", data=typed)
    lacking = await worker.post(f"{address}/answer", data={**fields, "answer": "more_asked"})

    assert answer.headers["location"] == address
    command = sent(neighbours, f"/incoming-referrals/{INCOMING}/answer", AnswerReferral)
    assert command == AnswerReferral(answer="refused", reason="no_capacity")
    assert lacking.status_code == 422
    assert 'id="e-question"' in lacking.text


async def test_one_takes_an_incoming_referral_oneself_with_one_tap(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    address = f"/referrals/incoming/{INCOMING}"
    neighbours.of("referrals")[f"POST /incoming-referrals/{INCOMING}/assign"] = IncomingRef(
        incoming_id=INCOMING, state="sent"
    )
    fields = await filled_in(worker, address)

    await worker.post(f"{address}/assign", data={**fields, "user_id": str(LENA)})

    assert sent(neighbours, f"/incoming-referrals/{INCOMING}/assign", AssignIncoming).user_id == LENA


async def test_who_only_receives_comes_at_the_incoming_list(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.REFERRAL_RECEIVE)

    there, here = await worker.get("/referrals"), await worker.get("/referrals/incoming")

    assert there.headers["location"] == "/referrals/incoming"
    assert "van PZ Aalst" in here.text


@pytest.mark.parametrize("state", ["open", "late", "consent", "ended"])
async def test_the_list_keeps_its_filter_in_the_address(worker: httpx.AsyncClient, state: str) -> None:
    page = (await worker.get(f"/referrals?of=all&show={state}")).text

    assert f'href="/referrals?of=all&amp;show={state}" aria-current="page"' in page
    assert "1 doorverwijzing" in page


async def test_a_referral_out_of_sight_says_what_an_unknown_one_says(worker: httpx.AsyncClient) -> None:
    unknown = await worker.get(f"/referrals/{uuid7()}")

    assert unknown.status_code == 404


async def test_the_start_page_counts_what_is_late_and_what_nobody_took_up(
    worker: httpx.AsyncClient,
) -> None:
    page = (await worker.get("/")).text

    assert 'href="/referrals?show=late"' in page
    assert 'href="/referrals/incoming"' in page


async def test_when_nobody_is_reached_a_partner_may_be_the_way(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    """S44: after three attempts the team decides, and may ask a partner, with consent."""
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(tasks=[task("decide_contact")])

    page = (await worker.get(PAGE)).text

    assert "Probeer via een partner, met toestemming" in page


async def test_the_task_to_refer_leads_to_the_flow_for_that_person(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    wanted = task("referral", why={"rule": "working_days", "of": str(MOTHER)})
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(tasks=[wanted])

    page = (await worker.get(PAGE)).text

    assert f'href="{PAGE}/referrals/new?person={MOTHER}"' in page


async def test_a_task_to_follow_up_leads_to_its_referral(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    due = task("referral_follow_up", why={"rule": "referral_answer_by", "of": str(REFERRAL)})
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(tasks=[due])

    page = (await worker.get(PAGE)).text

    assert f'href="/referrals/{REFERRAL}"' in page
    assert "De dienst antwoordde nog niet." in page


async def test_a_new_link_makes_the_one_before_void_and_a_form_on_paper_is_noted(
    worker: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    ref_of_delivery = DeliveryRef(delivery_id=uuid7(), state="waiting")
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/link"] = ref_of_delivery
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/handed-over"] = ref_of_delivery
    fields = await filled_in(worker, f"/referrals/{REFERRAL}")

    renewed = await worker.post(f"/referrals/{REFERRAL}/link", data=fields)
    given = await worker.post(f"/referrals/{REFERRAL}/handed-over", data={**fields, "way": "by_hand"})

    assert renewed.headers["location"] == given.headers["location"] == f"/referrals/{REFERRAL}#delivery"
    assert (await worker.get(f"/referrals/{REFERRAL}/paper/secrets")).status_code == 404
