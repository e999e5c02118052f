"""The development postbox takes real mail and shows it."""

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import aiohttp
import aiosmtplib

from deploy.local.postbox import Postbox


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
