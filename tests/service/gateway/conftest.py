"""The gateway's real application over HTTP without a socket, before neighbours that answer what a test says."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest

from services.gateway.app import create_app
from services.gateway.settings import Settings
from shared.auth import Permission
from shared.contracts.identity import IssuedToken, Me, PublicTenant
from shared.contracts.notifications import MessagePage
from tests.support.neighbours import Neighbours

PERSON, SESSION = uuid4(), uuid4()


@pytest.fixture
async def browser(neighbours: Neighbours) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's browser; it keeps cookies as a browser does and follows no redirect by itself."""
    settings = Settings(
        service_secret="a-secret-of-the-tests",
        cookie_secure=False,
        log_level="WARNING",
        identity_url=f"{neighbours.url}/identity",
        cases_url=f"{neighbours.url}/cases",
        rostering_url=f"{neighbours.url}/rostering",
        referrals_url=f"{neighbours.url}/referrals",
        notifications_url=f"{neighbours.url}/notifications",
    )
    app = create_app(settings)
    neighbours.of("identity")["GET /tenants/public"] = [PublicTenant(key="pz_test", name="PZ Test")]
    neighbours.of("notifications")["GET /messages"] = MessagePage(messages=[], unread=0)
    transport = httpx.ASGITransport(app=cast("Any", app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://vangnet.test") as client:
        yield client
    await app.state.client.close()


def issued(*permissions: Permission, language: str = "nl", user_id: UUID = PERSON) -> IssuedToken:
    now = datetime.now(UTC)
    me = Me(
        user_id=user_id,
        session_id=SESSION,
        tenant="pz_test",
        tenant_name="PZ Test",
        tenant_kind="municipality",
        name="Lena De Smet",
        email="lena@example.org",
        language=language,
        permissions=[permission.value for permission in permissions],
        roles=["spot_worker"],
    )
    return IssuedToken(token="a-token", expires_at=now + timedelta(minutes=5), me=me)


@pytest.fixture
def signed_in(browser: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    """The same, with a session of somebody who manages staff."""
    neighbours.of("identity")["POST /tokens"] = issued(Permission.STAFF_MANAGE)
    browser.cookies.set("vangnet_session", "a-session", domain="vangnet.test")
    return browser
