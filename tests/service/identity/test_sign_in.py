"""From organisation, address and password to a session."""

import pyotp
import pytest

from shared.auth import Permission
from shared.contracts.identity import (
    Accepted,
    CompletePasswordReset,
    ConfirmEnrolment,
    PasswordResetRequested,
    RegisterStaff,
    ResetLink,
    ShowSecondFactor,
    SignedIn,
    SignIn,
    SignInStep,
    StaffRef,
    StartEnrolment,
    TotpEnrolment,
)
from tests.service.identity.conftest import PASSWORD, Hire, Person
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


async def test_somebody_new_chooses_a_password_enrols_and_is_in(
    identity: ServiceUnderTest, tenant: str
) -> None:
    administrator = principal(tenant, Permission.STAFF_MANAGE)
    notifications = principal(tenant, Permission.CONTACT_READ)
    form = RegisterStaff(name="Jo Proef", email="Jo@zone.test", roles=["dispatcher"])
    registered = identity.read(await identity.post("/staff", form, administrator), StaffRef)
    [asked] = [e for e in await identity.published(tenant) if isinstance(e, PasswordResetRequested)]
    assert asked.user_id == registered.user_id

    minted = await identity.post(f"/password-resets/{asked.reset_id}/link", by=notifications)
    link = identity.read(minted, ResetLink)
    assert link.invitation
    assert link.email == "Jo@zone.test"
    chosen = await identity.post(
        "/password-resets/complete", CompletePasswordReset(token=link.token, password=PASSWORD)
    )
    identity.read(chosen, Accepted)

    first = await identity.post("/sign-in", SignIn(tenant=tenant, email="jo@zone.test", password=PASSWORD))
    step = identity.read(first, SignInStep)
    assert step.step == "enrolment"
    started = await identity.post("/sign-in/enrolment", StartEnrolment(challenge=step.challenge))
    enrolment = identity.read(started, TotpEnrolment)
    again = await identity.post("/sign-in/enrolment", StartEnrolment(challenge=step.challenge))
    assert identity.read(again, TotpEnrolment) == enrolment
    totp = pyotp.TOTP(enrolment.secret)
    confirmed = await identity.post(
        "/sign-in/enrolment/confirm", ConfirmEnrolment(challenge=step.challenge, code=totp.now())
    )
    signed_in = identity.read(confirmed, SignedIn)
    assert len(signed_in.recovery_codes) == 10

    person = Person(identity, tenant, registered.user_id, "jo@zone.test", totp)
    issued = await person.token(signed_in)
    assert issued.me.roles == ["dispatcher"]
    assert Permission.CALL_OUT_REQUEST in issued.me.permissions


async def test_a_person_signs_in_with_password_and_code(hire: Hire) -> None:
    person = await hire("jo@zone.test", "spot_worker")

    me = (await person.token()).me

    assert me.user_id == person.user_id
    assert me.strong_at is not None


@pytest.mark.parametrize("wrong", ["password", "account", "tenant"])
async def test_wrong_password_unknown_account_and_unknown_tenant_get_one_answer(
    identity: ServiceUnderTest, hire: Hire, tenant: str, wrong: str
) -> None:
    await hire("jo@zone.test")
    reference = await identity.post(
        "/sign-in", SignIn(tenant=tenant, email="jo@zone.test", password="not it at all")
    )

    answer = await identity.post(
        "/sign-in",
        SignIn(
            tenant="pz_nowhere" if wrong == "tenant" else tenant,
            email="nobody@zone.test" if wrong == "account" else "jo@zone.test",
            password="not it at all",
        ),
    )

    assert answer.status_code == 401
    assert answer.json()["code"] == "sign_in_refused"
    assert answer.content == reference.content
    assert answer.headers == reference.headers


async def test_a_code_is_good_once(identity: ServiceUnderTest, hire: Hire) -> None:
    person = await hire()
    code = person.code()
    first, second = await person.first_step(), await person.first_step()

    once = await identity.post(
        "/sign-in/second-factor", ShowSecondFactor(challenge=first.challenge, code=code)
    )
    twice = await identity.post(
        "/sign-in/second-factor", ShowSecondFactor(challenge=second.challenge, code=code)
    )

    assert once.status_code == 201
    assert twice.status_code == 422
    assert twice.json()["code"] == "code_wrong"


async def test_a_challenge_is_good_once_and_for_its_purpose_alone(
    identity: ServiceUnderTest, hire: Hire
) -> None:
    person = await hire()
    step = await person.first_step()

    other_purpose = await identity.post("/sign-in/enrolment", StartEnrolment(challenge=step.challenge))
    await identity.post(
        "/sign-in/second-factor", ShowSecondFactor(challenge=step.challenge, code=person.code())
    )
    used = await identity.post(
        "/sign-in/second-factor", ShowSecondFactor(challenge=step.challenge, code=person.code())
    )

    assert other_purpose.json()["code"] == used.json()["code"] == "challenge_over"
