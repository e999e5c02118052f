"""The pages of messages: how one is reached, the weekly test and its link, and the log without content."""

import json

import httpx
import pytest

from services.gateway.pages.account_messages import device_label
from shared.auth import Permission
from shared.contracts.identity import Accepted, ContactPoint
from shared.contracts.notifications import (
    ChangeMessageSettings,
    DeliveryCount,
    DeliveryLog,
    DeviceRef,
    LoggedDelivery,
    MessageSettingsView,
    MissedPerson,
    ReceiptConfirmed,
    SelfTestCallView,
    SelfTestPage,
    SelfTestPersonView,
    SelfTestPlanView,
    SelfTestRef,
    SelfTestView,
)
from shared.db import uuid7
from shared.errors import FieldError, ProblemDetails
from tests.service.gateway.answers import LENA, NOW, TOM, staff
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

PAGE = "/account/messages"
TESTS = "/on-call/self-tests"


@pytest.fixture
def lena(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    neighbours.of("identity")["GET /me/contacts"] = [
        ContactPoint(channel="email", value="lena@pz.example", verified_at=NOW),
        ContactPoint(channel="phone", value="+32470123456", verified_at=None),
        ContactPoint(channel="second_phone", value="", verified_at=None),
    ]
    neighbours.of("notifications")["GET /message-settings"] = MessageSettingsView(
        channels=["email"], quiet_begins=None, quiet_ends=None, devices=[], push_key="BKey", sms=True
    )
    return signed_in


async def test_what_is_proved_and_what_is_not_stands_there_in_words(lena: httpx.AsyncClient) -> None:
    page = (await lena.get(PAGE)).text

    assert "lena@pz.example" in page
    assert "0470 12 34 56" in page
    assert page.count("nog niet bevestigd") == 1
    assert f'action="{PAGE}/phone/code"' in page
    assert f'action="{PAGE}/second_phone/code"' not in page


async def test_a_code_is_sent_and_typed(lena: httpx.AsyncClient, neighbours: Neighbours) -> None:
    identity = neighbours.of("identity")
    identity["POST /me/contacts/phone/code"] = identity["POST /me/contacts/phone/confirm"] = Accepted()
    sent = await lena.post(f"{PAGE}/phone/code", data=await filled_in(lena, PAGE))
    identity["GET /me/contacts"] = [
        ContactPoint(channel="phone", value="+32470123456", verified_at=None, code_sent=True)
    ]

    fields = await filled_in(lena, PAGE, code="123 456")
    done = await lena.post(f"{PAGE}/phone/confirm", data=fields)

    assert sent.headers["location"] == done.headers["location"] == PAGE
    assert json.loads(neighbours.sent["identity POST /me/contacts/phone/confirm"]) == {"code": "123456"}


@pytest.mark.parametrize("typed", ["", "12", "999999"])
async def test_a_wrong_code_says_what_to_do(
    lena: httpx.AsyncClient, neighbours: Neighbours, typed: str
) -> None:
    neighbours.of("identity")["POST /me/contacts/phone/confirm"] = ProblemDetails(
        type="", title="", status=422, code="contact_code_wrong",
        errors=[FieldError("code", "contact_code_wrong")],
    )  # fmt: skip

    answer = await lena.post(f"{PAGE}/phone/confirm", data=await filled_in(lena, PAGE, code=typed))

    assert answer.status_code == 422
    assert 'id="f-code"' in answer.text
    assert "Vul dit in." in answer.text or "klopt niet" in answer.text


async def test_quiet_hours_are_minutes_of_the_day_and_a_wrong_hour_is_kept_as_typed(
    lena: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("notifications")["POST /message-settings"] = ChangeMessageSettings(channels=[])
    quiet = {"channels": "email", "quiet": "1", "quiet_begins": "22:15", "quiet_ends": "06:30"}
    done = await lena.post(PAGE, data=await filled_in(lena, PAGE, **quiet))
    wrong = await lena.post(PAGE, data=await filled_in(lena, PAGE, **{**quiet, "quiet_ends": "laat"}))

    assert done.headers["location"] == PAGE
    assert json.loads(neighbours.sent["notifications POST /message-settings"]) == {
        "channels": ["email"], "quiet_begins": 1335, "quiet_ends": 390,
    }  # fmt: skip
    assert wrong.status_code == 422
    assert "Schrijf het uur zoals" in wrong.text
    assert 'value="laat"' in wrong.text


async def test_a_device_is_added_under_its_name(lena: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("notifications")["POST /push-devices"] = DeviceRef(device_id=uuid7())
    fields = await filled_in(lena, PAGE, endpoint="https://push.example/x", p256dh="k" * 87, auth="a" * 22)

    done = await lena.post(
        f"{PAGE}/devices", data=fields, headers={"User-Agent": "Mozilla (Android 15) Firefox/140.0"}
    )

    assert done.headers["location"] == PAGE
    assert json.loads(neighbours.sent["notifications POST /push-devices"])["label"] == "Firefox, Android"


def test_a_browser_has_the_name_that_its_owner_knows() -> None:
    assert device_label("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537 Edg/130") == "Edge, Windows"
    assert device_label("curl") == ""


# --- the weekly test -------------------------------------------------------------------------------------------------


@pytest.fixture
def coordinator(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.ROSTER_MANAGE, Permission.STAFF_READ)
    neighbours.of("identity")["GET /staff"] = staff()
    calls = [
        SelfTestCallView(channel="sms", state="failed", confirmed_at=None, error="number_refused"),
        SelfTestCallView(channel="email", state="sent", confirmed_at=None),
        SelfTestCallView(channel="app", state="app", confirmed_at=None),
    ]
    test = SelfTestView(
        test_id=uuid7(), started_at=NOW, closes_at=NOW, closed=True,
        people=[SelfTestPersonView(user_id=TOM, calls=calls, reached=False, resolved_at=None)],
    )  # fmt: skip
    neighbours.of("notifications")["GET /self-tests"] = SelfTestPage(
        plan=SelfTestPlanView(
            active=True, weekday=1, minute=600, window_hours=24, audience="roster", next_at=NOW
        ),
        missed=[MissedPerson(test_id=test.test_id, user_id=TOM, started_at=NOW)],
        tests=[test],
    )
    return signed_in


async def test_the_report_says_who_was_not_reached_and_how(coordinator: httpx.AsyncClient) -> None:
    page = (await coordinator.get(TESTS)).text

    assert "Tom Wouters" in page
    assert "niet aangekomen" in page
    assert "geen antwoord" in page
    assert "/resolve" in page


async def test_the_plan_is_changed_and_a_test_is_started(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    notifications = neighbours.of("notifications")
    notifications["POST /self-test-plan"] = notifications["GET /self-tests"].plan
    notifications["POST /self-tests"] = SelfTestRef(test_id=uuid7())
    plan = {"active": "1", "weekday": "3", "clock": "14:30", "window_hours": "8", "audience": "members"}

    changed = await coordinator.post(f"{TESTS}/plan", data=await filled_in(coordinator, TESTS, **plan))
    wrong = await coordinator.post(
        f"{TESTS}/plan", data=await filled_in(coordinator, TESTS, **{**plan, "window_hours": "500"})
    )
    started = await coordinator.post(TESTS, data=await filled_in(coordinator, TESTS))

    assert changed.headers["location"] == started.headers["location"] == TESTS
    assert json.loads(neighbours.sent["notifications POST /self-test-plan"]) == {
        "active": True, "weekday": 3, "minute": 870, "window_hours": 8, "audience": "members",
    }  # fmt: skip
    assert (wrong.status_code, "Kies tussen 1 en 72 uur." in wrong.text) == (422, True)


async def test_the_report_is_not_for_who_makes_no_roster(lena: httpx.AsyncClient) -> None:
    assert (await lena.get(TESTS)).status_code == 403


async def test_the_link_shows_a_button_and_only_the_button_confirms(
    browser: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("notifications")["POST /self-test-receipts"] = ReceiptConfirmed(channel="sms")

    page = await browser.get("/r/pz_test/abcdefghijkl")
    asked = list(neighbours.asked)
    done = await browser.post(
        "/r/pz_test/abcdefghijkl", data=await filled_in(browser, "/r/pz_test/abcdefghijkl")
    )

    assert "Ik kreeg dit bericht" in page.text
    assert "notifications POST /self-test-receipts" not in asked
    assert "Dit bericht bereikt u: Sms." in done.text
    assert json.loads(neighbours.sent["notifications POST /self-test-receipts"]) == {
        "tenant": "pz_test", "token": "abcdefghijkl",
    }  # fmt: skip


async def test_a_link_that_nobody_sent_is_an_unknown_page(browser: httpx.AsyncClient) -> None:
    fields = await filled_in(browser, "/r/pz_test/abcdefghijkl")

    unknown = await browser.post("/r/pz_test/abcdefghijkl", data=fields)
    short = await browser.post("/r/pz_test/abc", data=fields)

    assert (unknown.status_code, short.status_code) == (404, 404)


# --- the log ---------------------------------------------------------------------------------------------------------


async def test_the_log_shows_counts_and_states_and_is_for_administrators(
    signed_in: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("notifications")["GET /delivery-log"] = DeliveryLog(
        counts=[DeliveryCount(kind="call_out_ringing", channel="sms", state="failed", count=3)],
        lines=[
            LoggedDelivery(
                delivery_id=uuid7(), user_id=LENA, kind="password_reset", channel="email", state="failed",
                tries=2, at=NOW, sent_at=None, error="recipient_refused",
            )
        ],
    )  # fmt: skip
    neighbours.of("identity")["GET /staff"] = staff()
    refused = await signed_in.get("/admin/messages")
    neighbours.of("identity")["POST /tokens"] = issued(Permission.TENANT_MANAGE, Permission.STAFF_READ)
    signed_in.cookies.set("vangnet_session", "another", domain="vangnet.test")

    answer = await signed_in.get("/admin/messages?days=30&show=failed")
    page = answer.text

    assert answer.status_code == 200, (answer.status_code, page[page.find("<h1") :][:300])
    assert refused.status_code == 403
    assert "Er is een oproep voor u" in page
    assert "Link voor een wachtwoord" in page
    assert "het adres is geweigerd" in page
