"""From the link in a mail to a session: the link, a code over another way, and a new link when it is too old."""

import secrets
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.partners.contacts import writer_now
from services.referrals.partners.messages import messages_of, terms_of, write_code, write_link
from services.referrals.partners.models import (
    LINKS,
    CodeWrong,
    LinkUnknown,
    PartnerDelivery,
    PartnerLookup,
    PartnerMessage,
    PartnerVisit,
)
from services.referrals.partners.rules import (
    CODE_TRIES,
    LOOKUPS_KEPT,
    SESSION_LIFETIME,
    code_digest,
    digest_of,
    may_ask_code,
    may_ask_link,
    may_look_up,
    partner_principal,
    source_digest,
)
from services.referrals.referring.models import Referral
from services.referrals.referring.states import UNDER_WAY
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import partners as contract
from shared.db import driver_of, uuid7
from shared.errors import Invalid, TooMany

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('partner_lookups'), hashtext($1))"

Lookup = contract.OpenLink | contract.AskCode | contract.EnterCode | contract.AskNewLink


async def count_lookup(
    session: AsyncSession, principal: Principal, command: Lookup, *, now: datetime
) -> None:
    """A link is tried, right or wrong: kept before it is looked at, so that many at once gain nothing.

    Raises `TooMany`, alike for a link that there is and for one that there is not.
    """
    principal.require(Permission.PARTNER_DOOR)
    terms = terms_of(session)
    link = digest_of(command.token)
    source = source_digest(terms.key, command.source) if command.source else ""
    for each in sorted({source, link}):
        await driver_of(session).execute(_ONE_AT_A_TIME, each)
    await session.execute(delete(PartnerLookup).where(PartnerLookup.at <= now - LOOKUPS_KEPT))
    from_there = await session.scalars(
        select(PartnerLookup.at).where(PartnerLookup.source == source, PartnerLookup.source != "")
    )
    of_link = await session.scalars(select(PartnerLookup.at).where(PartnerLookup.link == link))
    if not may_look_up(from_there.all(), of_link.all(), now=now):
        raise TooMany
    session.add(PartnerLookup(id=uuid7(), source=source, link=link, at=now))


async def open_link(
    session: AsyncSession, principal: Principal, command: contract.OpenLink, *, now: datetime
) -> contract.LinkOpened:
    """Whether a code can be asked with it; nothing else is told before there is one. Raises `LinkUnknown`."""
    principal.require(Permission.PARTNER_DOOR)
    delivery = await _delivery_by_link(session, command.token, now=now)
    writer = await writer_now(session, now=now)
    _keep(session, principal, delivery, "partner_opens_link", now=now)
    return contract.LinkOpened(sender=writer.said, language=delivery.language, channels=delivery.channels)


async def ask_code(
    session: AsyncSession, principal: Principal, command: contract.AskCode, *, now: datetime
) -> contract.CodeAsked:
    """Raises `LinkUnknown`, `Invalid`, `TooMany`."""
    principal.require(Permission.PARTNER_DOOR)
    delivery = await _delivery_by_link(session, command.token, now=now, hold=True)
    if command.channel not in delivery.channels:
        raise Invalid({"channel": "not_a_choice"})
    asked = [each.at for each in await messages_of(session, delivery.id, "partner_code")]
    if not may_ask_code(asked, now=now):
        raise TooMany
    good_until = await write_code(session, principal.tenant, delivery, command.channel, now=now)
    _keep(session, principal, delivery, "partner_asks_code", now=now, channel=command.channel)
    return contract.CodeAsked(channel=command.channel, good_until=good_until)


async def count_try(
    session: AsyncSession, principal: Principal, command: contract.EnterCode, *, now: datetime
) -> None:
    """One try more, kept before it is judged, so that many at once gain nothing. Raises `LinkUnknown`."""
    principal.require(Permission.PARTNER_DOOR)
    delivery = await _delivery_by_link(session, command.token, now=now)
    await session.execute(
        update(PartnerMessage)
        .where(
            PartnerMessage.delivery_id == delivery.id,
            PartnerMessage.kind == "partner_code",
            PartnerMessage.voided_at.is_(None),
        )
        .values(tries=PartnerMessage.tries + 1)
    )


async def enter_code(
    session: AsyncSession, principal: Principal, command: contract.EnterCode, *, now: datetime
) -> contract.PartnerSession:
    """The last code, used once, opens a session of an hour. Raises `LinkUnknown`, `CodeWrong`."""
    principal.require(Permission.PARTNER_DOOR)
    delivery = await _delivery_by_link(session, command.token, now=now, hold=True)
    codes = await messages_of(session, delivery.id, "partner_code")
    last = codes[0] if codes else None
    given = "".join(letter for letter in command.code if letter.isdigit())
    right = (
        last is not None
        and last.good(now=now)
        and last.tries <= CODE_TRIES
        and secrets.compare_digest(last.digest, code_digest(last.id, given))
    )
    if last is None or not right:
        raise CodeWrong({"code": "partner_code_wrong"})
    last.voided_at = now
    secret = secrets.token_urlsafe(32)
    await session.execute(
        delete(PartnerVisit).where(PartnerVisit.delivery_id == delivery.id, PartnerVisit.expires_at <= now)
    )
    visit = PartnerVisit(
        id=uuid7(),
        delivery_id=delivery.id,
        digest=digest_of(secret),
        reader=" ".join(command.reader.split()),
        proved_by=last.channel,
        expires_at=now + SESSION_LIFETIME,
    )
    session.add(visit)
    _keep(session, principal, delivery, "partner_enters", now=now, channel=last.channel)
    return contract.PartnerSession(session=secret, expires_at=visit.expires_at, language=delivery.language)


async def ask_new_link(
    session: AsyncSession, principal: Principal, command: contract.AskNewLink, *, now: datetime
) -> contract.NewLinkAsked:
    """To the address that the old one went to, and nowhere else; a stranger cannot tell whether anything happened."""
    principal.require(Permission.PARTNER_DOOR)
    message = await _link(session, command.token)
    if message is None:
        return contract.NewLinkAsked()
    delivery = await session.get_one(PartnerDelivery, message.delivery_id, with_for_update=True)
    referral = await session.get(Referral, delivery.referral_id)
    links = await messages_of(session, delivery.id, *LINKS)
    asked = [each.at for each in links if each.asked_by == "partner"]
    under_way = referral is not None and referral.state in UNDER_WAY
    if under_way and delivery.email and may_ask_link(asked, now=now, by_partner=True):
        await write_link(session, principal.tenant, delivery, asked_by="partner", now=now)
        _keep(session, principal, delivery, "partner_asks_link", now=now)
    return contract.NewLinkAsked()


async def _delivery_by_link(
    session: AsyncSession, token: str, *, now: datetime, hold: bool = False
) -> PartnerDelivery:
    message = await _link(session, token)
    if message is None or not message.good(now=now):
        raise LinkUnknown
    return await session.get_one(PartnerDelivery, message.delivery_id, with_for_update=hold)


async def _link(session: AsyncSession, token: str) -> PartnerMessage | None:
    return await session.scalar(
        select(PartnerMessage).where(
            PartnerMessage.digest == digest_of(token), PartnerMessage.kind.in_(LINKS)
        )
    )


def _keep(
    session: AsyncSession,
    principal: Principal,
    delivery: PartnerDelivery,
    action: str,
    *,
    now: datetime,
    **codes: str,
) -> None:
    """Every step of a partner stands in the log, under a name that his delivery gives him."""
    audit.record(
        session,
        partner_principal(principal.tenant, str(delivery.id)),
        action,
        now=now,
        object_kind="partner_delivery",
        object_id=delivery.id,
        details=dict(codes),
    )
