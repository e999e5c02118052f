"""How long somebody stays signed in, and what ends it."""

from datetime import UTC, datetime, timedelta

import pytest

from services.identity.sign_in.entrance import Entrance
from services.identity.sign_in.models import SessionOver
from services.identity.tokens import commands
from services.identity.tokens.signing import SigningKeys
from shared.auth import Permission
from shared.contracts.identity import (
    ChangePassword,
    ChangeTenantSettings,
    ExchangeSession,
    IssuedToken,
    Me,
    OwnSession,
    SessionRevoked,
    SignedIn,
    TenantSettings,
)
from shared.db import driver_of, platform_transaction
from tests.service.identity.conftest import PASSWORD, Hire, Person
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


@pytest.fixture
def keys(identity: ServiceUnderTest) -> SigningKeys:
    keys = identity.service.carries["vangnet_signing_keys"]
    assert isinstance(keys, SigningKeys)
    return keys


async def exchange(identity: ServiceUnderTest, signed_in: SignedIn) -> int:
    command = ExchangeSession(session_token=signed_in.session_token)
    return (await identity.post("/tokens", command)).status_code


async def test_an_idle_session_ends_half_an_hour_after_its_last_token_lapsed(
    entrance: Entrance, keys: SigningKeys, hire: Hire
) -> None:
    signed_in = await (await hire()).sign_in()
    command = ExchangeSession(session_token=signed_in.session_token)
    began = datetime.now(UTC)

    await commands.exchange_session(entrance, keys, command, now=began + timedelta(minutes=34))
    await commands.exchange_session(entrance, keys, command, now=began + timedelta(minutes=68))
    with pytest.raises(SessionOver):
        await commands.exchange_session(
            entrance, keys, command, now=began + timedelta(minutes=68 + 35, seconds=1)
        )


async def test_a_page_that_refreshes_by_itself_keeps_nobody_signed_in(
    entrance: Entrance, keys: SigningKeys, hire: Hire
) -> None:
    signed_in = await (await hire()).sign_in()
    by_itself = ExchangeSession(session_token=signed_in.session_token, active=False)
    began = datetime.now(UTC)

    await commands.exchange_session(entrance, keys, by_itself, now=began + timedelta(minutes=30))
    with pytest.raises(SessionOver):
        await commands.exchange_session(entrance, keys, by_itself, now=began + timedelta(minutes=36))


async def test_a_session_ends_after_twelve_hours_however_busy(
    entrance: Entrance, keys: SigningKeys, hire: Hire
) -> None:
    signed_in = await (await hire()).sign_in()
    command = ExchangeSession(session_token=signed_in.session_token)
    began = datetime.now(UTC)

    for half_hours in range(1, 24):
        await commands.exchange_session(
            entrance, keys, command, now=began + timedelta(minutes=30 * half_hours)
        )
    with pytest.raises(SessionOver):
        await commands.exchange_session(entrance, keys, command, now=began + timedelta(hours=12, seconds=1))


async def test_a_tenant_sets_how_long_sessions_last(
    identity: ServiceUnderTest, entrance: Entrance, keys: SigningKeys, hire: Hire, tenant: str
) -> None:
    administrator = principal(tenant, Permission.TENANT_MANAGE)
    settings = ChangeTenantSettings(languages=["nl", "fr"], idle_minutes=5, session_hours=1)
    changed = identity.read(await identity.post("/tenant-settings", settings, administrator), TenantSettings)
    assert (changed.idle_minutes, changed.session_hours, changed.languages) == (5, 1, ["nl", "fr"])

    signed_in = await (await hire()).sign_in()

    assert signed_in.ends_at - datetime.now(UTC) < timedelta(hours=1, seconds=1)
    with pytest.raises(SessionOver):
        await commands.exchange_session(
            entrance,
            keys,
            ExchangeSession(session_token=signed_in.session_token),
            now=datetime.now(UTC) + timedelta(minutes=10, seconds=1),
        )


async def test_a_revoked_session_gets_no_more_tokens(
    identity: ServiceUnderTest, hire: Hire, tenant: str
) -> None:
    person = await hire()
    here, elsewhere = await person.sign_in(), await person.sign_in()
    who = await person.principal(here)
    listed = identity.read(await identity.get("/me/sessions", who), list[OwnSession])
    [other] = [each.session_id for each in listed if not each.current]

    answer = await identity.post(f"/me/sessions/{other}/revoke", by=who)

    assert answer.is_success
    assert await exchange(identity, elsewhere) == 401
    assert await exchange(identity, here) == 200
    revoked = [e for e in await identity.published(tenant) if isinstance(e, SessionRevoked)]
    assert [(e.user_id, e.session_id) for e in revoked] == [(person.user_id, other)]


async def test_nobody_revokes_anothers_session(identity: ServiceUnderTest, hire: Hire) -> None:
    theirs = await (await hire("an@zone.test")).principal()
    mine = await (await hire("jo@zone.test")).principal()

    answer = await identity.post(f"/me/sessions/{theirs.session_id}/revoke", by=mine)

    assert answer.status_code == 404


async def test_signing_out_ends_the_session(identity: ServiceUnderTest, hire: Hire) -> None:
    person = await hire()
    signed_in = await person.sign_in()

    await identity.post("/sign-out", by=await person.principal(signed_in))

    assert await exchange(identity, signed_in) == 401


async def test_another_password_ends_the_other_sessions(identity: ServiceUnderTest, hire: Hire) -> None:
    person = await hire()
    here, elsewhere = await person.sign_in(), await person.sign_in()
    change = ChangePassword(current=PASSWORD, new="vier peren op een schaal")

    answer = await identity.post("/me/password", change, await person.principal(here))

    assert answer.is_success
    assert [await exchange(identity, each) for each in (here, elsewhere)] == [200, 401]


@pytest.mark.parametrize(
    ("current", "new", "errors"),
    [
        ("not it at all", "vier peren op een schaal", [{"field": "current", "code": "password_wrong"}]),
        (PASSWORD, "te kort", [{"field": "new", "code": "password_too_short"}]),
        (PASSWORD, "de proef op de som", [{"field": "new", "code": "password_has_own_name"}]),
    ],
)
async def test_a_password_that_may_not_be_is_said_at_its_field(
    identity: ServiceUnderTest, hire: Hire, current: str, new: str, errors: list[dict[str, str]]
) -> None:
    who = await (await hire()).principal()

    answer = await identity.post("/me/password", ChangePassword(current=current, new=new), who)

    assert answer.status_code == 422
    assert answer.json()["errors"] == errors


async def test_a_double_click_changes_the_password_once(identity: ServiceUnderTest, hire: Hire) -> None:
    who = await (await hire()).principal()
    change = ChangePassword(current=PASSWORD, new="vier peren op een schaal")

    answers = [await identity.post("/me/password", change, who, key="one-click-only") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]


async def test_who_is_deactivated_is_out(identity: ServiceUnderTest, hire: Hire, tenant: str) -> None:
    person = await hire()
    signed_in = await person.sign_in()
    administrator = principal(tenant, Permission.STAFF_MANAGE)

    answer = await identity.post(f"/staff/{person.user_id}/deactivate", by=administrator)

    assert answer.is_success
    assert await exchange(identity, signed_in) == 401
    refused = await identity.post("/sign-in", {"tenant": tenant, "email": person.email, "password": PASSWORD})
    assert refused.json()["code"] == "sign_in_refused"

    await identity.post(f"/staff/{person.user_id}/reactivate", by=administrator)
    assert await exchange(identity, signed_in) == 401
    await person.sign_in()


async def test_in_a_suspended_tenant_nobody_signs_in_or_gets_a_token(
    identity: ServiceUnderTest, hire: Hire, tenant: str
) -> None:
    person = await hire()
    signed_in = await person.sign_in()
    await _set_status(identity, tenant, "suspended")

    answers = [
        await identity.post("/tokens", ExchangeSession(session_token=signed_in.session_token)),
        await identity.post("/sign-in", {"tenant": tenant, "email": person.email, "password": PASSWORD}),
        await identity.post("/sign-in", {"tenant": tenant, "email": person.email, "password": "not it"}),
    ]
    codes = [answer.json()["code"] for answer in answers]
    assert codes == ["tenant_suspended", "tenant_suspended", "sign_in_refused"]

    await _set_status(identity, tenant, "active")
    assert await exchange(identity, signed_in) == 200


async def _set_status(identity: ServiceUnderTest, tenant: str, status: str) -> None:
    async with platform_transaction(identity.database) as session:
        await driver_of(session).execute("UPDATE tenants SET status = $2 WHERE key = $1", tenant, status)


@pytest.mark.parametrize("token", ["", "x", "pz_nowhere.00000000000000000000000000000000." + "a" * 43])
async def test_what_is_no_session_gets_no_token(identity: ServiceUnderTest, token: str) -> None:
    answer = await identity.post("/tokens", ExchangeSession(session_token=token))

    assert answer.status_code == 401
    assert answer.json()["code"] == "session_over"


async def test_a_session_of_one_tenant_is_none_in_another(
    identity: ServiceUnderTest, hire: Hire, tenant: str, other_tenant: str
) -> None:
    signed_in = await (await hire()).sign_in()
    moved = signed_in.session_token.replace(tenant, other_tenant, 1)

    answer = await identity.post("/tokens", ExchangeSession(session_token=moved))

    assert answer.status_code == 401


async def test_preferences_are_seen_at_the_next_token(identity: ServiceUnderTest, hire: Hire) -> None:
    person: Person = await hire()
    signed_in = await person.sign_in()
    who = await person.principal(signed_in)

    await identity.post("/me/preferences", {"language": "fr", "theme": "dark"}, who)

    issued = identity.read(
        await identity.post("/tokens", ExchangeSession(session_token=signed_in.session_token)), IssuedToken
    )
    assert (issued.me.language, issued.me.theme) == ("fr", "dark")
    assert identity.read(await identity.get("/me", who), Me).language == "fr"
