"""A new password by a mailed link."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.identity.sign_in import commands
from services.identity.sign_in.entrance import Entrance
from services.identity.sign_in.models import ResetOver
from shared.auth import Permission
from shared.contracts.identity import (
    ChangeStaff,
    CompletePasswordReset,
    PasswordResetRequested,
    RequestPasswordReset,
    ResetLink,
    SessionRevoked,
    SignIn,
)
from tests.service.identity.conftest import Hire, Person
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

NEW = "vier peren op een schaal"


async def asked(identity: ServiceUnderTest, tenant: str) -> list[UUID]:
    return [e.reset_id for e in await identity.published(tenant) if isinstance(e, PasswordResetRequested)]


async def ask(identity: ServiceUnderTest, person: Person) -> ResetLink:
    """Ask for a link, and read the mail."""
    await identity.post("/password-resets", RequestPasswordReset(tenant=person.tenant, email=person.email))
    reset_id = (await asked(identity, person.tenant))[-1]
    by = principal(person.tenant, Permission.CONTACT_READ)
    return identity.read(await identity.post(f"/password-resets/{reset_id}/link", by=by), ResetLink)


async def test_a_link_gives_another_password_and_ends_all_sessions(
    identity: ServiceUnderTest, hire: Hire
) -> None:
    person = await hire()
    signed_in = await person.sign_in()
    session_id = (await person.token(signed_in)).me.session_id
    link = await ask(identity, person)
    assert not link.invitation

    done = await identity.post(
        "/password-resets/complete", CompletePasswordReset(token=link.token, password=NEW)
    )

    assert done.is_success
    ended = [e for e in await identity.published(person.tenant) if isinstance(e, SessionRevoked)]
    assert [e.session_id for e in ended] == [session_id]
    old = await identity.post(
        "/sign-in", SignIn(tenant=person.tenant, email=person.email, password=person.password)
    )
    assert old.json()["code"] == "sign_in_refused"
    person.password = NEW
    await person.sign_in()


async def test_a_link_is_good_once(identity: ServiceUnderTest, hire: Hire) -> None:
    link = await ask(identity, await hire())
    answers = [
        await identity.post(
            "/password-resets/complete", CompletePasswordReset(token=link.token, password=NEW)
        )
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["code"] == "reset_over"


async def test_a_weak_password_does_not_use_up_the_link(identity: ServiceUnderTest, hire: Hire) -> None:
    link = await ask(identity, await hire())
    weak = await identity.post(
        "/password-resets/complete", CompletePasswordReset(token=link.token, password="te kort")
    )
    good = await identity.post(
        "/password-resets/complete", CompletePasswordReset(token=link.token, password=NEW)
    )

    assert weak.json()["errors"] == [{"field": "password", "code": "password_too_short"}]
    assert good.is_success


async def test_a_link_lapses_after_a_day(identity: ServiceUnderTest, entrance: Entrance, hire: Hire) -> None:
    link = await ask(identity, await hire())

    with pytest.raises(ResetOver):
        await commands.complete_password_reset(
            entrance,
            CompletePasswordReset(token=link.token, password=NEW),
            now=datetime.now(UTC) + timedelta(hours=24, seconds=1),
        )


async def test_a_link_that_is_asked_again_takes_the_place_of_the_first(
    identity: ServiceUnderTest, hire: Hire
) -> None:
    """Notifications lost the answer, and asks again: only the last mail works."""
    person = await hire()
    first = await ask(identity, person)
    [reset_id] = await asked(identity, person.tenant)
    by = principal(person.tenant, Permission.CONTACT_READ)
    second = identity.read(await identity.post(f"/password-resets/{reset_id}/link", by=by), ResetLink)

    statuses = [
        (
            await identity.post(
                "/password-resets/complete", CompletePasswordReset(token=link.token, password=NEW)
            )
        ).status_code
        for link in (first, second)
    ]

    assert statuses == [409, 200]


async def test_asking_often_does_not_mail_often(identity: ServiceUnderTest, hire: Hire) -> None:
    person = await hire()
    for _ in range(3):
        await ask(identity, person)

    assert len(await asked(identity, person.tenant)) == 1


@pytest.mark.parametrize("email", ["nobody@zone.test", "nobody\x00@zone.test"])
async def test_an_unknown_address_gets_the_same_answer_and_no_mail(
    identity: ServiceUnderTest, hire: Hire, tenant: str, email: str
) -> None:
    await hire("jo@zone.test")
    known = await identity.post("/password-resets", RequestPasswordReset(tenant=tenant, email="jo@zone.test"))
    unknown = await identity.post("/password-resets", RequestPasswordReset(tenant=tenant, email=email))
    nowhere = await identity.post(
        "/password-resets", RequestPasswordReset(tenant="pz_nowhere", email="jo@zone.test")
    )

    assert unknown.status_code == 200
    assert unknown.content == known.content
    assert nowhere.content == known.content
    assert len(await asked(identity, tenant)) == 1


async def test_no_person_may_ask_for_the_secret_of_a_link(identity: ServiceUnderTest, hire: Hire) -> None:
    person = await hire()
    await ask(identity, person)
    [reset_id] = await asked(identity, person.tenant)
    administrator = principal(
        person.tenant, Permission.STAFF_MANAGE, Permission.ROLE_MANAGE, Permission.TENANT_MANAGE
    )

    answer = await identity.post(f"/password-resets/{reset_id}/link", by=administrator)

    assert answer.status_code == 403


async def test_a_link_to_an_address_that_was_changed_since_is_void(
    identity: ServiceUnderTest, hire: Hire, tenant: str
) -> None:
    person = await hire("old@zone.test")
    link = await ask(identity, person)
    administrator = principal(tenant, Permission.STAFF_MANAGE)
    await identity.post(
        f"/staff/{person.user_id}", ChangeStaff(name="Jo Proef", email="new@zone.test"), administrator
    )

    answer = await identity.post(
        "/password-resets/complete", CompletePasswordReset(token=link.token, password=NEW)
    )

    assert answer.json()["code"] == "reset_over"
