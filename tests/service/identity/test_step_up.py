"""Showing the second factor again before a sensitive act."""

from datetime import UTC, datetime, timedelta

import pytest

from services.identity.account import commands
from services.identity.vault import VAULT
from shared.contracts.identity import StepUp
from shared.errors import StepUpNeeded
from tests.service.identity.conftest import Hire
from tests.support.service import ServiceUnderTest


async def test_the_next_token_carries_the_moment(identity: ServiceUnderTest, hire: Hire, tenant: str) -> None:
    person = await hire()
    signed_in = await person.sign_in()
    who = await person.principal(signed_in)
    later = datetime.now(UTC) + timedelta(hours=1)
    with pytest.raises(StepUpNeeded):
        who.require_recent_second_factor(now=later)

    async with identity.transaction(tenant) as session:
        session.info[VAULT] = identity.service.carries[VAULT]
        await commands.step_up(session, who, StepUp(code=person.code(later)), now=later)

    (await person.principal(signed_in)).require_recent_second_factor(now=later + timedelta(minutes=14))


async def test_a_double_click_with_one_code_is_one_step_up(identity: ServiceUnderTest, hire: Hire) -> None:
    person = await hire()
    who = await person.principal()
    code = person.code()

    answers = [
        await identity.post("/me/step-up", StepUp(code=code), who, key="one-click-only") for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]


async def test_a_code_that_was_used_is_refused_at_its_field(identity: ServiceUnderTest, hire: Hire) -> None:
    person = await hire()
    who = await person.principal()
    code = person.code()
    await identity.post("/me/step-up", StepUp(code=code), who)

    answer = await identity.post("/me/step-up", StepUp(code=code), who)

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "code", "code": "code_wrong"}]


async def test_without_a_session_there_is_nothing_to_step_up(identity: ServiceUnderTest, hire: Hire) -> None:
    person = await hire()
    who = await person.principal()
    await identity.post("/sign-out", by=who)

    answer = await identity.post("/me/step-up", StepUp(code=person.code()), who)

    assert (answer.status_code, answer.json()["code"]) == (401, "session_over")
