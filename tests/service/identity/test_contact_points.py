"""A number or address counts as one's own when its code was typed; another one is not proved any more."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from services.identity.account.models import ContactCode as KeptCode
from shared.auth import Permission, Principal
from shared.contracts.identity import (
    ChangePhones,
    ConfirmContact,
    ContactCode,
    ContactCodeRequested,
    ContactPoint,
    StaffChanged,
    StaffContact,
)
from shared.db import uuid7
from tests.service.identity.conftest import Hire
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

NUMBERS = ChangePhones(phone="0470 12 34 56", second_phone="053 70 12 34")


@pytest.fixture
async def lena(identity: ServiceUnderTest, hire: Hire, tenant: str) -> Principal:
    """Somebody with two numbers, signed in."""
    person = await hire("lena@zone.test")
    lena = principal(tenant, user_id=person.user_id)
    answer = await identity.post("/me/phones", NUMBERS, lena)
    assert answer.is_success, answer.text
    return lena


async def points_of(identity: ServiceUnderTest, who: Principal) -> dict[str, ContactPoint]:
    points = identity.read(await identity.get("/me/contacts", who), list[ContactPoint])
    return {point.channel: point for point in points}


async def code_for(identity: ServiceUnderTest, who: Principal, channel: str = "phone") -> ContactCode:
    """What notifications is given when the message leaves."""
    await identity.post(f"/me/contacts/{channel}/code", by=who)
    [*_, asked] = [
        each for each in await identity.published(who.tenant) if isinstance(each, ContactCodeRequested)
    ]
    service = principal(who.tenant, Permission.CONTACT_READ)
    return identity.read(await identity.post(f"/contact-codes/{asked.code_id}/code", by=service), ContactCode)


async def age_codes(identity: ServiceUnderTest, tenant: str, by: timedelta) -> None:
    async with identity.transaction(tenant) as session:
        await session.execute(
            update(KeptCode).values(
                requested_at=KeptCode.requested_at - by, expires_at=KeptCode.expires_at - by
            )
        )


async def test_the_code_that_was_sent_proves_the_number(identity: ServiceUnderTest, lena: Principal) -> None:
    code = await code_for(identity, lena)

    answer = await identity.post("/me/contacts/phone/confirm", ConfirmContact(code=f" {code.code} "), lena)
    points = await points_of(identity, lena)

    assert answer.is_success
    assert code.to == "+32470123456"
    assert points["phone"].verified_at is not None
    assert points["second_phone"].verified_at is None
    assert isinstance((await identity.published(lena.tenant))[-1], StaffChanged)


async def test_services_learn_what_is_proved(identity: ServiceUnderTest, lena: Principal) -> None:
    code = await code_for(identity, lena, "second_phone")
    await identity.post("/me/contacts/second_phone/confirm", ConfirmContact(code=code.code), lena)

    service = principal(lena.tenant, Permission.CONTACT_READ)
    contact = identity.read(await identity.get(f"/staff/{lena.user_id}/contact", service), StaffContact)

    assert contact.second_phone_verified_at is not None
    assert contact.phone_verified_at is None


async def test_another_number_is_not_proved_and_two_that_change_places_stay_so(
    identity: ServiceUnderTest, lena: Principal
) -> None:
    code = await code_for(identity, lena)
    await identity.post("/me/contacts/phone/confirm", ConfirmContact(code=code.code), lena)

    swapped = ChangePhones(phone=NUMBERS.second_phone, second_phone=NUMBERS.phone)
    await identity.post("/me/phones", swapped, lena)
    after_swap = await points_of(identity, lena)
    await identity.post("/me/phones", ChangePhones(phone="0471 00 00 00"), lena)
    after_change = await points_of(identity, lena)

    assert after_swap["second_phone"].verified_at is not None
    assert after_swap["phone"].verified_at is None
    assert after_change["phone"].verified_at is None
    assert after_change["second_phone"].value == ""


async def test_a_wrong_code_is_refused_and_many_of_them_lock_even_the_right_one(
    identity: ServiceUnderTest, lena: Principal
) -> None:
    code = await code_for(identity, lena)
    wrong = ConfirmContact(code="000000" if code.code != "000000" else "111111")

    answers = [await identity.post("/me/contacts/phone/confirm", wrong, lena) for _ in range(5)]
    right = await identity.post("/me/contacts/phone/confirm", ConfirmContact(code=code.code), lena)

    assert {each.status_code for each in answers} == {422}
    assert answers[0].json()["errors"] == [{"field": "code", "code": "contact_code_wrong"}]
    assert (right.status_code, right.json()["code"]) == (429, "too_many_attempts")
    assert (await points_of(identity, lena))["phone"].verified_at is None


async def test_a_code_lives_ten_minutes_and_is_good_once(identity: ServiceUnderTest, lena: Principal) -> None:
    old = await code_for(identity, lena)
    await age_codes(identity, lena.tenant, timedelta(minutes=11))
    late = await identity.post("/me/contacts/phone/confirm", ConfirmContact(code=old.code), lena)

    fresh = await code_for(identity, lena)
    first = await identity.post("/me/contacts/phone/confirm", ConfirmContact(code=fresh.code), lena)
    again = await identity.post("/me/contacts/phone/confirm", ConfirmContact(code=fresh.code), lena)

    assert (late.status_code, first.status_code, again.status_code) == (422, 200, 422)


async def test_the_code_of_one_contact_point_is_not_that_of_another(
    identity: ServiceUnderTest, lena: Principal
) -> None:
    code = await code_for(identity, lena, "phone")
    await code_for(identity, lena, "second_phone")

    answer = await identity.post("/me/contacts/second_phone/confirm", ConfirmContact(code=code.code), lena)

    assert answer.status_code == 422


async def test_codes_are_sent_once_a_minute_and_five_times_an_hour(
    identity: ServiceUnderTest, lena: Principal
) -> None:
    path = "/me/contacts/phone/code"
    statuses = [(await identity.post(path, by=lena)).status_code for _ in range(2)]
    for _ in range(4):
        await age_codes(identity, lena.tenant, timedelta(minutes=2))
        statuses.append((await identity.post(path, by=lena)).status_code)
    await age_codes(identity, lena.tenant, timedelta(minutes=2))
    one_more = await identity.post(path, by=lena)

    assert statuses == [200, 429, 200, 200, 200, 200]
    assert (one_more.status_code, one_more.json()["code"]) == (429, "code_just_sent")


async def test_two_clicks_at_once_send_one_code(identity: ServiceUnderTest, lena: Principal) -> None:
    answers = await asyncio.gather(*(identity.post("/me/contacts/phone/code", by=lena) for _ in range(3)))

    assert sorted(each.status_code for each in answers) == [200, 429, 429]


@pytest.mark.parametrize("channel", ["fax", "name", "roles", "password"])
async def test_only_a_contact_point_can_be_proved(
    identity: ServiceUnderTest, lena: Principal, channel: str
) -> None:
    asked = await identity.post(f"/me/contacts/{channel}/code", by=lena)
    shown = await identity.post(f"/me/contacts/{channel}/confirm", ConfirmContact(code="123456"), lena)

    assert (asked.status_code, shown.status_code) == (404, 404)


async def test_the_code_is_kept_in_no_table(identity: ServiceUnderTest, lena: Principal) -> None:
    code = await code_for(identity, lena)

    async with identity.transaction(lena.tenant) as session:
        for table in ("contact_codes", "audit", "idempotency_keys"):
            rows = await session.scalars(text(f"SELECT t::text FROM {table} AS t"))
            assert not any(f"({code.code}" in row or f",{code.code}," in row for row in rows), table


async def test_people_cannot_ask_for_codes_and_another_tenant_knows_none(
    identity: ServiceUnderTest, lena: Principal, other_tenant: str
) -> None:
    await identity.post("/me/contacts/phone/code", by=lena)
    [*_, asked] = await identity.published(lena.tenant)
    assert isinstance(asked, ContactCodeRequested)
    path = f"/contact-codes/{asked.code_id}/code"

    by_person = await identity.post(path, by=lena)
    by_stranger = await identity.post(path, by=principal(other_tenant, Permission.CONTACT_READ))
    unknown = await identity.post(
        f"/contact-codes/{uuid7()}/code", by=principal(lena.tenant, Permission.CONTACT_READ)
    )

    assert (by_person.status_code, by_stranger.status_code, unknown.status_code) == (403, 404, 404)


@pytest.mark.parametrize(
    ("numbers", "field", "code"),
    [
        (ChangePhones(phone="12"), "phone", "phone_wrong"),
        (ChangePhones(phone="", second_phone="0470 12 34 56"), "phone", "required"),
        (ChangePhones(phone="0470 12 34 56", second_phone="+32 470 12 34 56"), "second_phone", "same_number"),
    ],
)
async def test_numbers_that_cannot_be_are_refused(
    identity: ServiceUnderTest, lena: Principal, numbers: ChangePhones, field: str, code: str
) -> None:
    answer = await identity.post("/me/phones", numbers, lena)

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": field, "code": code}]
    assert (await points_of(identity, lena))["phone"].value == "+32470123456"


async def test_a_code_that_is_on_its_way_is_seen(identity: ServiceUnderTest, lena: Principal) -> None:
    before = await points_of(identity, lena)
    await identity.post("/me/contacts/phone/code", by=lena)
    after = await points_of(identity, lena)

    assert (before["phone"].code_sent, after["phone"].code_sent) == (False, True)
