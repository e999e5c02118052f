"""Opening a dossier without access in an emergency, the notices, the review, and what happens without one (S52)."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.commands import REVIEW_OVERDUE, escalate_unreviewed
from services.cases.dossiers.deadlines import WorkingDays, working_days
from services.cases.dossiers.queries import dossier_by_id
from shared.auth import Compartment, Permission, Principal
from shared.contracts.cases import BreakGlassEscalated, BreakGlassUsed, DossierRef, WriteEntry
from shared.contracts.dossier_access import (
    CONFLICT_REASONS,
    AssignHolder,
    BreakGlass,
    BreakGlassOpened,
    BreakGlassView,
    DeclareConflict,
    GrantAccess,
    ReviewBreakGlass,
)
from shared.db import uuid7
from shared.errors import NotFound
from shared.timers import TimerWorker
from tests.service.cases.conftest import (
    CARE,
    COORDINATOR,
    WORKER,
    audited,
    field_codes,
    listed,
    opened,
    problem,
    seen,
)
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

TEXT = "Slachtoffer staat in paniek aan het onthaal"


async def broken(cases: ServiceUnderTest, ref: DossierRef, by: Principal) -> BreakGlassOpened:
    command = BreakGlass(dossier_number=ref.number.lower(), reason="client_at_desk", text=TEXT)
    return cases.read(await cases.post("/break-glass", command, by=by), BreakGlassOpened)


async def uses_seen(cases: ServiceUnderTest, by: Principal) -> list[BreakGlassView]:
    return cases.read(await cases.get("/break-glass", by=by), list[BreakGlassView])


async def test_it_opens_reading_for_an_hour(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal
) -> None:
    ref = await opened(cases, worker)
    before = datetime.now(UTC)

    use = await broken(cases, ref, colleague)

    access = (await seen(cases, ref, colleague)).access
    assert (access.ground, access.may_write, access.ends_at) == ("break_glass", False, use.ends_at)
    assert timedelta(minutes=60) <= use.ends_at - before < timedelta(minutes=61)
    assert use.review_by == working_days(before, 5, WorkingDays()).on
    assert (await listed(cases, colleague)).count == 1
    answer = await cases.post(f"/dossiers/{ref.dossier_id}/entries", WriteEntry(text="x"), by=colleague)
    assert problem(answer) == (403, "read_only")


@pytest.mark.parametrize("act", ["holder", "grants", "conflicts"])
async def test_it_is_reading_alone_also_for_who_may_let_people_into_dossiers(
    cases: ServiceUnderTest, worker: Principal, tenant: str, act: str
) -> None:
    ref = await opened(cases, worker)
    assigner = principal(tenant, *WORKER, Permission.DOSSIER_ASSIGN, compartments=CARE)
    await broken(cases, ref, assigner)
    command = {
        "holder": AssignHolder(user_id=assigner.user_id),
        "grants": GrantAccess(ground="grant", user_id=assigner.user_id, may_write=True),
        "conflicts": DeclareConflict(reason=CONFLICT_REASONS[0], user_id=worker.user_id),
    }[act]

    answer = await cases.post(f"/dossiers/{ref.dossier_id}/{act}", command, by=assigner)

    assert problem(answer) == (403, "read_only")
    assert (await seen(cases, ref, worker)).access.may_write
    assert not (await seen(cases, ref, assigner)).access.may_write


async def test_who_finds_somebody_near_to_him_in_it_can_say_so(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal
) -> None:
    ref = await opened(cases, worker)
    await broken(cases, ref, colleague)

    answer = await cases.post(
        f"/dossiers/{ref.dossier_id}/conflicts", DeclareConflict(reason=CONFLICT_REASONS[0]), by=colleague
    )

    assert answer.is_success
    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}", by=colleague)) == (404, "not_found")


async def test_a_judgement_at_the_moment_of_its_deadline_does_not_wait_for_ever(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    use = await broken(cases, ref, colleague)
    late = use.ends_at + timedelta(days=11)
    judging = asyncio.Event()

    async def escalate_slowly(session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
        await judging.wait()
        await escalate_unreviewed(session, tenant, ref, now=now)

    timer = asyncio.create_task(
        TimerWorker(cases.database, {REVIEW_OVERDUE: escalate_slowly}, client=cases.runtime.client).run_due(
            now=late
        )
    )
    await asyncio.sleep(0.1)
    judgement = asyncio.create_task(
        cases.post(
            f"/break-glass/{use.break_glass_id}/review", ReviewBreakGlass(verdict="justified"), by=coordinator
        )
    )
    await asyncio.sleep(0.2)
    judging.set()

    assert (await judgement).is_success
    await timer


async def test_after_the_hour_it_is_over(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal
) -> None:
    ref = await opened(cases, worker)
    use = await broken(cases, ref, colleague)

    async with cases.transaction(worker.tenant) as session:
        await dossier_by_id(session, colleague, ref.dossier_id, now=use.ends_at - timedelta(seconds=1))
        with pytest.raises(NotFound):
            await dossier_by_id(session, colleague, ref.dossier_id, now=use.ends_at)


async def test_the_holder_and_the_reviewers_are_told_and_the_dossier_shows_it(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, tenant: str
) -> None:
    ref = await opened(cases, worker)

    use = await broken(cases, ref, colleague)

    told = [each for each in await cases.published(tenant) if isinstance(each, BreakGlassUsed)]
    assert [(each.break_glass_id, each.user_id, each.holder) for each in told] == [
        (use.break_glass_id, colleague.user_id, worker.user_id)
    ]
    entry = (await seen(cases, ref, worker)).timeline[0]
    assert (entry.code, entry.author, entry.details) == (
        "break_glass_used", colleague.user_id, {"reason": "client_at_desk"},
    )  # fmt: skip
    assert [row["subject_id"] for row in await audited(cases, tenant, "break_glass")] == [ref.dossier_id]


@pytest.mark.parametrize(
    ("reason", "text", "codes"),
    [
        ("curious", TEXT, {"reason": "not_a_choice"}),
        ("safety", "te kort", {"text": "too_short"}),
        ("safety", "x" + " " * 25, {"text": "too_short"}),
    ],
)
async def test_a_reason_and_an_explanation_are_asked(
    cases: ServiceUnderTest,
    worker: Principal,
    colleague: Principal,
    reason: str,
    text: str,
    codes: dict[str, str],
) -> None:
    ref = await opened(cases, worker)

    answer = await cases.post(
        "/break-glass", {"dossier_number": ref.number, "reason": reason, "text": text}, by=colleague
    )

    assert answer.status_code == 422
    assert field_codes(answer) == codes


async def test_unknown_another_tenants_and_another_compartments_number_get_the_same_answer(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, other_tenant: str, tenant: str
) -> None:
    ref = await opened(cases, worker)
    elsewhere = principal(other_tenant, *WORKER, compartments=CARE)
    social_worker = principal(tenant, *WORKER, compartments=(Compartment.SOC_AID, Compartment.STAFF_CARE))

    for who, number in ((colleague, "SPOT-2020-0001"), (elsewhere, ref.number), (social_worker, ref.number)):
        command = BreakGlass(dossier_number=number, reason="safety", text=TEXT)
        assert problem(await cases.post("/break-glass", command, by=who)) == (404, "not_found")


async def test_who_has_access_does_not_need_it(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)
    command = BreakGlass(dossier_number=ref.number, reason="safety", text=TEXT)

    assert problem(await cases.post("/break-glass", command, by=worker)) == (409, "access_not_needed")


async def test_without_the_permission_it_is_refused(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    ref = await opened(cases, worker)
    reader = principal(tenant, Permission.DOSSIER_READ, compartments=CARE)
    command = BreakGlass(dossier_number=ref.number, reason="safety", text=TEXT)

    assert problem(await cases.post("/break-glass", command, by=reader)) == (403, "forbidden")


async def test_with_three_unreviewed_there_is_no_fourth_even_for_an_unknown_number(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    refs = [await opened(cases, worker) for _ in range(4)]
    uses = [await broken(cases, ref, colleague) for ref in refs[:3]]

    for number in (refs[3].number, "SPOT-2020-9999"):
        command = BreakGlass(dossier_number=number, reason="safety", text=TEXT)
        assert problem(await cases.post("/break-glass", command, by=colleague)) == (409, "reviews_open")

    await cases.post(
        f"/break-glass/{uses[0].break_glass_id}/review", ReviewBreakGlass(verdict="justified"), by=coordinator
    )
    await broken(cases, refs[3], colleague)


async def test_a_coordinator_judges_it_justified(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    use = await broken(cases, ref, colleague)
    waiting = await uses_seen(cases, coordinator)
    assert [(each.state, each.dossier_number, each.text) for each in waiting] == [("open", ref.number, TEXT)]

    answer = await cases.post(
        f"/break-glass/{use.break_glass_id}/review",
        ReviewBreakGlass(verdict="justified", note="Terecht"),
        by=coordinator,
    )

    view = cases.read(answer, BreakGlassView)
    assert (view.state, view.reviewed_by, view.review_note) == ("justified", coordinator.user_id, "Terecht")
    assert not view.escalated
    await cases.run_timers(datetime.now(UTC) + timedelta(days=11))
    announced = await cases.published(worker.tenant)
    assert not [each for each in announced if isinstance(each, BreakGlassEscalated)]
    assert (await seen(cases, ref, worker)).timeline[0].details == {"verdict": "justified"}


async def test_not_justified_goes_to_the_dpo_with_a_note(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    use = await broken(cases, await opened(cases, worker), colleague)
    path = f"/break-glass/{use.break_glass_id}/review"

    without = await cases.post(path, ReviewBreakGlass(verdict="not_justified"), by=coordinator)
    answer = await cases.post(
        path, ReviewBreakGlass(verdict="not_justified", note="Nieuwsgierigheid"), by=coordinator
    )
    again = await cases.post(path, ReviewBreakGlass(verdict="justified"), by=coordinator)

    assert field_codes(without) == {"note": "required"}
    assert cases.read(answer, BreakGlassView).escalated
    assert problem(again) == (409, "already_reviewed")
    escalated = [
        each for each in await cases.published(worker.tenant) if isinstance(each, BreakGlassEscalated)
    ]
    assert [each.why for each in escalated] == ["not_justified"]


async def test_unreviewed_after_ten_days_goes_to_the_dpo_once(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal
) -> None:
    ref = await opened(cases, worker)
    await broken(cases, ref, colleague)
    later = datetime.now(UTC)

    for days in (9, 11, 12):
        await cases.run_timers(later + timedelta(days=days))

    escalated = [
        each for each in await cases.published(worker.tenant) if isinstance(each, BreakGlassEscalated)
    ]
    assert [each.why for each in escalated] == ["not_reviewed"]
    assert (await seen(cases, ref, worker)).timeline[0].code == "break_glass_escalated"


async def test_nobody_judges_his_own(cases: ServiceUnderTest, worker: Principal, tenant: str) -> None:
    reviewer = principal(tenant, *WORKER, Permission.BREAK_GLASS_REVIEW, compartments=CARE)
    use = await broken(cases, await opened(cases, worker), reviewer)

    answer = await cases.post(
        f"/break-glass/{use.break_glass_id}/review", ReviewBreakGlass(verdict="justified"), by=reviewer
    )

    assert problem(answer) == (403, "own_break_glass")


async def test_the_dpo_judges_without_seeing_the_dossier(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, tenant: str
) -> None:
    dpo = principal(tenant, Permission.BREAK_GLASS_REVIEW, Permission.AUDIT_READ)
    ref = await opened(cases, worker)
    use = await broken(cases, ref, colleague)

    assert [each.break_glass_id for each in await uses_seen(cases, dpo)] == [use.break_glass_id]
    answer = await cases.post(
        f"/break-glass/{use.break_glass_id}/review", ReviewBreakGlass(verdict="justified"), by=dpo
    )

    assert answer.status_code == 200
    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}", by=dpo)) == (403, "forbidden")


async def test_a_reviewer_elsewhere_sees_and_judges_nothing(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal, tenant: str
) -> None:
    use = await broken(cases, await opened(cases, worker), colleague)
    other_compartment = principal(
        tenant,
        *(each for each in COORDINATOR if each != Permission.AUDIT_READ),
        compartments=(Compartment.SOC_AID,),
    )

    for who in (stranger, other_compartment):
        assert await uses_seen(cases, who) == []
        for break_glass_id in (use.break_glass_id, uuid7()):
            answer = await cases.post(
                f"/break-glass/{break_glass_id}/review", ReviewBreakGlass(verdict="justified"), by=who
            )
            assert problem(answer) == (404, "not_found")
