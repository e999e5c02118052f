"""What somebody at a partner without account can do: from a link in a mail to an answer."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from shared.auth import Permission, Principal
from shared.contracts.partners import (
    DeliveryView,
    PartnerMail,
    PartnerReferral,
    PartnerSession,
)
from shared.contracts.referrals import PartnerMailDue
from shared.contracts.referring import ReferralRef
from tests.service.referrals.loop import Loop
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


@dataclass
class Partner:
    """What somebody at a partner's can do: with a mail before him, and no account."""

    loop: Loop

    @property
    def service(self) -> ServiceUnderTest:
        return self.loop.service

    @property
    def tenant(self) -> str:
        return self.loop.lena.tenant

    @property
    def notifications(self) -> Principal:
        return principal(self.tenant, Permission.PARTNER_MAIL)

    async def due(self, *kinds: str) -> list[PartnerMailDue]:
        found = [
            each for each in await self.service.published(self.tenant) if isinstance(each, PartnerMailDue)
        ]
        return [each for each in found if each.kind in kinds] if kinds else found

    async def mail(self, due: PartnerMailDue) -> PartnerMail:
        answer = await self.service.get(f"/partner-mails/{due.message_id}", by=self.notifications)
        return self.service.read(answer, PartnerMail)

    async def sent(self, *, at: datetime | None = None) -> tuple[ReferralRef, str]:
        """A referral that was sent, and the secret of the link that came by mail."""
        ref = await self.loop.sent(self.loop.by_link)
        await self.service.run_timers(at or datetime.now(UTC))
        [due] = (await self.due("partner_link"))[-1:]
        return ref, (await self.mail(due)).secret

    async def knock(self, path: str, key: str = "", **told: Any) -> httpx.Response:
        return await self.service.post(f"/partner/{path}", {"tenant": self.tenant, **told}, key=key)

    async def code(self, token: str) -> str:
        answer = await self.knock("codes", token=token, channel="email")
        assert answer.is_success, answer.text
        return (await self.mail((await self.due("partner_code"))[-1])).secret

    async def enter(self, token: str) -> str:
        told = await self.knock("sessions", token=token, code=await self.code(token), reader="An De Smet")
        return self.service.read(told, PartnerSession).session

    async def read(self, session: str) -> PartnerReferral:
        return self.service.read(await self.knock("referral", session=session), PartnerReferral)

    async def form(self, session: str) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {self.tenant}.{session}"}
        return await self.service.http.get("/partner/form.pdf", headers=bearer)

    async def answer(self, session: str, answer: str, key: str = "", **codes: Any) -> httpx.Response:
        return await self.knock("answers", key, session=session, answer=answer, **codes)

    async def delivery(self, ref: ReferralRef) -> DeliveryView:
        answer = await self.service.get(f"/referrals/{ref.referral_id}/delivery", by=self.loop.lena)
        return self.service.read(answer, DeliveryView)
