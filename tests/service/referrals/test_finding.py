"""Finding a service: words in four languages, filters, both layers, and nothing for another tenant."""

from typing import Any
from uuid import UUID

import pytest

from services.referrals.social_map.models import EDITORIAL_TENANT, layer_of
from services.referrals.social_map.writing import EDITORS, Draft, write
from shared.auth import Principal
from shared.contracts.service_search import FindServices, FoundServices
from shared.db import uuid7
from tests.service.referrals.conftest import NOW, service
from tests.support.service import ServiceUnderTest


async def put(under_test: ServiceUnderTest, tenant: str, *drafts: Draft) -> list[UUID]:
    """Write entries as an editor of the tenant."""
    async with under_test.transaction(tenant) as session:
        written = await write(session, layer_of(tenant), drafts, source=EDITORS, by=uuid7(), now=NOW)
    return [*written.created, *written.changed, *written.unchanged]


async def find(under_test: ServiceUnderTest, by: Principal, **wish: Any) -> FoundServices:
    answer = await under_test.post("/services/search", FindServices(**wish), by)
    return under_test.read(answer, FoundServices)


def names(found: FoundServices) -> list[str]:
    return [each.name for each in found.hits]


@pytest.mark.parametrize(
    "words",
    [
        "slachtofferhulp",
        "Slachtofferhulp",
        "slachtofer hulp",
        "slachtofferhulpp",
        "aide aux victimes",
        "Opferhilfe",
        "victim support",
        "slachtoffer",
        "hulp aan slachtoffers",
    ],
)
async def test_victim_help_is_found_in_four_languages_and_with_typing_errors(
    referrals: ServiceUnderTest, reader: Principal, words: str
) -> None:
    await put(
        referrals,
        EDITORIAL_TENANT,
        service("Slachtofferhulp", description="Voor wie een misdrijf of een ongeval meemaakte"),
        service("Kringwinkel", description="Tweedehandse meubels en kleren"),
    )

    assert names(await find(referrals, reader, words=words)) == ["Slachtofferhulp"]
