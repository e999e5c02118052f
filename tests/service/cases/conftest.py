"""The cases service, people who work with dossiers, and a call-out that was closed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

import services.cases
from services.cases.app import build
from shared.auth import Compartment, Permission, Principal
from shared.contracts.aftercare import AftercareView
from shared.contracts.call_outs import CallOutTime, CallOutView
from shared.contracts.cases import DossierPage, DossierRef, DossierView, OpenDossier
from shared.contracts.persons import AddPerson, PersonRef
from shared.contracts.rostering import CallOutClosed
from shared.contracts.tasks import TaskView
from shared.db import driver_of, uuid7
from shared.errors import ProblemDetails
from tests.conftest import Serve
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

WORKER = (
    Permission.DOSSIER_READ,
    Permission.DOSSIER_OPEN,
    Permission.DOSSIER_WRITE,
    Permission.BREAK_GLASS_OPEN,
)
COORDINATOR = (
    Permission.DOSSIER_READ, Permission.DOSSIER_ASSIGN, Permission.DOSSIER_SUPERVISE, Permission.AUDIT_READ,
    Permission.BREAK_GLASS_REVIEW,
)  # fmt: skip
CARE = (Compartment.POL_CARE,)


@pytest.fixture
async def cases(serve: Serve) -> ServiceUnderTest:
    return await serve(build, "cases")


@pytest.fixture
def worker(tenant: str) -> Principal:
    """Lena: she holds what she opens."""
    return principal(tenant, *WORKER, compartments=CARE)


@pytest.fixture
def colleague(tenant: str) -> Principal:
    """Tom: the same rights, other dossiers."""
    return principal(tenant, *WORKER, compartments=CARE)


@pytest.fixture
def coordinator(tenant: str) -> Principal:
    return principal(tenant, *COORDINATOR, compartments=CARE)


@pytest.fixture
def stranger(other_tenant: str) -> Principal:
    """Every right there is, in another tenant."""
    return principal(other_tenant, *Permission, compartments=tuple(Compartment))


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status and code of a refusal."""
    details = msgspec.json.decode(answer.content, type=ProblemDetails)
    return answer.status_code, details.code


def field_codes(answer: httpx.Response) -> dict[str, str]:
    """The code of each field that was refused."""
    details = msgspec.json.decode(answer.content, type=ProblemDetails)
    return {error.field: error.code for error in details.errors}


async def brought_up_to_date(cases: ServiceUnderTest, tenant: str, migration: str) -> None:
    """A migration of the tenant's schema, once more, over what stands in it now."""
    sql = (Path(services.cases.__file__).parent / "migrations" / "tenant" / f"{migration}.sql").read_text()
    async with cases.transaction(tenant) as session:
        await driver_of(session).execute(sql)


async def opened(
    cases: ServiceUnderTest,
    by: Principal,
    incident_type: str = "robbery_violence",
    *,
    beside: DossierRef | None = None,
    **facts: str,
) -> DossierRef:
    command = OpenDossier(
        incident_type=incident_type,
        place=facts.pop("place", "Grote Markt 1, Aalst"),
        beside=beside.dossier_id if beside else None,
        summary=facts.pop("summary", ""),
        pv_number=facts.pop("pv_number", ""),
    )
    assert not facts
    return cases.read(await cases.post("/dossiers", command, by=by), DossierRef)


async def seen(cases: ServiceUnderTest, ref: DossierRef, by: Principal) -> DossierView:
    return cases.read(await cases.get(f"/dossiers/{ref.dossier_id}", by=by), DossierView)


async def audited(cases: ServiceUnderTest, tenant: str, action: str) -> list[Any]:
    """The audit rows of an action, in order, with their details as they are stored."""
    async with cases.transaction(tenant) as session:
        rows = await driver_of(session).fetch("SELECT * FROM audit WHERE action = $1 ORDER BY id", action)
    return list(rows)


async def listed(cases: ServiceUnderTest, by: Principal, **params: str) -> DossierPage:
    return cases.read(await cases.get("/dossiers", by=by, **params), DossierPage)


def closed_call_out(cases: ServiceUnderTest, by: Principal, *, opens_dossier: bool = True) -> CallOutClosed:
    """A fatal traffic accident in the night of Monday 2 March 2026 (S01), closed at 05:30; rostering knows it."""
    event = CallOutClosed(
        id=uuid7(),
        occurred_at=datetime(2026, 3, 2, 4, 30, tzinfo=UTC),
        tenant=by.tenant,
        actor=by.user_id,
        call_out_id=uuid7(),
        incident_type="death_traffic",
        accepted_by=by.user_id,
        opens_dossier=opens_dossier,
    )
    cases.answers_of("rostering")[f"GET /call-outs/{event.call_out_id}"] = CallOutView(
        call_out_id=event.call_out_id,
        number="OPR-2026-0007",
        state="closed",
        incident_type="death_traffic",
        place="Gentsesteenweg 40, Aalst",
        summary="Dodelijk ongeval, ouders te verwittigen",
        requested_by="Dispatching Aalst",
        requested_by_user=uuid7(),
        contact_on_site="Hoofdinspecteur Claes",
        contact_phone="+32470123456",
        urgency="now",
        present="moeder, broer",
        already_informed="",
        safety="",
        languages=["nl"],
        minors_present=True,
        bad_news=True,
        pv_number="AA.12.L1.000123/2026",
        prosecutor_informed=True,
        requested_at=datetime(2026, 3, 2, 1, 10, tzinfo=UTC),
        accepted_by=by.user_id,
        attempts=[],
        times=[
            CallOutTime(state="requested", at=datetime(2026, 3, 2, 1, 10, tzinfo=UTC)),
            CallOutTime(state="accepted", at=datetime(2026, 3, 2, 1, 14, tzinfo=UTC), user_id=by.user_id),
            CallOutTime(state="on_site", at=datetime(2026, 3, 2, 1, 50, tzinfo=UTC), user_id=by.user_id),
            CallOutTime(state="closed", at=datetime(2026, 3, 2, 4, 30, tzinfo=UTC), user_id=by.user_id),
        ],
    )
    return event


async def aftercare_of(cases: ServiceUnderTest, ref: DossierRef, by: Principal) -> AftercareView:
    return cases.read(await cases.get(f"/dossiers/{ref.dossier_id}/aftercare", by=by), AftercareView)


async def person_in(cases: ServiceUnderTest, ref: DossierRef, by: Principal, **facts: Any) -> UUID:
    """Somebody new in a dossier; returns who."""
    answer = await cases.post(f"/dossiers/{ref.dossier_id}/persons", AddPerson(**facts), by=by)
    return cases.read(answer, PersonRef).person_id


async def task_of(cases: ServiceUnderTest, ref: DossierRef, by: Principal, kind: str) -> TaskView:
    """The first open task of a kind."""
    dossier = await seen(cases, ref, by)
    return next(task for task in dossier.tasks if task.kind == kind and task.state == "open")


async def open_kinds(cases: ServiceUnderTest, ref: DossierRef, by: Principal) -> list[str]:
    return sorted(task.kind for task in (await seen(cases, ref, by)).tasks if task.state == "open")
