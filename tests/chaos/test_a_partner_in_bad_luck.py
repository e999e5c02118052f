"""Referrals are sent to partners while NATS and what mails them are killed with -9: one referral, one link, one mail.

A partner's mail server that is away for an hour is lived through in tests/service/notifications, where time can leap.
"""

import asyncio
import re
from collections import defaultdict
from contextlib import suppress
from typing import Any

import msgspec

from deploy.demo.workshop import Workshop
from deploy.local.platform import Platform
from tests.chaos.conftest import Aftermath
from tests.chaos.night import TENANT
from tests.support.partners import refer

_REFERRALS = 12
_VICTIMS = ("notifications", "referrals", "NATS", "notifications", "referrals")
_LINK = re.compile(r"/partner/\S+")


async def _let_every_mail_leave(aftermath: Aftermath) -> None:
    """A mail that found somebody dead waits for its next try: that moment is made to be now."""
    for _ in range(200):
        await aftermath.books.settle()
        waiting = await aftermath.books.number(
            "notifications", "SELECT count(*) FROM outside_mails WHERE state = 'queued'"
        )
        known = await aftermath.books.number(
            "referrals", "SELECT count(*) FROM partner_messages WHERE state = 'sent'"
        )
        if not waiting and known >= _REFERRALS:
            return
        await aftermath.books.rows(
            "notifications", "UPDATE platform.timers SET due_at = now() WHERE kind = 'deliver_outside'"
        )


async def _mails(aftermath: Aftermath) -> list[dict[str, Any]]:
    """All of them; the postbox of a busy machine is asked again."""
    for _ in range(10):
        with suppress(OSError):
            return await asyncio.to_thread(aftermath.running.mails)
        await asyncio.sleep(1)
    raise TimeoutError("the postbox does not answer")


async def test_of_referrals_sent_while_parts_died_each_has_one_link_and_one_mail(
    aftermath: Aftermath,
) -> None:
    file = aftermath.running.folder / "platform.json"
    workshop = Workshop(msgspec.json.decode(file.read_bytes(), type=Platform))
    addresses = [f"tegenslag.{number}@partner.example" for number in range(_REFERRALS)]

    async def send_all() -> None:
        for address in addresses:
            await refer(workshop, TENANT, address)
            await asyncio.sleep(0.3)

    async def kill_some() -> None:
        for victim in _VICTIMS:
            await asyncio.sleep(0.5)
            await aftermath.misfortune.strike(victim)

    try:
        await asyncio.gather(send_all(), kill_some())
        await _let_every_mail_leave(aftermath)
        await aftermath.books.settle()
    finally:
        await workshop.close()

    deliveries = await aftermath.books.rows(
        "referrals",
        "SELECT d.email, count(m.id) AS mails, count(m.id) FILTER (WHERE m.voided_at IS NULL) AS good,"
        " min(m.state) AS state FROM partner_deliveries d JOIN partner_messages m ON m.delivery_id = d.id"
        " WHERE d.email LIKE 'tegenslag.%@partner.example' GROUP BY d.id",
    )
    ordered = await aftermath.books.number(
        "notifications", "SELECT count(*) FROM outside_mails WHERE state <> 'sent'"
    )
    links: dict[str, list[str]] = defaultdict(list)
    for mail in await _mails(aftermath):
        for found in _LINK.findall(mail["text"]):
            links[mail["to"][0]].append(found)

    assert {row["email"]: (row["mails"], row["good"], row["state"]) for row in deliveries} == dict.fromkeys(
        addresses, (1, 1, "sent")
    )
    assert ordered == 0
    for address in addresses:
        # killed between the mail server's yes and our commit it leaves once more: the same mail, with the same link
        assert len(set(links[address])) == 1, address
    assert sum(len(links[address]) for address in addresses) <= _REFERRALS + len(_VICTIMS)
