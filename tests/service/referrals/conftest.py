"""The referrals service, the editorial office and people who read and keep the social map."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from services.referrals.app import build
from services.referrals.social_map.models import EDITORIAL_TENANT
from services.referrals.social_map.writing import Draft
from shared.auth import Permission, Principal
from shared.db import driver_of
from shared.errors import ProblemDetails
from tests.conftest import Serve
from tests.service.referrals.at_a_partner import Partner
from tests.service.referrals.loop import Loop, open_loop
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
async def referrals(serve: Serve) -> ServiceUnderTest:
    """The service, with an editorial office whose shared layer is empty."""
    service = await serve(build, "referrals")
    await service.provision(EDITORIAL_TENANT, kind="editorial_office")
    async with service.transaction(EDITORIAL_TENANT) as session:
        await driver_of(session).execute(
            "DELETE FROM platform.map_changes; DELETE FROM platform.map_entries; DELETE FROM platform.map_search;"
            "DELETE FROM platform.map_words; DELETE FROM platform.map_synonyms"
        )
    return service


@pytest.fixture
def noor() -> Principal:
    """An editor of the shared layer."""
    return principal(EDITORIAL_TENANT, Permission.SOCIAL_MAP_READ, Permission.SOCIAL_MAP_EDIT)


@pytest.fixture
def editor(tenant: str) -> Principal:
    """Somebody who keeps the own layer of a tenant."""
    return principal(tenant, Permission.SOCIAL_MAP_READ, Permission.SOCIAL_MAP_EDIT)


@pytest.fixture
def reader(tenant: str) -> Principal:
    return principal(tenant, Permission.SOCIAL_MAP_READ)


@pytest.fixture
def stranger(other_tenant: str) -> Principal:
    """Every right there is, in another tenant."""
    return principal(other_tenant, *Permission)


@pytest.fixture
async def loop(referrals: ServiceUnderTest, tenant: str, other_tenant: str) -> Loop:
    """A sender, a recipient and what lies between them."""
    return await open_loop(referrals, tenant, other_tenant)


@pytest.fixture
async def partner(loop: Loop) -> Partner:
    return Partner(loop)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status and code of a refusal."""
    details = msgspec.json.decode(answer.content, type=ProblemDetails)
    return answer.status_code, details.code


def field_codes(answer: httpx.Response) -> dict[str, str]:
    """The code of each field that was refused."""
    details = msgspec.json.decode(answer.content, type=ProblemDetails)
    return {error.field: error.code for error in details.errors}


def organization(name: str = "CAW Oost-Vlaanderen", **content: Any) -> Draft:
    return Draft(kind="organization", source_id=name, content={"name": name, **content})


def service(
    name: str = "Slachtofferhulp", organization_id: UUID | None = None, source_id: str = "", **content: Any
) -> Draft:
    return Draft(
        kind="service",
        source_id=source_id or name,
        organization_id=organization_id,
        content={"name": name, **content},
    )
