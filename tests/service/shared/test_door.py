"""The edge of every service."""

from shared.auth import Permission
from shared.db import driver_of
from tests.service.shared.floor import Count, Counted
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


async def test_a_command_runs_once_for_its_key(service: ServiceUnderTest, tenant: str) -> None:
    who = principal(tenant)

    first = await service.post("/counts", Count(1), by=who, key="the-same-key")
    second = await service.post("/counts", Count(1), by=who, key="the-same-key")

    assert first.status_code == 201
    assert second.content == first.content
    assert len(await service.published(tenant)) == 1


async def test_a_key_is_not_good_for_something_else(service: ServiceUnderTest, tenant: str) -> None:
    who = principal(tenant)
    await service.post("/counts", Count(1), by=who, key="the-same-key")

    answer = await service.post("/counts", Count(2), by=who, key="the-same-key")

    assert answer.status_code == 409
    assert answer.json()["code"] == "idempotency_key_reused"


async def test_a_refusal_is_audited_though_its_transaction_is_rolled_back(
    service: ServiceUnderTest, tenant: str
) -> None:
    who = principal(tenant, Permission.DOSSIER_READ)

    answer = await service.get(f"/counts/{who.user_id}", by=who)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    async with service.transaction(tenant) as session:
        rows = await driver_of(session).fetch("SELECT action, outcome, user_id FROM audit")
    assert [tuple(row) for row in rows] == [("look", "refused", who.user_id)]


async def test_without_the_permission_nothing_is_told(service: ServiceUnderTest, tenant: str) -> None:
    who = principal(tenant)

    answer = await service.get(f"/counts/{who.user_id}", by=who)

    assert answer.status_code == 403
    assert answer.json()["code"] == "forbidden"


async def test_without_a_token_nobody_enters(service: ServiceUnderTest) -> None:
    answer = await service.post("/counts", Count(1))

    assert answer.status_code == 401


async def test_a_wrong_body_names_each_wrong_field_by_code(service: ServiceUnderTest, tenant: str) -> None:
    answer = await service.post("/counts", {"by": "many"}, by=principal(tenant))

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "by", "code": "wrong_type"}]


async def test_the_answer_is_the_struct(service: ServiceUnderTest, tenant: str) -> None:
    answer = await service.post("/counts", Count(3), by=principal(tenant))

    assert service.read(answer, Counted) == Counted(1)
