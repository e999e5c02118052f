"""Web push: a browser of one's own, a sealed message with nobody's data, and no request to where a stranger says."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs
from py_vapid import Vapid02

from services.notifications.models import RETRIES
from shared.auth import Permission
from shared.contracts.identity import StaffContact
from shared.contracts.notifications import DeliveryView, DeviceRef, MessageSettingsView
from shared.contracts.rostering import CallOutRinging
from shared.contracts.tenancy import TenantExportRequested
from shared.db import uuid7
from tests.service.notifications.conftest import PushService
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

Known = Callable[..., StaffContact]
Ringing = Callable[..., CallOutRinging]


async def subscribe(
    notifications: ServiceUnderTest, tenant: str, user: StaffContact, push: PushService, name: str
) -> DeviceRef:
    answer = await notifications.post(
        "/push-devices", push.browser(name), by=principal(tenant, user_id=user.user_id)
    )
    return notifications.read(answer, DeviceRef)


async def settings_of(
    notifications: ServiceUnderTest, tenant: str, user: StaffContact
) -> MessageSettingsView:
    answer = await notifications.get("/message-settings", by=principal(tenant, user_id=user.user_id))
    return notifications.read(answer, MessageSettingsView)


async def push_of(notifications: ServiceUnderTest, event: CallOutRinging) -> list[DeliveryView]:
    dispatcher = principal(event.tenant, Permission.CALL_OUT_REQUEST)
    answer = await notifications.get("/deliveries", by=dispatcher, ref=str(event.attempt_id))
    return [each for each in notifications.read(answer, list[DeliveryView]) if each.channel == "push"]


async def test_every_device_is_told_and_only_it_can_read_it(
    notifications: ServiceUnderTest, tenant: str, push: PushService, known: Known, ringing: Ringing
) -> None:
    lena = known(language="fr")
    await subscribe(notifications, tenant, lena, push, "phone")
    await subscribe(notifications, tenant, lena, push, "desk")
    event = ringing(lena.user_id)

    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))

    for name in ("phone", "desk"):
        [content] = push.to(name)
        assert content["title"] == "Appel pour vous"
        assert content["url"] == f"/call-outs/{event.call_out_id}"
        assert "Lena" not in str(content)
    [delivery] = await push_of(notifications, event)
    assert delivery.state == "sent"


async def test_the_push_service_can_check_who_sends_and_is_told_that_it_is_urgent(
    notifications: ServiceUnderTest, tenant: str, push: PushService, known: Known, ringing: Ringing
) -> None:
    lena = known()
    await subscribe(notifications, tenant, lena, push, "phone")

    await notifications.deliver(ringing(lena.user_id))
    await notifications.run_timers(datetime.now(UTC))

    [(_, headers, _)] = push.taken
    assert Vapid02.verify(headers["Authorization"])
    assert headers["Authorization"].endswith((await settings_of(notifications, tenant, lena)).push_key)
    assert (headers["Urgency"], headers["Content-Encoding"]) == ("high", "aes128gcm")
    assert int(headers["TTL"]) <= 900


@pytest.mark.parametrize("status", [404, 410])
async def test_a_device_that_is_gone_is_forgotten(
    notifications: ServiceUnderTest,
    tenant: str,
    push: PushService,
    known: Known,
    ringing: Ringing,
    status: int,
) -> None:
    lena = known()
    await subscribe(notifications, tenant, lena, push, "old")
    await subscribe(notifications, tenant, lena, push, "new")
    push.statuses["old"] = status
    event = ringing(lena.user_id)

    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))

    assert [each.state for each in await push_of(notifications, event)] == ["sent"]
    [left] = (await settings_of(notifications, tenant, lena)).devices
    assert left.reached_at is not None
    assert len(push.to("new")) == 1


async def test_a_push_service_that_cannot_now_is_tried_again(
    notifications: ServiceUnderTest, tenant: str, push: PushService, known: Known, ringing: Ringing
) -> None:
    lena = known()
    await subscribe(notifications, tenant, lena, push, "phone")
    push.statuses["phone"] = 503
    event = ringing(lena.user_id)
    await notifications.deliver(event)
    now = datetime.now(UTC)

    await notifications.run_timers(now)
    [waiting] = await push_of(notifications, event)
    push.statuses.clear()
    await notifications.run_timers(now + RETRIES[0])

    assert (waiting.state, waiting.tries) == ("queued", 1)
    assert len(push.to("phone")) == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/x",
        "https://169.254.169.254/latest/meta-data",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://127.0.0.1/x",
        "file:///etc/passwd",
        "https://[::1/x",
        "javascript:alert(1)",
    ],
)
async def test_we_send_nowhere_that_a_stranger_names(
    notifications: ServiceUnderTest, tenant: str, push: PushService, known: Known, endpoint: str
) -> None:
    lena = known()
    command = structs.replace(push.browser("x"), endpoint=endpoint)

    answer = await notifications.post("/push-devices", command, by=principal(tenant, user_id=lena.user_id))

    assert (answer.status_code, answer.json()["code"]) == (422, "endpoint_wrong")
    assert (await settings_of(notifications, tenant, lena)).devices == []


async def test_a_push_service_that_is_known_is_taken(
    notifications: ServiceUnderTest, tenant: str, push: PushService, known: Known
) -> None:
    lena = known()
    command = structs.replace(push.browser("x"), endpoint="https://fcm.googleapis.com/fcm/send/abc")

    answer = await notifications.post("/push-devices", command, by=principal(tenant, user_id=lena.user_id))

    assert answer.is_success


async def test_one_browser_tells_only_who_let_it_last(
    notifications: ServiceUnderTest, tenant: str, push: PushService, known: Known, ringing: Ringing
) -> None:
    """A desk that two share: the second never sees what is for the first."""
    lena, tom = known("Lena"), known("Tom")
    await subscribe(notifications, tenant, lena, push, "desk")
    await subscribe(notifications, tenant, tom, push, "desk")

    await notifications.deliver(ringing(lena.user_id))
    await notifications.run_timers(datetime.now(UTC))

    assert push.to("desk") == []
    assert (await settings_of(notifications, tenant, lena)).devices == []
    assert len((await settings_of(notifications, tenant, tom)).devices) == 1


async def test_a_device_is_taken_away_by_its_owner_alone(
    notifications: ServiceUnderTest, tenant: str, other_tenant: str, push: PushService, known: Known
) -> None:
    lena, tom = known("Lena"), known("Tom")
    device = await subscribe(notifications, tenant, lena, push, "phone")
    path = f"/push-devices/{device.device_id}/remove"

    by_colleague = await notifications.post(path, by=principal(tenant, user_id=tom.user_id))
    by_stranger = await notifications.post(path, by=principal(other_tenant, user_id=lena.user_id))
    left = (await settings_of(notifications, tenant, lena)).devices
    by_owner = await notifications.post(path, by=principal(tenant, user_id=lena.user_id))

    assert (by_colleague.status_code, by_stranger.status_code, by_owner.status_code) == (404, 404, 200)
    assert len(left) == 1
    assert (await settings_of(notifications, tenant, lena)).devices == []


async def test_no_export_of_a_tenant_holds_the_keys_of_a_device(
    notifications: ServiceUnderTest, tenant: str, push: PushService, known: Known
) -> None:
    browser = push.browser("phone")
    owner = principal(tenant, user_id=known().user_id)
    assert (await notifications.post("/push-devices", browser, by=owner)).is_success

    await notifications.deliver(
        TenantExportRequested(id=uuid7(), occurred_at=datetime.now(UTC), tenant=tenant, folder=f"{tenant}-1")
    )

    here = Path(notifications.service.settings.export_dir) / f"{tenant}-1" / "notifications"
    written = {each.name: each.read_text(encoding="utf-8") for each in here.iterdir()}
    assert {"manifest.json", "message_settings.csv"} <= set(written)
    assert not [
        name for name, text in written.items()
        if browser.auth in text or browser.p256dh in text or browser.endpoint in text
    ]  # fmt: skip
