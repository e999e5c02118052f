"""What identity signs, and with which key."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from cryptography.exceptions import InvalidTag
from joserfc import jwt
from joserfc.jwk import KeySet

from services.identity.app import build
from services.identity.settings import IdentitySettings, KeyEncryptionKeyWrong
from services.identity.tokens import signing
from services.identity.tokens.signing import SigningKeys
from services.identity.vault import VAULT, Vault
from shared.auth import Permission, Principal, TokenVerifier
from shared.client import ServiceToken
from shared.contracts.identity import RequestServiceToken
from shared.contracts.tenancy import TenantView
from shared.db import driver_of, platform_transaction
from shared.errors import Unauthenticated
from tests.service.identity.conftest import Hire
from tests.support.principals import principal, token_of
from tests.support.service import ServiceUnderTest


@pytest.fixture
async def no_keys(identity: ServiceUnderTest) -> AsyncIterator[None]:
    """A platform whose keys nobody made yet; afterwards again, for the tests of other keys."""
    async with platform_transaction(identity.database) as session:
        await driver_of(session).execute("DELETE FROM signing_keys")
    _forget_keys(identity)
    yield
    _forget_keys(identity)


def _forget_keys(identity: ServiceUnderTest) -> None:
    keys = identity.service.carries["vangnet_signing_keys"]
    keys._rows, keys._read_at, keys._verified = [], 0.0, {}


def fresh_keys(identity: ServiceUnderTest) -> SigningKeys:
    """Another process of identity."""
    keys = SigningKeys(identity.service.carries[VAULT])
    keys.attach(identity.database)
    return keys


async def verify(identity: ServiceUnderTest, token: str) -> dict[str, Any]:
    """As another service does: with nothing but the published keys."""
    published = KeySet.import_key_set((await identity.get("/.well-known/jwks.json")).json())
    return jwt.decode(token, published, algorithms=["Ed25519"]).claims


async def test_a_token_is_verified_with_the_published_keys(identity: ServiceUnderTest, hire: Hire) -> None:
    person = await hire("jo@zone.test", "spot_worker")

    issued = await person.token()

    claims = await verify(identity, issued.token)
    assert claims["sub"] == str(person.user_id)
    assert claims["tid"] == person.tenant
    assert claims["cmp"] == ["pol_care"]
    assert claims["exp"] - claims["iat"] == 300


async def test_the_published_keys_are_public(identity: ServiceUnderTest, hire: Hire) -> None:
    await (await hire()).token()

    answer = await identity.get("/.well-known/jwks.json")

    assert answer.headers["cache-control"] == "public, max-age=60"
    for key in answer.json()["keys"]:
        assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}


async def test_rotation_leaves_no_moment_without_a_key_that_all_know(
    identity: ServiceUnderTest, no_keys: None
) -> None:
    now = datetime.now(UTC)
    who = principal("pz_aalst")
    keys = fresh_keys(identity)
    before = await keys.sign(who, now=now)
    async with platform_transaction(identity.database) as session:
        rotated = await signing.rotate(session, identity.service.carries[VAULT], now=now)

    soon, later = now + timedelta(minutes=5), now + timedelta(minutes=7)
    after = await fresh_keys(identity).sign(who, now=later)
    signed_soon = await fresh_keys(identity).sign(who, now=soon)

    assert (await verify(identity, before))["sub"] == str(who.user_id)
    assert _kid(signed_soon) == _kid(before)
    assert _kid(after) == rotated.kid
    assert (await verify(identity, after))["sub"] == str(who.user_id)


async def test_a_key_is_forgotten_by_a_later_rotation(identity: ServiceUnderTest, no_keys: None) -> None:
    vault, now = identity.service.carries[VAULT], datetime.now(UTC) - timedelta(hours=2)
    made = []
    for hours in (0, 1, 2):
        async with platform_transaction(identity.database) as session:
            made.append(await signing.rotate(session, vault, now=now + timedelta(hours=hours)))

    async with platform_transaction(identity.database) as session:
        kept = [key.kid for key in await signing.all_keys(session)]

    assert kept == [key.kid for key in made[1:]]


async def test_two_processes_that_start_at_once_make_one_key(
    identity: ServiceUnderTest, no_keys: None
) -> None:
    who, now = principal("pz_aalst"), datetime.now(UTC)

    tokens = await asyncio.gather(*(fresh_keys(identity).sign(who, now=now) for _ in range(2)))

    assert _kid(tokens[0]) == _kid(tokens[1])


async def test_private_keys_are_sealed(identity: ServiceUnderTest, hire: Hire) -> None:
    await (await hire()).token()
    stranger = SigningKeys(Vault(b"x" * 32))
    stranger.attach(identity.database)

    async with platform_transaction(identity.database) as session:
        rows = await driver_of(session).fetch("SELECT private FROM signing_keys")

    assert rows
    assert not any(b'"d"' in row["private"] for row in rows)
    with pytest.raises(InvalidTag):
        await stranger.sign(principal("pz_aalst"), now=datetime.now(UTC))


def _kid(token: str) -> str:
    head = token.split(".", 1)[0]
    return str(msgspec.json.decode(base64.urlsafe_b64decode(head + "=="))["kid"])


async def test_a_token_of_another_key_is_refused(identity: ServiceUnderTest) -> None:
    with pytest.raises(Unauthenticated):
        await fresh_keys(identity).principal(token_of(principal("pz_aalst")), now=datetime.now(UTC))


@pytest.mark.parametrize(
    ("service", "permissions"),
    [
        (
            "cases",
            {
                Permission.CALL_OUT_READ,
                Permission.VICTIM_TAKE_OVER,
                Permission.SETTINGS_READ,
                Permission.STAFF_READ,
            },
        ),
        ("rostering", {Permission.STAFF_READ, Permission.SETTINGS_READ}),
        (
            "referrals",
            {Permission.STAFF_READ, Permission.SETTINGS_READ, Permission.REFERRAL_HAND_OVER},
        ),
        ("notifications", {Permission.CONTACT_READ, Permission.ROSTER_READ, Permission.PARTNER_MAIL}),
        ("gateway", {Permission.CALENDAR_READ, Permission.STAFF_READ}),
    ],
)
async def test_a_service_gets_the_least_that_it_needs(
    identity: ServiceUnderTest, tenant: str, service: str, permissions: set[Permission]
) -> None:
    command = RequestServiceToken(service=service, secret=f"{service} secret", tenant=tenant)

    token = identity.read(await identity.post("/service-tokens", command), ServiceToken).token

    who: Principal = await fresh_keys(identity).principal(token, now=datetime.now(UTC))
    assert who.service == service
    assert who.tenant == tenant
    assert who.permissions == {permission.value for permission in permissions}


@pytest.mark.parametrize(
    ("service", "secret"),
    [("cases", "wrong"), ("cases", ""), ("nobody", ""), ("cases", "gateway secret"), ("cases", "é")],
)
async def test_without_its_secret_a_service_gets_nothing(
    identity: ServiceUnderTest, tenant: str, service: str, secret: str
) -> None:
    answer = await identity.post(
        "/service-tokens", RequestServiceToken(service=service, secret=secret, tenant=tenant)
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "service_refused")


async def test_a_service_gets_no_token_for_a_tenant_that_is_not_there_or_asleep(
    identity: ServiceUnderTest, tenant: str
) -> None:
    async with platform_transaction(identity.database) as session:
        await driver_of(session).execute("UPDATE tenants SET status = 'suspended' WHERE key = $1", tenant)

    answers = [
        await identity.post(
            "/service-tokens", RequestServiceToken(service="cases", secret="cases secret", tenant=each)
        )
        for each in (tenant, "pz_nowhere")
    ]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [
        (503, "tenant_suspended"),
        (404, "tenant_unknown"),
    ]


async def test_a_service_without_a_tenant_may_read_the_register_and_nothing_else(
    identity: ServiceUnderTest, tenant: str
) -> None:
    command = RequestServiceToken(service="cases", secret="cases secret", tenant="")
    token = identity.read(await identity.post("/service-tokens", command), ServiceToken).token
    headers = {"Authorization": f"Bearer {token}"}

    listed = await identity.http.get("/tenants", headers=headers)
    refused = await identity.http.get("/contacts", headers=headers)

    found = {each.key: each for each in identity.read(listed, list[TenantView])}
    assert found[tenant] == TenantView(
        key=tenant, name=tenant, kind="police_zone", legal_language="nl", status="active", languages=["nl"]
    )
    assert refused.status_code == 401


async def test_a_person_does_not_read_the_register(identity: ServiceUnderTest, tenant: str) -> None:
    everything = principal(tenant, *Permission)

    assert (await identity.get("/tenants", everything)).status_code == 403
    assert (await identity.get("/tenants")).status_code == 401


async def test_where_one_can_sign_in_is_no_secret(
    identity: ServiceUnderTest, tenant: str, other_tenant: str
) -> None:
    async with platform_transaction(identity.database) as session:
        await driver_of(session).execute(
            "UPDATE tenants SET status = 'suspended' WHERE key = $1", other_tenant
        )

    listed = {each["key"] for each in (await identity.get("/tenants/public")).json()}

    assert tenant in listed
    assert other_tenant not in listed


async def test_other_services_verify_with_what_they_fetched(identity: ServiceUnderTest, hire: Hire) -> None:
    person = await hire("jo@zone.test", "dispatcher")
    token = (await person.token()).token
    published = (await identity.get("/.well-known/jwks.json")).json()

    who = await TokenVerifier("", KeySet.import_key_set(published)).principal(token, now=datetime.now(UTC))

    assert who.user_id == person.user_id


async def test_identity_does_not_start_without_its_key(identity: ServiceUnderTest) -> None:
    service = build(IdentitySettings())
    assert service.attach is not None

    with pytest.raises(KeyEncryptionKeyWrong):
        service.attach(replace(identity.runtime, service=service))
