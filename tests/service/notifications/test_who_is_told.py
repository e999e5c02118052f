"""Coordinators, holders and the DPO are told what concerns them, whether we knew them before or not."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from shared.contracts.cases import (
    BreakGlassEscalated,
    BreakGlassUsed,
    ContactUnsafe,
    DossierAssigned,
    HomeBanEnds,
    RiskIncreased,
)
from shared.contracts.identity import StaffChanged, StaffContact, StaffDeactivated
from shared.contracts.notifications import MessagePage
from shared.contracts.referrals import (
    EntriesDue,
    IncomingReferralChanged,
    ReferralProgressed,
    ReferralReminder,
    WorryAnswered,
    WorryReported,
)
from shared.contracts.rostering import CallOutUnanswered, DutyChanged, GapNear
from shared.db import uuid7
from shared.errors import Unavailable
from tests.service.notifications.conftest import MailServer
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

Known = Callable[..., StaffContact]
NOW = datetime(2026, 3, 2, 1, 24, tzinfo=UTC)


async def kinds_for(notifications: ServiceUnderTest, tenant: str, user: StaffContact) -> list[str]:
    answer = await notifications.get("/messages", by=principal(tenant, user_id=user.user_id))
    return [each.kind for each in notifications.read(answer, MessagePage).messages]


async def test_coordinators_hear_of_a_call_out_that_nobody_answered(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    coordinator, colleague = (
        known("Carine", roles=("spot_coordinator",)),
        known("Lena", roles=("spot_member",)),
    )

    await notifications.deliver(
        CallOutUnanswered(id=uuid7(), occurred_at=NOW, tenant=tenant, call_out_id=uuid7())
    )
    await notifications.run_timers(datetime.now(UTC))

    assert await kinds_for(notifications, tenant, coordinator) == ["call_out_unanswered"]
    assert len(mail_server.mails_to(coordinator.email)) == 1
    assert await kinds_for(notifications, tenant, colleague) == []


async def test_break_glass_is_told_to_holder_and_coordinators_but_not_to_who_used_it(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    holder = known("Lena")
    carine, bart = known("Carine", roles=("spot_coordinator",)), known("Bart", roles=("spot_coordinator",))

    await notifications.deliver(
        BreakGlassUsed(
            id=uuid7(),
            occurred_at=NOW,
            tenant=tenant,
            dossier_id=uuid7(),
            break_glass_id=uuid7(),
            user_id=bart.user_id,
            reason="emergency",
            holder=holder.user_id,
        )
    )

    assert await kinds_for(notifications, tenant, holder) == ["break_glass_used"]
    assert await kinds_for(notifications, tenant, carine) == ["break_glass_used"]
    assert await kinds_for(notifications, tenant, bart) == []


async def test_the_data_protection_officer_hears_of_each_escalation(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    officer = known("Dirk", roles=("dpo",))
    break_glass_id = uuid7()

    for why in ("not_reviewed", "not_justified"):
        await notifications.deliver(
            BreakGlassEscalated(
                id=uuid7(),
                occurred_at=NOW,
                tenant=tenant,
                break_glass_id=break_glass_id,
                dossier_id=uuid7(),
                why=why,
            )
        )

    assert await kinds_for(notifications, tenant, officer) == ["break_glass_escalated"] * 2


async def test_a_holder_hears_of_a_dossier_unless_she_took_it_herself(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    lena, tom = known("Lena"), known("Tom")

    for holder, actor in ((lena, tom), (tom, tom)):
        await notifications.deliver(
            DossierAssigned(
                id=uuid7(),
                occurred_at=NOW,
                tenant=tenant,
                dossier_id=uuid7(),
                holder=holder.user_id,
                actor=actor.user_id,
            )
        )

    assert await kinds_for(notifications, tenant, lena) == ["dossier_assigned"]
    assert await kinds_for(notifications, tenant, tom) == []


async def test_whose_duty_changed_is_told_once_and_a_gap_goes_to_the_coordinators(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    lena, carine = known("Lena"), known("Carine", roles=("spot_coordinator",))
    changed = DutyChanged(
        id=uuid7(),
        occurred_at=NOW,
        tenant=tenant,
        user_id=lena.user_id,
        cause="published",
        gained=1,
        lost=0,
        first_at=NOW,
    )
    gap = GapNear(
        id=uuid7(),
        occurred_at=NOW,
        tenant=tenant,
        level="primary",
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=8),
        threshold_hours=24,
    )

    for event in (changed, changed, gap):
        await notifications.deliver(event)

    assert await kinds_for(notifications, tenant, lena) == ["duty_changed"]
    assert await kinds_for(notifications, tenant, carine) == ["roster_gap"]


async def test_somebody_who_lost_the_role_is_told_no_more(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    before, after = known("Carine", roles=("spot_coordinator",)), known("Bart", roles=("spot_coordinator",))
    for user in (before, after):
        await notifications.deliver(
            StaffChanged(id=uuid7(), occurred_at=NOW, tenant=tenant, user_id=user.user_id)
        )
    gone = StaffContact(
        user_id=before.user_id,
        name="",
        email=before.email,
        phone="",
        language="nl",
        active=False,
        roles=before.roles,
    )
    notifications.answers_of("identity")[f"GET /staff/{before.user_id}/contact"] = gone

    await notifications.deliver(
        StaffDeactivated(id=uuid7(), occurred_at=NOW, tenant=tenant, user_id=before.user_id)
    )
    await notifications.deliver(
        CallOutUnanswered(id=uuid7(), occurred_at=NOW, tenant=tenant, call_out_id=uuid7())
    )

    assert await kinds_for(notifications, tenant, before) == []
    assert await kinds_for(notifications, tenant, after) == ["call_out_unanswered"]


async def test_an_event_waits_when_identity_is_away_and_nobody_is_known(
    notifications: ServiceUnderTest, tenant: str
) -> None:
    notifications.answers_of("identity")["GET /contacts"] = None

    with pytest.raises(Unavailable):
        await notifications.deliver(
            CallOutUnanswered(id=uuid7(), occurred_at=NOW, tenant=tenant, call_out_id=uuid7())
        )


async def test_a_higher_risk_is_told_to_coordinators_with_the_dossier_and_to_officers_on_duty_without(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    holder, carine = known("Lena"), known("Carine", roles=("spot_coordinator",))
    officer = known("Ivo", roles=("officer_on_duty",))
    event = RiskIncreased(
        id=uuid7(),
        occurred_at=NOW,
        tenant=tenant,
        dossier_id=uuid7(),
        task_id=uuid7(),
        incident_type="ifv_physical",
        holder=holder.user_id,
    )

    assert await notifications.deliver(event)
    assert not await notifications.deliver(event)

    assert await kinds_for(notifications, tenant, carine) == ["risk_increased"]
    assert await kinds_for(notifications, tenant, officer) == ["risk_increased_on_duty"]


async def test_unsafe_contact_is_told_to_coordinators_and_the_end_of_a_home_ban_to_the_holder_too(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    lena, carine = known("Lena"), known("Carine", roles=("spot_coordinator",))
    unsafe = ContactUnsafe(
        id=uuid7(), occurred_at=NOW, tenant=tenant, dossier_id=uuid7(), holder=lena.user_id, task_id=uuid7()
    )
    ends = HomeBanEnds(
        id=uuid7(),
        occurred_at=NOW,
        tenant=tenant,
        dossier_id=uuid7(),
        holder=lena.user_id,
        home_ban_id=uuid7(),
        ends_at=NOW,
    )

    for event in (unsafe, ends):
        await notifications.deliver(event)

    assert await kinds_for(notifications, tenant, lena) == ["home_ban_ends"]
    assert sorted(await kinds_for(notifications, tenant, carine)) == ["contact_unsafe", "home_ban_ends"]


async def test_a_worry_for_today_reaches_the_coordinators_over_everything_and_the_workers_as_any_other(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    lena, carine = known("Lena", roles=("spot_worker",)), known("Carine", roles=("spot_coordinator",))
    greet = known("Greet", roles=("neighbourhood_inspector",))
    today = WorryReported(
        id=uuid7(), occurred_at=NOW, tenant=tenant, actor=greet.user_id, worry_id=uuid7(), urgency="today"
    )

    assert await notifications.deliver(today)
    assert not await notifications.deliver(today)

    assert await kinds_for(notifications, tenant, carine) == ["worry_urgent"]
    assert await kinds_for(notifications, tenant, lena) == ["worry_reported"]
    assert await kinds_for(notifications, tenant, greet) == []


async def test_a_worry_that_can_wait_is_told_to_the_coordinators_and_its_answer_to_who_reported_it(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    lena, carine = known("Lena", roles=("spot_worker",)), known("Carine", roles=("spot_coordinator",))
    greet = known("Greet", roles=("neighbourhood_inspector",))
    worry_id = uuid7()
    waits = WorryReported(id=uuid7(), occurred_at=NOW, tenant=tenant, worry_id=worry_id, urgency="can_wait")
    answered = WorryAnswered(
        id=uuid7(),
        occurred_at=NOW,
        tenant=tenant,
        actor=lena.user_id,
        worry_id=worry_id,
        reporter=greet.user_id,
        state="taken_up",
    )

    await notifications.deliver(waits)
    await notifications.deliver(answered)

    assert await kinds_for(notifications, tenant, carine) == ["worry_reported"]
    assert await kinds_for(notifications, tenant, lena) == []
    assert await kinds_for(notifications, tenant, greet) == ["worry_answered"]


async def test_a_referral_that_came_in_is_told_to_who_hands_it_out_and_its_answer_to_who_follows_it(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    lena, carine = known("Lena", roles=("spot_worker",)), known("Carine", roles=("spot_coordinator",))
    came = IncomingReferralChanged(
        id=uuid7(), occurred_at=NOW, tenant=tenant, incoming_id=uuid7(), state="sent", what="received"
    )
    assigned = structs.replace(came, id=uuid7(), what="assigned", actor=carine.user_id)
    answered = ReferralProgressed(
        id=uuid7(),
        occurred_at=NOW,
        tenant=tenant,
        referral_id=uuid7(),
        dossier_id=uuid7(),
        follower=lena.user_id,
        state="accepted",
        what="accepted",
        kind="tenant",
    )
    noted_by_herself = structs.replace(answered, id=uuid7(), actor=lena.user_id)

    for event in (came, assigned, answered, noted_by_herself):
        await notifications.deliver(event)

    assert await kinds_for(notifications, tenant, carine) == ["referral_received"]
    assert await kinds_for(notifications, tenant, lena) == ["referral_answered"]


async def test_that_nothing_leaves_any_more_is_told_to_who_follows_it_and_not_to_who_did_it(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    lena, tom = known("Lena", roles=("spot_worker",)), known("Tom", roles=("spot_worker",))
    of: dict[str, Any] = {
        "tenant": tenant,
        "referral_id": uuid7(),
        "dossier_id": uuid7(),
        "follower": lena.user_id,
    }
    lapsed = ReferralReminder(id=uuid7(), occurred_at=NOW, what="consent_lapsed", **of)
    due = ReferralReminder(id=uuid7(), occurred_at=NOW, what="answer_by", **of)
    withdrawn = ReferralProgressed(
        id=uuid7(),
        occurred_at=NOW,
        actor=tom.user_id,
        state="withdrawn",
        what="withdrawn",
        kind="tenant",
        **of,
    )
    by_herself = structs.replace(withdrawn, id=uuid7(), actor=lena.user_id)

    for event in (lapsed, due, by_herself):
        await notifications.deliver(event)
    assert await kinds_for(notifications, tenant, lena) == ["referral_stopped"]
    await notifications.deliver(withdrawn)

    assert await kinds_for(notifications, tenant, lena) == ["referral_stopped", "referral_stopped"]
    assert await kinds_for(notifications, tenant, tom) == []


async def test_a_worker_is_told_that_what_came_to_her_was_taken_back(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    an, carine = known("An", roles=("social_worker",)), known("Carine", roles=("team_coordinator",))
    ended = IncomingReferralChanged(
        id=uuid7(), occurred_at=NOW, tenant=tenant, incoming_id=uuid7(), state="withdrawn", what="ended",
        assigned_to=an.user_id,
    )  # fmt: skip

    await notifications.deliver(ended)
    await notifications.deliver(structs.replace(ended, id=uuid7(), state="closed"))

    assert await kinds_for(notifications, tenant, an) == ["referral_received", "incoming_taken_back"]
    assert await kinds_for(notifications, tenant, carine) == []


async def test_entries_of_the_map_that_wait_are_told_to_who_keeps_it(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    noor, lena = known("Noor", roles=("map_editor",)), known("Lena", roles=("spot_worker",))
    due = EntriesDue(id=uuid7(), occurred_at=NOW, tenant=tenant, sweep_id=uuid7(), entries=[uuid7()], total=1)

    assert await notifications.deliver(due)
    assert not await notifications.deliver(due)

    assert await kinds_for(notifications, tenant, noor) == ["entries_due"]
    assert await kinds_for(notifications, tenant, lena) == []
