"""Messages are one's own: read by nobody else, in no other tenant, and counted until they are read."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.auth import Permission
from shared.contracts.identity import StaffContact
from shared.contracts.notifications import AllRead, DeliveryView, MessagePage, MessageRef, MessageView
from shared.contracts.rostering import CallOutRinging
from shared.db import uuid7
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

Known = Callable[..., StaffContact]
Ringing = Callable[..., CallOutRinging]


async def page_of(notifications: ServiceUnderTest, tenant: str, user: StaffContact) -> MessagePage:
    answer = await notifications.get("/messages", by=principal(tenant, user_id=user.user_id))
    return notifications.read(answer, MessagePage)


async def message_to(
    notifications: ServiceUnderTest, tenant: str, user: StaffContact, ringing: Ringing
) -> MessageView:
    await notifications.deliver(ringing(user.user_id))
    return (await page_of(notifications, tenant, user)).messages[0]


async def test_reading_a_message_keeps_when_it_was_first_read(
    notifications: ServiceUnderTest, tenant: str, known: Known, ringing: Ringing
) -> None:
    lena = known()
    message = await message_to(notifications, tenant, lena, ringing)
    reader = principal(tenant, user_id=lena.user_id)

    answer = await notifications.post(f"/messages/{message.message_id}/read", by=reader)
    first = (await page_of(notifications, tenant, lena)).messages[0].read_at
    await notifications.post(f"/messages/{message.message_id}/read", by=reader)
    page = await page_of(notifications, tenant, lena)

    assert notifications.read(answer, MessageRef).message_id == message.message_id
    assert first is not None
    assert (page.messages[0].read_at, page.unread) == (first, 0)


async def test_all_can_be_read_at_once(
    notifications: ServiceUnderTest, tenant: str, known: Known, ringing: Ringing
) -> None:
    lena, tom = known("Lena"), known("Tom")
    for user in (lena, lena, tom):
        await notifications.deliver(ringing(user.user_id))

    answer = await notifications.post("/messages/read-all", by=principal(tenant, user_id=lena.user_id))

    assert notifications.read(answer, AllRead).read == 2
    assert (await page_of(notifications, tenant, lena)).unread == 0
    assert (await page_of(notifications, tenant, tom)).unread == 1


async def test_a_colleague_can_neither_see_nor_read_it(
    notifications: ServiceUnderTest, tenant: str, known: Known, ringing: Ringing
) -> None:
    lena, tom = known("Lena"), known("Tom")
    message = await message_to(notifications, tenant, lena, ringing)

    answer = await notifications.post(
        f"/messages/{message.message_id}/read", by=principal(tenant, user_id=tom.user_id)
    )
    unknown = await notifications.post(f"/messages/{uuid7()}/read", by=principal(tenant, user_id=tom.user_id))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["code"] == unknown.json()["code"]
    assert (await page_of(notifications, tenant, tom)).messages == []


async def test_another_tenant_sees_nothing_even_with_the_same_person_and_ids(
    notifications: ServiceUnderTest, tenant: str, other_tenant: str, known: Known, ringing: Ringing
) -> None:
    lena = known()
    event = ringing(lena.user_id)
    await notifications.deliver(event)
    message = (await page_of(notifications, tenant, lena)).messages[0]
    stranger = principal(other_tenant, Permission.CALL_OUT_REQUEST, user_id=lena.user_id)

    read = await notifications.post(f"/messages/{message.message_id}/read", by=stranger)
    deliveries = await notifications.get("/deliveries", by=stranger, ref=str(event.attempt_id))

    assert read.status_code == 404
    assert notifications.read(deliveries, list[DeliveryView]) == []
    assert (await page_of(notifications, other_tenant, lena)).messages == []


async def test_deliveries_are_for_who_may_request_a_call_out(
    notifications: ServiceUnderTest, tenant: str
) -> None:
    answer = await notifications.get("/deliveries", by=principal(tenant), ref=str(uuid7()))

    assert answer.status_code == 403


async def test_the_list_is_newest_first_and_holds_a_hundred(
    notifications: ServiceUnderTest, tenant: str, known: Known, ringing: Ringing
) -> None:
    lena = known()
    for _ in range(103):
        await notifications.deliver(ringing(lena.user_id))

    page = await page_of(notifications, tenant, lena)

    times = [each.at for each in page.messages]
    assert (len(times), page.unread) == (100, 103)
    assert times == sorted(times, reverse=True)
    assert times[0] <= datetime.now(UTC)
