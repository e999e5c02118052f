"""Referrals in numbers: of all of the tenant, also for who may see none; small ones hidden; nothing of another tenant."""

from datetime import date

from services.referrals.referring.terms import morning_of
from shared.auth import Permission
from shared.contracts.referring import AnswerReferral
from shared.contracts.statistics import NoteExport, Statistics
from shared.db import driver_of
from tests.service.referrals.conftest import field_codes, problem
from tests.service.referrals.loop import Loop
from tests.support.principals import principal


async def counted(
    loop: Loop, tenant: str, starts_on: date | None = None
) -> dict[str, tuple[int | None, dict[str, int | None]]]:
    chief = principal(tenant, Permission.STATISTICS_READ)
    asked = {"from": starts_on.isoformat()} if starts_on else {}
    answer = loop.read(await loop.service.get("/statistics", by=chief, **asked), Statistics)
    return {
        each.code: (each.total, {cell.key: cell.value for cell in each.cells if cell.value})
        for each in answer.figures
    }


async def test_offered_sent_answered_and_what_came_of_it(loop: Loop) -> None:
    for _ in range(5):
        ref = await loop.sent(loop.on_paper)
        for answer in ({"answer": "first_contact_made"}, {"answer": "closed", "outcome": "helped"}):
            assert (await loop.post(f"/referrals/{ref.referral_id}/answer", answer)).is_success

    found = await counted(loop, loop.lena.tenant)

    assert found["referrals_answered"] == (5, {"in_time": 5})
    assert found["referral_results"] == (5, {"helped": 5})
    assert found["referral_answers"][0] is None, "one person and one service: one answer, and one is hidden"


async def test_small_numbers_are_hidden_and_another_tenant_has_none(loop: Loop) -> None:
    await loop.sent(loop.on_paper)

    assert (await counted(loop, loop.lena.tenant))["referrals_answered"] == (None, {})
    assert (await counted(loop, loop.karim.tenant))["referrals_answered"] == (0, {})


async def test_numbers_need_a_right_a_period_and_an_export_is_kept(loop: Loop) -> None:
    chief = principal(loop.lena.tenant, Permission.STATISTICS_READ)

    assert problem(await loop.service.get("/statistics", by=loop.lena)) == (403, "forbidden")
    wrong = await loop.service.get("/statistics", by=chief, **{"from": "2026-03-02"})
    assert field_codes(wrong) == {"from": "period_not_offered"}
    period = loop.read(await loop.service.get("/statistics", by=chief), Statistics)
    kept = await loop.post(
        "/statistics/exports", NoteExport(starts_on=period.starts_on, form="csv"), by=chief
    )
    assert kept.is_success


async def test_what_was_answered_in_time_and_written_down_late_was_answered_in_time(loop: Loop) -> None:
    sent, answered = date(2026, 3, 2), date(2026, 3, 4)
    for _ in range(5):
        ref = await loop.sent(loop.on_paper)
        async with loop.service.transaction(loop.lena.tenant) as session:
            await driver_of(session).execute(
                "UPDATE referrals SET sent_at = $2, answer_by = $3 WHERE id = $1",
                ref.referral_id, morning_of(sent), answered,
            )  # fmt: skip
        told = AnswerReferral(answer="accepted", on=answered)
        assert (await loop.post(f"/referrals/{ref.referral_id}/answer", told)).is_success

    found = await counted(loop, loop.lena.tenant, sent.replace(month=1, day=1))

    assert found["referrals_answered"] == (5, {"in_time": 5})
