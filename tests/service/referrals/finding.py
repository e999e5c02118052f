"""What tests of finding a service share: entries of a layer, and a search."""

from typing import Any
from uuid import UUID

from services.referrals.social_map.models import EDITORS, layer_of
from services.referrals.social_map.writing import Draft, write
from shared.auth import Principal
from shared.contracts.service_search import (
    FindServices,
    FoundServices,
)
from shared.db import uuid7
from tests.service.referrals.conftest import NOW, service
from tests.support.service import ServiceUnderTest


async def put(under_test: ServiceUnderTest, tenant: str, *drafts: Draft) -> list[UUID]:
    """Write entries as an editor of the tenant."""
    async with under_test.transaction(tenant) as session:
        written = await write(session, layer_of(tenant), drafts, source=EDITORS, by=uuid7(), now=NOW)
    return [*written.created, *written.changed, *written.unchanged]


async def put_at(
    under_test: ServiceUnderTest, tenant: str, name: str, location: dict[str, Any], **content: Any
) -> UUID:
    """A service with the one place where it is given."""
    (service_id,) = await put(under_test, tenant, service(name, **content))
    at = Draft(kind="location", source_id=name, content={"name": name, **location})
    (location_id,) = await put(under_test, tenant, at)
    link = Draft(
        kind="service_at_location",
        source_id=name,
        content={},
        service_id=service_id,
        location_id=location_id,
    )
    await put(under_test, tenant, link)
    return service_id


def at(postal_code: str, city: str) -> dict[str, Any]:
    return {
        "addresses": [{"address_1": "Markt 1", "postal_code": postal_code, "city": city, "country": "BE"}]
    }


async def find(under_test: ServiceUnderTest, by: Principal, **wish: Any) -> FoundServices:
    answer = await under_test.post("/services/search", FindServices(**wish), by)
    return under_test.read(answer, FoundServices)


def names(found: FoundServices) -> list[str]:
    return [each.name for each in found.hits]
