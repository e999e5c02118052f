"""From organisation, address and password to a session."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from services.identity.sign_in import commands
from services.identity.sign_in.entrance import Entrance
from services.identity.sign_in.models import ChallengeOver
from shared.auth import Permission
from shared.contracts.identity import (
    Accepted,
    ChangePassword,
    CompletePasswordReset,
    ConfirmEnrolment,
    PasswordResetRequested,
    RecoveryCodes,
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
from shared.db import driver_of
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


async def test_an_enrolment_that_was_left_open_does_not_replace_the_one_that_was_made(
    identity: ServiceUnderTest, hire: Hire
) -> None:
    person = await hire(enrolled=False)
    answers = []
    begun = [await person.first_step(), await person.first_step()]
    for step in begun:
        started = await identity.post("/sign-in/enrolment", StartEnrolment(challenge=step.challenge))
        secret = identity.read(started, TotpEnrolment).secret
        confirm = ConfirmEnrolment(challenge=step.challenge, code=pyotp.TOTP(secret).now())
        answers.append(await identity.post("/sign-in/enrolment/confirm", confirm))

    assert answers[0].status_code == 201
    assert (answers[1].status_code, answers[1].json()["code"]) == (401, "challenge_over")


async def test_a_sign_in_that_is_half_done_ends_with_the_password_that_began_it(
    identity: ServiceUnderTest, hire: Hire
) -> None:
    person = await hire()
    who = await person.principal()
    step = await person.first_step()
    await identity.post("/me/password", ChangePassword(current=PASSWORD, new="vier peren op een rij"), who)

    show = ShowSecondFactor(challenge=step.challenge, code=person.code())
    answer = await identity.post("/sign-in/second-factor", show)

    assert answer.json()["code"] == "challenge_over"


async def test_a_recovery_code_lets_in_once(identity: ServiceUnderTest, hire: Hire) -> None:
    person = await hire()
    await person.sign_in()
    who = await person.principal()
    made = identity.read(await identity.post("/me/recovery-codes", by=who), RecoveryCodes)
    code = made.recovery_codes[3]

    answers = []
    for typed in (code.upper().replace("-", " "), code):
        step = await person.first_step()
        show = ShowSecondFactor(challenge=step.challenge, code=typed)
        answers.append(await identity.post("/sign-in/second-factor", show))

    assert [answer.status_code for answer in answers] == [201, 422]


async def test_new_recovery_codes_void_the_old_ones(identity: ServiceUnderTest, hire: Hire) -> None:
    person = await hire()
    who = await person.principal()
    old = identity.read(await identity.post("/me/recovery-codes", by=who), RecoveryCodes)
    identity.read(await identity.post("/me/recovery-codes", by=who), RecoveryCodes)
    step = await person.first_step()

    show = ShowSecondFactor(challenge=step.challenge, code=old.recovery_codes[0])
    answer = await identity.post("/sign-in/second-factor", show)

    assert answer.json()["code"] == "code_wrong"


async def test_a_challenge_lives_five_minutes(entrance: Entrance, hire: Hire) -> None:
    person = await hire()
    step = await person.first_step()
    later = datetime.now(UTC) + timedelta(minutes=5, seconds=1)

    with pytest.raises(ChallengeOver):
        await commands.show_second_factor(
            entrance, ShowSecondFactor(challenge=step.challenge, code=person.code(later)), now=later
        )


@pytest.mark.parametrize("email", ["nobody\x00@zone.test", "', '", "    ", "é" * 100])
async def test_no_address_is_strange_enough_to_be_told_apart(
    identity: ServiceUnderTest, tenant: str, email: str
) -> None:
    answer = await identity.post("/sign-in", SignIn(tenant=tenant, email=email, password="whatever"))

    assert answer.json()["code"] == "sign_in_refused"


async def test_a_password_that_was_never_chosen_opens_nothing(
    identity: ServiceUnderTest, tenant: str
) -> None:
    administrator = principal(tenant, Permission.STAFF_MANAGE)
    await identity.post("/staff", RegisterStaff(name="Jo Proef", email="jo@zone.test"), administrator)

    answer = await identity.post(
        "/sign-in", SignIn(tenant=tenant, email="jo@zone.test", password="nobody's password")
    )

    assert answer.json()["code"] == "sign_in_refused"


async def test_who_was_refused_and_who_came_in_is_kept(
    identity: ServiceUnderTest, hire: Hire, tenant: str
) -> None:
    person = await hire()
    await identity.post("/sign-in", SignIn(tenant=tenant, email=person.email, password="not it at all"))
    await person.sign_in()

    async with identity.transaction(tenant) as session:
        rows = await driver_of(session).fetch(
            "SELECT outcome, details::text FROM audit WHERE action = 'sign_in' ORDER BY id"
        )

    assert [tuple(row) for row in rows] == [
        ("refused", '{"code": "sign_in_refused"}'),
        ("done", '{"proof": "totp"}'),
    ]


async def test_nothing_that_opens_a_door_is_kept_as_it_is(
    identity: ServiceUnderTest, hire: Hire, tenant: str
) -> None:
    """Not the password, not the secret of the app, not a session's token, not a recovery code, in any table."""
    person = await hire()
    signed_in = await person.sign_in()
    who = await person.principal(signed_in)
    made = identity.read(await identity.post("/me/recovery-codes", by=who), RecoveryCodes)
    new = "vier appels in een mand"
    changed = await identity.post("/me/password", ChangePassword(current=PASSWORD, new=new), who)
    assert changed.is_success, changed.text

    async with identity.transaction(tenant) as session:
        tables = await driver_of(session).fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        )
        kept = ""
        for table in tables:
            rows = await driver_of(session).fetch(f'SELECT t::text FROM "{table[0]}" AS t')
            kept += "".join(row[0] for row in rows)

    secrets = [
        PASSWORD,
        new,
        person.totp.secret,
        signed_in.session_token.rsplit(".", 1)[1],
        *made.recovery_codes,
    ]
    assert [secret for secret in secrets if secret in kept or secret.encode().hex() in kept] == []


async def test_the_measures_count_and_name_nobody(
    identity: ServiceUnderTest, hire: Hire, tenant: str
) -> None:
    person = await hire()
    await identity.post("/sign-in", SignIn(tenant=tenant, email=person.email, password="not it at all"))
    await person.sign_in()

    told = (await identity.get("/metrics")).text

    assert 'vangnet_sign_in_failures_total{reason="password"}' in told
    assert "vangnet_sign_ins_total " in told
    assert tenant not in told
    assert person.email not in told
