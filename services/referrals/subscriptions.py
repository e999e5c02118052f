"""The ears of referrals, and its clock: what it does when another service announces something, or a moment comes."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.configuration.copy import ask_configuration
from services.referrals.imports import commands as imports
from services.referrals.imports import models as import_timers
from services.referrals.partners import commands as partners
from services.referrals.partners.models import ANONYMISE
from services.referrals.referring import commands as referring
from services.referrals.referring import neighbours
from services.referrals.social_map.nudges import CHECK_MAP, check_map
from services.referrals.worries import commands as worries
from services.referrals.worries.models import WIPE as WIPE_WORRY
from shared.contracts.cases import ConflictOfInterestDeclared, ConflictOfInterestLifted, ConsentChanged
from shared.contracts.notifications import OutsideMailEnded
from shared.contracts.referrals import ReferralAnswered, ReferralHandedOver
from shared.contracts.tenancy import TenantSettingsChanged
from shared.inbox import Subscriptions
from shared.timers import TimerHandlers


async def on_tenant_settings_changed(
    session: AsyncSession, event: TenantSettingsChanged, *, now: datetime
) -> None:
    """The days off: terms are counted with them."""
    await ask_configuration(session, event.tenant, now=now)


SUBSCRIPTIONS: Subscriptions = {
    ReferralHandedOver: neighbours.hand_over,
    ReferralAnswered: neighbours.tell_answer,
    OutsideMailEnded: partners.keep_mail_ended,
    ConsentChanged: neighbours.hear_consent,
    ConflictOfInterestDeclared: worries.keep_conflict,
    ConflictOfInterestLifted: worries.lift_conflict,
    TenantSettingsChanged: on_tenant_settings_changed,
}
TIMERS: TimerHandlers = {
    **referring.TIMERS,
    referring.INCOMING_CONTACT_BY: referring.remind_of_incoming,
    referring.INCOMING_WIPE: referring.wipe_incoming,
    import_timers.READ: imports.read_import,
    import_timers.CARRY_ON: imports.carry_on_import,
    ANONYMISE: partners.anonymise_delivery,
    CHECK_MAP: check_map,
    WIPE_WORRY: worries.wipe_worry,
}
