"""Referrals are sent to partners and to another tenant while NATS and what carries them are killed with -9: one referral,
one link, one mail, and both sides tell the same.

A partner's mail server that is away for an hour is lived through in tests/service/notifications, where time can leap.
"""

import asyncio
import re
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from itertools import cycle
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from deploy.demo.workshop import Workshop
from deploy.local.platform import Platform
from services.referrals.referring.acts import end, locked
from services.referrals.referring.commands.receiving import answer_incoming
from services.referrals.referring.models import Incoming
from services.referrals.referring.states import WrongState
from shared.auth import Permission
from shared.contracts.referring import AnswerReferral
from shared.db import uuid7
from tests.chaos.conftest import Aftermath
from tests.chaos.night import TENANT
from tests.support.partners import refer
from tests.support.principals import principal

RECIPIENT = "ocmw_zoersel"
_REFERRALS = 12
_VICTIMS = ("notifications", "referrals", "NATS", "notifications", "referrals")
_LINK = re.compile(r"/partner/\S+")


def _workshop(aftermath: Aftermath) -> Workshop:
    file = aftermath.running.folder / "platform.json"
    return Workshop(msgspec.json.decode(file.read_bytes(), type=Platform))


async def _let_every_mail_leave(aftermath: Aftermath, addresses: list[str]) -> None:
    """A mail that found somebody dead waits for its next try: that moment is made to be now."""
    sent = (
        "SELECT count(*) FROM partner_messages AS m JOIN partner_deliveries AS d ON d.id = m.delivery_id"
        " WHERE m.state = 'sent' AND d.email = ANY($1)"
    )
    for _ in range(200):
        await aftermath.books.settle()
        waiting = await aftermath.books.number(
            "notifications", "SELECT count(*) FROM outside_mails WHERE state = 'queued'"
        )
        if not waiting and await aftermath.books.number("referrals", sent, addresses) >= len(addresses):
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
    workshop = _workshop(aftermath)
    addresses = [f"tegenslag.{uuid7().hex}@partner.example" for _ in range(_REFERRALS)]

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
        await _let_every_mail_leave(aftermath, addresses)
        await aftermath.books.settle()
    finally:
        await workshop.close()

    deliveries = await aftermath.books.rows(
        "referrals",
        "SELECT d.email, count(m.id) AS mails, count(m.id) FILTER (WHERE m.voided_at IS NULL) AS good,"
        " min(m.state) AS state FROM partner_deliveries d JOIN partner_messages m ON m.delivery_id = d.id"
        " WHERE d.email = ANY($1) GROUP BY d.id",
        addresses,
    )
    ordered = await aftermath.books.number(
        "notifications", "SELECT count(*) FROM outside_mails WHERE state <> 'sent'"
    )
    mails: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for mail in await _mails(aftermath):
        if links := _LINK.findall(mail["text"]):
            mails[mail["to"][0]].append((mail["message_id"], *links))

    assert {row["email"]: (row["mails"], row["good"], row["state"]) for row in deliveries} == dict.fromkeys(
        addresses, (1, 1, "sent")
    )
    assert ordered == 0
    for address in addresses:
        # killed between the mail server's yes and our commit it leaves once more, and the partner's server can tell
        assert len(set(mails[address])) == 1, (address, mails[address])
    # and it left no oftener than it was tried
    tries = await aftermath.books.number("notifications", "SELECT coalesce(sum(tries), 0) FROM outside_mails")
    assert sum(len(mails[address]) for address in addresses) <= tries + _REFERRALS + len(_VICTIMS)


async def test_of_referrals_between_tenants_while_nats_was_away_both_sides_tell_the_same(
    aftermath: Aftermath,
) -> None:
    workshop = _workshop(aftermath)
    sent: list[UUID] = []

    async def send_all() -> None:
        for _, follower in zip(range(_REFERRALS), cycle(aftermath.night.crew), strict=False):
            address = f"tegenslag.{uuid7().hex}@ocmw.example"
            sent.append(await refer(workshop, TENANT, address, to_tenant=RECIPIENT, follower=UUID(follower)))
            await asyncio.sleep(0.2)

    async def answer_and_take_back() -> None:
        for number, referral_id in enumerate(sent):
            await asyncio.gather(
                _accept(workshop, referral_id),
                *([_take_back(workshop, referral_id)] if number % 3 == 0 else []),
            )
            await asyncio.sleep(0.2)

    try:
        await asyncio.gather(send_all(), aftermath.misfortune.silence("NATS", 3))
        await aftermath.books.settle()
        await asyncio.gather(
            answer_and_take_back(),
            aftermath.misfortune.silence("NATS", 3),
            aftermath.misfortune.strike("referrals"),
        )
        await aftermath.books.settle()
    finally:
        await workshop.close()

    ours = await aftermath.books.rows(
        "referrals", "SELECT id, state, answer FROM referrals WHERE id = ANY($1)", sent
    )
    theirs = await aftermath.books.rows(
        "referrals",
        f'SELECT referral_id AS id, state, answer, fields::text AS fields FROM "t_{RECIPIENT}".incoming_referrals'
        " WHERE referral_id = ANY($1)",
        sent,
    )
    assert {row["id"]: (row["state"], row["answer"]) for row in ours} == {
        row["id"]: (row["state"], row["answer"]) for row in theirs
    }
    assert len(theirs) == _REFERRALS
    for number, referral_id in enumerate(sent):
        [mine] = [row for row in theirs if row["id"] == referral_id]
        assert mine["state"] == ("withdrawn" if number % 3 == 0 else "accepted")
        assert (mine["fields"] == "[]") == (number % 3 == 0)


async def _accept(workshop: Workshop, referral_id: UUID) -> None:
    """The recipient's colleague says yes, if nobody took it back before."""
    async with workshop.transaction("referrals", RECIPIENT) as session:
        incoming = await session.scalar(select(Incoming).where(Incoming.referral_id == referral_id))
        assert incoming is not None
        karim = principal(RECIPIENT, Permission.REFERRAL_RECEIVE)
        with suppress(WrongState):
            answer = AnswerReferral(answer="accepted")
            await answer_incoming(session, karim, answer, incoming.id, now=datetime.now(UTC))


async def _take_back(workshop: Workshop, referral_id: UUID) -> None:
    async with workshop.transaction("referrals", TENANT) as session:
        referral = await locked(session, referral_id)
        why = "consent_withdrawn"
        await end(session, TENANT, referral, "withdrawn", why, now=datetime.now(UTC), by=None)
