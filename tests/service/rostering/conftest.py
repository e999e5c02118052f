"""Rostering with people of one zone: a dispatcher, those on call, a coordinator."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.rostering.app import build
from shared.auth import Permission, Principal
from shared.contracts.call_outs import CallOutRef, CallOutView, RequestCallOut
from shared.contracts.rostering import PlanShift, ShiftRef
from tests.conftest import Serve
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

ANSWERS = (Permission.CALL_OUT_ANSWER, Permission.ON_CALL_READ, Permission.ROSTER_READ)
DISPATCHES = (Permission.CALL_OUT_REQUEST, Permission.CALL_OUT_READ, Permission.ON_CALL_READ)
COORDINATES = (
    *ANSWERS,
    Permission.ROSTER_MANAGE,
    Permission.CALL_OUT_READ,
    Permission.CALL_OUT_MANAGE,
    Permission.CALL_OUT_VALIDATE,
)


@dataclass
class Zone:
    """A tenant's people and what they can do with few words."""

    service: ServiceUnderTest
    tenant: str
    dispatcher: Principal
    coordinator: Principal
    lena: Principal
    tom: Principal
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def plan(
        self, who: Principal, level: str, *, begins: timedelta = timedelta(hours=-2), hours: float = 12
    ) -> ShiftRef:
        starts_at = self.now + begins
        shift = PlanShift(
            user_id=who.user_id, level=level, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours)
        )
        return self.service.read(await self.service.post("/shifts", shift, by=self.coordinator), ShiftRef)

    async def request(self, **changes: Any) -> UUID:
        answer = await self.service.post("/call-outs", briefing(**changes), by=self.dispatcher)
        return self.service.read(answer, CallOutRef).call_out_id

    async def act(
        self, call_out_id: UUID, act: str, by: Principal, data: dict[str, Any] | None = None
    ) -> httpx.Response:
        return await self.service.post(f"/call-outs/{call_out_id}/{act}", data, by=by)

    async def see(self, call_out_id: UUID, by: Principal | None = None) -> CallOutView:
        answer = await self.service.get(f"/call-outs/{call_out_id}", by=by or self.dispatcher)
        return self.service.read(answer, CallOutView)

    async def outcomes(self, call_out_id: UUID) -> list[tuple[str, str]]:
        return [(each.level, each.outcome) for each in (await self.see(call_out_id)).attempts]

    async def announced(self) -> list[str]:
        """The call-outs' events so far, without the roster's."""
        names = [type(event).__name__ for event in await self.service.published(self.tenant)]
        return [name for name in names if name not in {"RosterChanged", "DutyChanged"}]


def briefing(**changes: Any) -> RequestCallOut:
    facts: dict[str, Any] = {
        "incident_type": "death_traffic",
        "place": "Gentsesteenweg 12, Aalst",
        "summary": "Aanrijding met dodelijke afloop",
        **changes,
    }
    return RequestCallOut(**facts)


def problem(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def fields(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 422, response.text
    return {error["field"]: error["code"] for error in response.json()["errors"]}


@pytest.fixture
async def rostering(serve: Serve) -> ServiceUnderTest:
    return await serve(build, "rostering")


MakeZone = Callable[[str], Zone]


@pytest.fixture
def make_zone(rostering: ServiceUnderTest) -> MakeZone:
    def make(tenant: str) -> Zone:
        return Zone(
            rostering,
            tenant,
            dispatcher=principal(tenant, *DISPATCHES),
            coordinator=principal(tenant, *COORDINATES),
            lena=principal(tenant, *ANSWERS),
            tom=principal(tenant, *ANSWERS),
        )

    return make


@pytest.fixture
def zone(make_zone: MakeZone, tenant: str) -> Zone:
    return make_zone(tenant)


@pytest.fixture
async def staffed(zone: Zone) -> Zone:
    """Lena first, Tom as backup, the coordinator last."""
    await zone.plan(zone.lena, "primary")
    await zone.plan(zone.tom, "backup")
    await zone.plan(zone.coordinator, "coordinator")
    return zone


Wait = Callable[[int], Awaitable[None]]


@pytest.fixture
def minutes_later(rostering: ServiceUnderTest) -> Wait:
    """Let the timers run as if it were so many minutes later."""

    async def run(minutes: int) -> None:
        await rostering.run_timers(datetime.now(UTC) + timedelta(minutes=minutes))

    return run
