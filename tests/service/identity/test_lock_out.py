"""Wrong attempts are counted, whoever's they are, and lock for longer and longer."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from services.identity.sign_in import commands
from services.identity.sign_in.entrance import Entrance
from services.identity.sign_in.models import Locked, SignInRefused
from services.identity.sign_in.throttle import SOURCE
from shared.auth import Permission
from shared.contracts.identity import AccountLocked, ShowSecondFactor, SignIn, StaffEntry, StepUp
from shared.db import driver_of, platform_transaction
from tests.service.identity.conftest import PASSWORD, Hire
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


def wrong(tenant: str, email: str = "jo@zone.test") -> SignIn:
    return SignIn(tenant=tenant, email=email, password="not it at all")


def right(tenant: str) -> SignIn:
    return SignIn(tenant=tenant, email="jo@zone.test", password=PASSWORD)


async def lock(entrance: Entrance, tenant: str, *, now: datetime, times: int = 5) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            await commands.sign_in(entrance, wrong(tenant), now=now)


async def test_after_five_wrong_passwords_the_right_one_is_refused_too(
    identity: ServiceUnderTest, hire: Hire, tenant: str
) -> None:
    await hire("jo@zone.test")
    for _ in range(5):
        await identity.post("/sign-in", wrong(tenant))

    answer = await identity.post("/sign-in", right(tenant))

    assert answer.status_code == 429
    assert answer.json()["code"] == "too_many_attempts"


async def test_a_name_that_nobody_has_is_locked_in_the_same_words(
    identity: ServiceUnderTest, hire: Hire, tenant: str
) -> None:
    await hire("jo@zone.test")
    answers = {}
    for somebody in ("jo@zone.test", "nobody@zone.test"):
        answers[somebody] = [
            (answer.status_code, answer.content, dict(answer.headers))
            for _ in range(7)
            for answer in [await identity.post("/sign-in", wrong(tenant, somebody))]
        ]

    assert answers["jo@zone.test"] == answers["nobody@zone.test"]
    assert [status for status, _, _ in answers["jo@zone.test"]] == [401] * 5 + [429] * 2


async def test_capitals_and_spaces_do_not_make_another_name(entrance: Entrance, tenant: str) -> None:
    now = datetime.now(UTC)
    for email in ("jo@zone.test", "JO@zone.test", " jo@zone.test", "Jo@Zone.Test ", "jO@zone.test"):
        with pytest.raises(SignInRefused):
            await commands.sign_in(entrance, wrong(tenant, email), now=now)

    with pytest.raises(Locked):
        await commands.sign_in(entrance, wrong(tenant), now=now)


async def test_many_at_once_get_no_more_tries(entrance: Entrance, hire: Hire, tenant: str) -> None:
    await hire("jo@zone.test")
    now = datetime.now(UTC)

    outcomes = await asyncio.gather(
        *(commands.sign_in(entrance, wrong(tenant), now=now) for _ in range(12)), return_exceptions=True
    )

    assert sum(isinstance(outcome, SignInRefused) for outcome in outcomes) == 5
    assert sum(isinstance(outcome, Locked) for outcome in outcomes) == 7


async def test_the_lock_opens_after_a_minute_and_the_next_lasts_two(
    entrance: Entrance, hire: Hire, tenant: str
) -> None:
    await hire("jo@zone.test")
    now = datetime.now(UTC)
    await lock(entrance, tenant, now=now)

    later = now + timedelta(minutes=1, seconds=1)
    with pytest.raises(SignInRefused):
        await commands.sign_in(entrance, wrong(tenant), now=later)
    with pytest.raises(Locked):
        await commands.sign_in(entrance, right(tenant), now=later + timedelta(minutes=1, seconds=59))
    step = await commands.sign_in(entrance, right(tenant), now=later + timedelta(minutes=2, seconds=1))

    assert step.step == "second_factor"


async def test_the_right_password_alone_forgives_nothing(
    identity: ServiceUnderTest, hire: Hire, tenant: str
) -> None:
    """Or whoever knows the password could guess codes for ever."""
    person = await hire("jo@zone.test")
    statuses = []
    for _ in range(6):
        step = await person.identity.post("/sign-in", right(tenant))
        if step.status_code == 429:
            statuses.append(429)
            continue
        guess = ShowSecondFactor(challenge=step.json()["challenge"], code="000000")
        statuses.append((await identity.post("/sign-in/second-factor", guess)).status_code)

    assert statuses == [422] * 5 + [429]


async def test_who_came_in_begins_anew(entrance: Entrance, hire: Hire, tenant: str) -> None:
    person = await hire("jo@zone.test")
    now = datetime.now(UTC)
    await lock(entrance, tenant, now=now, times=4)
    step = await commands.sign_in(entrance, right(tenant), now=now)
    await commands.show_second_factor(
        entrance, ShowSecondFactor(challenge=step.challenge, code=person.code()), now=now
    )

    await lock(entrance, tenant, now=now, times=4)

    assert (await commands.sign_in(entrance, right(tenant), now=now)).challenge


async def test_the_person_is_told_and_an_administrator_can_end_it(
    identity: ServiceUnderTest, entrance: Entrance, hire: Hire, tenant: str
) -> None:
    person = await hire("jo@zone.test")
    administrator = principal(tenant, Permission.STAFF_MANAGE, Permission.STAFF_READ)
    await lock(entrance, tenant, now=datetime.now(UTC))

    [told] = [e for e in await identity.published(tenant) if isinstance(e, AccountLocked)]
    assert told.user_id == person.user_id
    [entry] = identity.read(await identity.get("/staff", administrator), list[StaffEntry])
    assert entry.locked

    unlocked = await identity.post(f"/staff/{person.user_id}/unlock", by=administrator)
    assert unlocked.is_success
    [entry] = identity.read(await identity.get("/staff", administrator), list[StaffEntry])
    assert not entry.locked
    await person.sign_in()


async def test_somebody_at_an_open_screen_cannot_guess_codes_for_ever_either(
    identity: ServiceUnderTest, hire: Hire
) -> None:
    person = await hire("jo@zone.test")
    who = await person.principal()

    statuses = [
        (await identity.post("/me/step-up", StepUp(code="000000"), who)).status_code for _ in range(6)
    ]

    assert statuses == [422] * 5 + [429]


async def test_what_was_tried_can_be_read_nowhere_and_is_forgotten(
    identity: ServiceUnderTest, entrance: Entrance, tenant: str
) -> None:
    now = datetime.now(UTC)
    await lock(entrance, tenant, now=now, times=2)

    async with platform_transaction(identity.database) as session:
        rows = await driver_of(session).fetch("SELECT t::text FROM attempts AS t WHERE tenant = $1", tenant)
    assert len(rows) == 1
    assert "jo" not in rows[0][0].replace(tenant, "")

    await entrance.tidy(now=now + timedelta(hours=25))
    async with platform_transaction(identity.database) as session:
        assert await driver_of(session).fetchval("SELECT count(*) FROM attempts") == 0


async def test_a_list_of_names_from_one_address_is_stopped_whoever_they_are(
    entrance: Entrance, hire: Hire, tenant: str, other_tenant: str
) -> None:
    await hire("jo@zone.test")
    now, site = datetime.now(UTC), "81.82.83.84"
    for number in range(SOURCE.allowed):
        somebody = SignIn(
            tenant=(tenant, other_tenant)[number % 2],
            email=f"n{number}@zone.test",
            password="Spring 2026",
            source=site,
        )
        with pytest.raises(SignInRefused):
            await commands.sign_in(entrance, somebody, now=now)

    known = structs.replace(right(tenant), source=site)
    unknown = structs.replace(wrong(tenant, "nobody@zone.test"), source=site)
    for there in (known, unknown):
        with pytest.raises(Locked):
            await commands.sign_in(entrance, there, now=now)
    elsewhere = await commands.sign_in(entrance, structs.replace(known, source="81.82.83.85"), now=now)
    afterwards = await commands.sign_in(entrance, known, now=now + timedelta(minutes=2))
    await _forget(entrance, site)

    assert elsewhere.step
    assert afterwards.step


async def test_an_office_that_signs_in_well_is_never_stopped(
    entrance: Entrance, hire: Hire, tenant: str
) -> None:
    await hire("jo@zone.test")
    now, office = datetime.now(UTC), "81.82.83.86"
    for _ in range(SOURCE.allowed + 5):
        await commands.sign_in(entrance, structs.replace(right(tenant), source=office), now=now)
    await _forget(entrance, office)


async def _forget(entrance: Entrance, site: str) -> None:
    await entrance.forget_attempts("", f"site {site}")
