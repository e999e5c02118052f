"""The pages on the way to a referral: only the agreed fields, three answers of equal size, and nothing typed is lost."""

from datetime import date
from typing import Any

import httpx
import msgspec
import pytest

from shared.auth import Permission
from shared.contracts.consents import InvokeGround, LegalGround, OfferReferral
from shared.contracts.persons import RevealedPhone, SafeContact
from shared.contracts.referring import (
    AmendReferral,
    ProposeReferral,
    SendReferral,
    UsualService,
)
from shared.db import uuid7
from shared.errors import ProblemDetails
from tests.service.gateway.answers import (
    DOSSIER,
    LENA,
    MOTHER,
    PHONE_ID,
    dossier,
    person,
    phone,
)
from tests.service.gateway.conftest import issued
from tests.service.gateway.referral_answers import (
    PAGE,
    REFERRAL,
    SERVICE,
    answered,
    at_the_referrals,
    preview,
    ref,
    referral,
    sent,
)
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours


@pytest.fixture
def referrer(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    return at_the_referrals(signed_in, neighbours)


async def test_the_teams_partners_are_offered_beside_the_social_map(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    usual = UsualService(service_id=SERVICE, name="CAW Oost-Vlaanderen", times=3)
    neighbours.of("referrals")["GET /usual-services"] = [usual]

    page = (await referrer.get(f"{PAGE}/referrals/new")).text

    assert page.count(f"/referrals/new?service={SERVICE}") == 1
    assert f"/social-map?for={DOSSIER}" in page


async def test_the_fields_are_filled_in_from_the_dossier_and_each_says_why(
    referrer: httpx.AsyncClient,
) -> None:
    page = (await referrer.get(f"{PAGE}/referrals/new?service={SERVICE}")).text

    assert 'value="Sofie De Backer"' in page
    assert "Zo weet de dienst wie ze contacteert." in page
    assert "eindigt op 11" in page
    assert "Geen verhaal" in page
    assert 'maxlength="400"' in page
    assert "tel:" not in page


async def test_with_several_persons_it_is_asked_for_whom(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    child = uuid7()
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(
        persons=[person(), person(person_id=child, first_name="Emma", minor=True)]
    )

    page = (await referrer.get(f"{PAGE}/referrals/new?service={SERVICE}")).text

    assert "Voor wie?" in page
    assert f"service={SERVICE}&amp;person={child}" in page


async def test_only_what_is_ticked_is_proposed_and_a_number_is_looked_up(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")[f"POST {PAGE}/referrals"] = ref()
    neighbours.of("cases")[f"POST {PAGE}/phones/{PHONE_ID}/reveal"] = RevealedPhone(
        phone_id=PHONE_ID, person_id=MOTHER, number="+32470998811"
    )
    fields = await filled_in(referrer, f"{PAGE}/referrals/new?service={SERVICE}")
    typed = {
        **fields, "service_id": str(SERVICE), "person_id": str(MOTHER), "urgency": "soon", "send": ["safe_phone"],
        "v_name": "Sofie De Backer", "v_born_on": "1978-04-02", "v_safe_phone": f"phone:{PHONE_ID}",
        "v_need": "Wil praten.", "v_referrer": "Lena",
    }  # fmt: skip

    answer = await referrer.post(f"{PAGE}/referrals", data=typed)

    assert answer.headers["location"] == f"/referrals/{REFERRAL}/consent"
    command = sent(neighbours, f"{PAGE}/referrals", ProposeReferral)
    assert command.values == {
        "name": "Sofie De Backer", "safe_phone": "+32470998811", "need": "Wil praten.", "referrer": "Lena",
    }  # fmt: skip
    assert (command.person_id, command.urgency) == (MOTHER, "soon")


async def test_a_number_of_another_dossier_is_refused_at_its_field(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await filled_in(referrer, f"{PAGE}/referrals/new?service={SERVICE}")
    typed = {**fields, "service_id": str(SERVICE), "send": ["safe_phone"], "v_safe_phone": f"phone:{uuid7()}"}

    answer = await referrer.post(f"{PAGE}/referrals", data=typed)

    assert answer.status_code == 422
    assert not any("reveal" in each for each in neighbours.asked)


async def test_a_refused_value_stands_at_its_field_with_what_was_typed(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    details = ProblemDetails(type="", title="", status=422, code="invalid")
    details = msgspec.convert(
        {**msgspec.to_builtins(details), "errors": [{"field": "values.need", "code": "too_long"}]},
        ProblemDetails,
    )
    neighbours.of("referrals")[f"POST {PAGE}/referrals"] = details
    fields = await filled_in(referrer, f"{PAGE}/referrals/new?service={SERVICE}")

    answer = await referrer.post(
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
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await filled_in(referrer, f"{PAGE}/referrals/new?service={SERVICE}")

    answer = await referrer.post(
        f"{PAGE}/referrals", data={**fields, "service_id": str(SERVICE), "v_name": "Sofie"}
    )

    assert answer.status_code == 422
    assert 'id="e-v_need"' in answer.text
    assert f"referrals POST {PAGE}/referrals" not in neighbours.asked


async def test_nobody_is_called_for_a_number_that_may_not_be_used(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(
        persons=[person(safe=SafeContact(no_calls=True))], phones=[phone(safe=True)]
    )

    page = (await referrer.get(f"{PAGE}/referrals/new?service={SERVICE}")).text

    assert f'value="phone:{PHONE_ID}" selected' not in page


@pytest.mark.parametrize(("spoken", "second"), [("fr", "Pouvons-nous"), ("nl", ""), ("ti", ""), ("", "")])
async def test_the_question_is_put_in_the_persons_own_language_too_where_we_speak_it(
    referrer: httpx.AsyncClient, neighbours: Neighbours, spoken: str, second: str
) -> None:
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}"] = referral(
        "proposed", values={"name": "Sofie De Backer", "language": spoken}
    )

    answer = await referrer.get(f"/referrals/{REFERRAL}/consent")
    page = answer.text

    assert answer.status_code == 200, page
    assert "Mogen we deze gegevens doorgeven" in page
    assert page.count("<blockquote") == (2 if second else 1)
    assert second in page


@pytest.mark.parametrize("state", ["refused", "pending"])
async def test_no_and_later_are_one_tap_and_ask_nothing(
    referrer: httpx.AsyncClient, neighbours: Neighbours, state: str
) -> None:
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/consents"] = answered(state)
    fields = await filled_in(referrer, f"/referrals/{REFERRAL}/consent")

    answer = await referrer.post(f"/referrals/{REFERRAL}/consent", data={**fields, "state": state})

    assert answer.headers["location"] == f"{PAGE}#referrals"
    assert sent(neighbours, f"/referrals/{REFERRAL}/consents", OfferReferral) == OfferReferral(state=state)


async def test_a_yes_says_who_how_when_and_for_which_fields(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/consents"] = answered("given")
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}"] = ref("consent_given")
    address = f"/referrals/{REFERRAL}/consent"
    fields = await filled_in(referrer, f"{address}?answer=given")
    typed = {
        **fields,
        "state": "given",
        "giver": "person",
        "way": "phone",
        "on": "2026-11-20",
        "fields": ["need"],
    }

    answer = await referrer.post(address, data=typed)

    assert answer.headers["location"] == f"/referrals/{REFERRAL}/preview"
    command = sent(neighbours, f"/referrals/{REFERRAL}/consents", OfferReferral)
    assert (command.given_by, command.way, command.on, command.fields) == (
        "person", "phone", date(2026, 11, 20), ["need"],
    )  # fmt: skip
    # what she did not agree to goes out of the form
    assert sent(neighbours, f"/referrals/{REFERRAL}", AmendReferral).values == {"need": "Wil praten."}


async def test_a_minor_cannot_be_named_as_who_gave_it(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(persons=[person(minor=True)])

    page = (await referrer.get(f"/referrals/{REFERRAL}/consent?answer=given")).text

    assert 'name="giver" value="parent"' in page
    assert 'name="giver" value="person"' not in page


async def test_without_a_field_the_consent_is_asked_again(referrer: httpx.AsyncClient) -> None:
    address = f"/referrals/{REFERRAL}/consent"
    fields = await filled_in(referrer, f"{address}?answer=given")

    answer = await referrer.post(
        address, data={**fields, "state": "given", "giver": "person", "way": "spoken", "on": "2026-11-20"}
    )

    assert answer.status_code == 422
    assert 'id="e-fields"' in answer.text


async def test_the_preview_shows_exactly_what_leaves_and_how_it_is_undone(
    referrer: httpx.AsyncClient,
) -> None:
    page = (await referrer.get(f"/referrals/{REFERRAL}/preview")).text

    assert "Wil praten." in page
    assert "Terugdraaien kan" in page
    assert "Verstuur naar CAW Oost-Vlaanderen" in page


@pytest.mark.parametrize("stop", [{"basis": "none"}, {"missing": ["need"]}, {"uncovered": ["need"]}])
async def test_nothing_can_be_sent_while_something_stands_in_the_way(
    referrer: httpx.AsyncClient, neighbours: Neighbours, stop: dict[str, Any]
) -> None:
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}/preview"] = preview(**stop)

    page = (await referrer.get(f"/referrals/{REFERRAL}/preview")).text

    assert "Verstuur naar" not in page


async def test_what_is_sent_is_the_version_that_was_looked_at(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/send"] = ref("sent")
    fields = await filled_in(referrer, f"/referrals/{REFERRAL}/preview")

    answer = await referrer.post(f"/referrals/{REFERRAL}/send", data={**fields, "version": "4"})

    assert answer.headers["location"] == f"/referrals/{REFERRAL}"
    assert sent(neighbours, f"/referrals/{REFERRAL}/send", SendReferral).version == 4


async def test_what_changed_since_is_shown_before_it_is_sent(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/send"] = ProblemDetails(
        type="", title="", status=409, code="changed_meanwhile"
    )
    fields = await filled_in(referrer, f"/referrals/{REFERRAL}/preview")

    answer = await referrer.post(f"/referrals/{REFERRAL}/send", data={**fields, "version": "3"})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


async def test_a_ground_confirms_its_own_conditions_and_no_others(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    ground = LegalGround(
        key="NECESSITY", reference={"nl": "noodtoestand"}, conditions=["no_other_way"], valid_from=date(2020, 1, 1),
        valid_to=None, source="", certainty="",
    )  # fmt: skip
    neighbours.of("referrals")["GET /legal-grounds"] = [ground]
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/ground"] = ref("consent_given")
    fields = await filled_in(referrer, f"/referrals/{REFERRAL}/ground")
    typed = {
        **fields, "ground": "NECESSITY", "fields": ["need"], "reason": "Zij is in gevaar en niet te bereiken.",
        "confirmed": ["NECESSITY:no_other_way", "DUTY_TO_HELP:no_other_help_at_hand"],
    }  # fmt: skip

    answer = await referrer.post(f"/referrals/{REFERRAL}/ground", data=typed)

    assert answer.headers["location"] == f"/referrals/{REFERRAL}/preview"
    assert sent(neighbours, f"/referrals/{REFERRAL}/ground", InvokeGround).confirmed == ["no_other_way"]


async def test_without_the_permission_there_is_no_word_of_a_ground(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    may = (
        Permission.DOSSIER_READ,
        Permission.DOSSIER_WRITE,
        Permission.REFERRAL_READ,
        Permission.REFERRAL_WRITE,
    )
    neighbours.of("identity")["POST /tokens"] = issued(*may, user_id=LENA)

    page = (await referrer.get(f"/referrals/{REFERRAL}/consent")).text

    assert f"/referrals/{REFERRAL}/ground" not in page
    assert (await referrer.get(f"/referrals/{REFERRAL}/ground")).status_code == 403
