"""What stands around every page: the on-call lamp and the count of unread messages, remembered for a moment."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from services.gateway.language import Language
from services.gateway.marking import N_
from services.gateway.services_client import Services
from services.gateway.visit import Lamp, Visit
from shared.auth import Permission
from shared.contracts.notifications import MessagePage
from shared.contracts.rostering import LEVELS, OnCallNow

_SECONDS: Final = 20.0
_ENTRIES_KEPT: Final = 10_000


@dataclass
class Shell:
    """Kept for each tenant (who is on call) and each person (what is unread); `live.py` says when it is out of date."""

    _on_call: dict[str, tuple[OnCallNow | None, float]] = field(default_factory=dict)
    _unread: dict[UUID, tuple[int, float]] = field(default_factory=dict)

    def forget_on_call(self, tenant: str) -> None:
        self._on_call.pop(tenant, None)

    def forget_unread(self, user_id: UUID) -> None:
        self._unread.pop(user_id, None)

    async def fill(self, visit: Visit) -> None:
        """Put lamp and count on a page; where a service does not answer the page goes without."""
        visit.lamp, visit.unread = await asyncio.gather(self.lamp(visit), self.unread(visit))

    async def unread(self, visit: Visit) -> int:
        known = self._unread.get(visit.who.id)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        nothing = MessagePage(messages=[], unread=0)
        page = await visit.services.ask_or(nothing, "notifications", "/messages", MessagePage)
        if len(self._unread) >= _ENTRIES_KEPT:
            self._unread.clear()
        self._unread[visit.who.id] = (page.unread, time.monotonic() + _SECONDS)
        return page.unread

    async def lamp(self, visit: Visit) -> Lamp | None:
        if visit.who.tenant_kind != "police_zone" or not visit.may(Permission.ON_CALL_READ):
            return None
        now = await self._on_call_now(visit.services, visit.who.tenant)
        if now is None:
            return None
        return await _lamp_of(now, visit)

    async def _on_call_now(self, services: Services, tenant: str) -> OnCallNow | None:
        known = self._on_call.get(tenant)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        now: OnCallNow | None = await services.ask_or(None, "rostering", "/on-call", OnCallNow)
        self._on_call[tenant] = (now, time.monotonic() + _SECONDS)
        return now


async def _lamp_of(now: OnCallNow, visit: Visit) -> Lamp:
    """Red when a call-out waits, amber when a gap comes within a week, else who has the first line and until when."""
    language = visit.language
    if now.waiting_call_outs:
        text = language.plural("%(count)s oproep wacht", "%(count)s oproepen wachten", now.waiting_call_outs)
        return Lamp("waiting", text)
    first = next((member for member in now.members if member.level == LEVELS[0]), None)
    if first is None or first.user_id is None:
        return Lamp("gap", language.text(N_("Niemand heeft wacht")))
    name = (await visit.services.staff()).name(first.user_id)
    until = (
        language.text(N_("tot %(time)s"), time=_until(language, first.until, now.at)) if first.until else ""
    )
    if now.gap_starts_at is not None:
        return Lamp(
            "gap", name, until=language.text(N_("gat op %(day)s"), day=language.short_day(now.gap_starts_at))
        )
    return Lamp("on", name, until=until)


def _until(language: Language, until: datetime, now: datetime) -> str:
    soon = (until - now).total_seconds() < 24 * 3600
    return language.clock(until) if soon else f"{language.short_day(until)} {language.clock(until)}"
