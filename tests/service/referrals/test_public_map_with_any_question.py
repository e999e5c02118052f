"""Whatever somebody sends to the public map, right or wrong: schemathesis over the OpenAPI document that is served."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode

from services.referrals.hsds.openapi import document
from services.referrals.social_map.models import EDITORIAL_TENANT
from tests.service.referrals.small_map import small_map
from tests.support.service import ServiceUnderTest

BASE = f"http://referrals/hsds/{EDITORIAL_TENANT}"
EXAMPLES = 8
"""For each operation and each way; more of them find nothing more and take long."""


def operations() -> Iterator[tuple[str, str]]:
    for path, methods in document(BASE)["paths"].items():
        for method in methods:
            yield path, method


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize(("path", "method"), list(operations()), ids=str)
async def test_every_question_is_answered_as_the_document_says(
    referrals: ServiceUnderTest, path: str, method: str, mode: GenerationMode
) -> None:
    await small_map(referrals)
    served = (await referrals.get(f"/hsds/{EDITORIAL_TENANT}/openapi.json")).json()
    operation = schemathesis.openapi.from_dict(served)[path][method.upper()]
    if mode is GenerationMode.NEGATIVE and not (
        operation.query or operation.body or operation.path_parameters
    ):
        return
    loop = asyncio.get_running_loop()

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        sent: Any = requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()
        request = httpx.Request(sent.method, sent.url, headers=dict(sent.headers), content=sent.body)
        response = asyncio.run_coroutine_threadsafe(referrals.http.send(request), loop).result()
        case.validate_response(response)

    await asyncio.to_thread(ask)
