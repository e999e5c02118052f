"""A service with nothing of its own: the floor alone."""

import pytest

from shared.runtime import Service
from shared.settings import Settings, read
from tests.conftest import Serve
from tests.service.shared import floor
from tests.support.service import ServiceUnderTest


@pytest.fixture
async def service(serve: Serve) -> ServiceUnderTest:
    return await serve(
        lambda: Service(
            name="floor",
            settings=read(Settings),
            routes=floor.ROUTES,
            timers=floor.TIMERS,
            subscriptions=floor.SUBSCRIPTIONS,
        ),
        "floor",
    )
