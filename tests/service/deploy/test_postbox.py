"""The development postbox takes real mail and SMS, shows them, and reports on each SMS."""

import asyncio
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import aiohttp
import aiosmtplib
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from deploy.local.postbox import Postbox
from services.notifications.models import NotSent
from services.notifications.signatures import SIGNATURE, TIMESTAMP
from services.notifications.sms import SmsSender
from shared.db import uuid7


def letter(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Vangnet <noreply@vangnet.example>"
    message["To"] = "amina@aalst.example"
    message["Subject"] = subject
    message.set_content("U bent opgeroepen: één beller wacht.")
    message.add_alternative("<p>U bent <b>opgeroepen</b></p>", subtype="html")
    return message


async def send(postbox: Postbox, message: EmailMessage) -> None:
    host, port = postbox.smtp_url.removeprefix("smtp://").split(":")
    await aiosmtplib.send(message, hostname=host, port=int(port), recipients=["amina@aalst.example"])


async def test_mail_is_shown_newest_first_and_kept_over_a_restart(tmp_path: Path) -> None:
    async with Postbox(tmp_path) as postbox:
        await send(postbox, letter("Oproep één"))
        await send(postbox, letter("Oproep twee"))
    async with Postbox(tmp_path) as postbox, aiohttp.ClientSession(postbox.http_url) as http:
        listed = await (await http.get("/messages")).json()
        first = await (await http.get(f"/messages/{listed[0]['id']}")).json()

    assert [each["subject"] for each in listed] == ["Oproep twee", "Oproep één"]
    assert first == listed[0]
    assert first["to"] == ["amina@aalst.example"]
    assert first["from"] == "Vangnet <noreply@vangnet.example>"
    assert first["text"].strip() == "U bent opgeroepen: één beller wacht."
    assert first["html"].strip() == "<p>U bent <b>opgeroepen</b></p>"
    assert abs((datetime.now(UTC) - datetime.fromisoformat(first["received_at"])).total_seconds()) < 60


async def test_two_letters_of_one_moment_are_both_kept(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    async with Postbox(tmp_path, now=lambda: moment) as postbox:
        await send(postbox, letter("a"))
        await send(postbox, letter("b"))

        assert [each.subject for each in postbox.letters()] == ["b", "a"]


async def test_the_postbox_can_be_emptied(tmp_path: Path) -> None:
    async with Postbox(tmp_path) as postbox, aiohttp.ClientSession(postbox.http_url) as http:
        await send(postbox, letter("a"))
        emptied = await http.delete("/messages")
        unknown = await http.get("/messages/nowhere")

        assert emptied.status == 204
        assert unknown.status == 404
        assert postbox.letters() == []


async def test_an_sms_is_kept_once_and_reported_back_signed(tmp_path: Path) -> None:
    reports: list[tuple[bytes, str, str]] = []

    async def hear(request: web.Request) -> web.Response:
        reports.append((await request.read(), request.headers[TIMESTAMP], request.headers[SIGNATURE]))
        return web.Response()

    app = web.Application()
    app.router.add_post("/sms-reports", hear)
    async with (
        TestServer(app) as ours,
        Postbox(tmp_path, sms_secret="shared") as postbox,
    ):
        sender = SmsSender(
            f"{postbox.http_url}/sms", secret="shared", public_url=str(ours.make_url("")), timeout=5
        )
        delivery = uuid7()
        for _ in range(2):
            await sender.send(
                "pz_aalst", delivery, "dossier_assigned", "+32470123456", "nl",
                {"dossier_id": "7"}, now=datetime.now(UTC),
            )  # fmt: skip
        while not reports:
            await asyncio.sleep(0.05)

        [kept] = postbox.texts()
        [(body, timestamp, signature)] = reports
        told = sender.read_report(body, timestamp=timestamp, signature=signature, now=datetime.now(UTC))

    assert (kept.to, kept.id) == ("+32470123456", str(delivery))
    assert (told.tenant, told.delivery_id, told.status) == ("pz_aalst", delivery, "delivered")


async def test_an_sms_that_is_signed_with_another_secret_is_refused(tmp_path: Path) -> None:
    async with Postbox(tmp_path, sms_secret="shared") as postbox:
        stranger = SmsSender(f"{postbox.http_url}/sms", secret="other", public_url="", timeout=5)

        with pytest.raises(NotSent, match="provider_refused"):
            await stranger.send(
                "pz_aalst", uuid7(), "summary", "+32470123456", "nl", {}, now=datetime.now(UTC)
            )

        assert postbox.texts() == []
