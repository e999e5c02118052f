"""Fixtures of every kind of test: real servers, once for each worker; two fresh tenants for each test."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.support import servers
from tests.support.neighbours import Neighbours
from tests.support.service import Build, ServiceUnderTest, running

# How long an example takes says more of the machine than of the code.
settings.register_profile("vangnet", deadline=None)
settings.load_profile("vangnet")

Serve = Callable[..., Awaitable[ServiceUnderTest]]


@dataclass(frozen=True)
class Served:
    """A service that runs, the settings that a test asked for, and how to stop it."""

    service: ServiceUnderTest
    environment: dict[str, str]
    stack: AsyncExitStack


def pytest_report_header() -> str:
    return f"PostgreSQL and NATS: {servers.engine()}"


class OnePlatform(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """All journeys and the night of bad luck on one worker, each on its one platform, and first: they take longest.

    The marks of `--dist loadgroup` say the same, but xdist 3.8 writes them where pytest 9.2 no longer looks.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "platform" if nodeid.startswith(("tests/e2e/", "tests/chaos/")) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OnePlatform:
    return OnePlatform(config, log)


@pytest.fixture(scope="session")
def admin_url() -> Iterator[str]:
    """A superuser's address on a PostgreSQL of this worker's own."""
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
async def open_neighbours() -> AsyncIterator[Neighbours]:
    neighbours = Neighbours()
    async with neighbours.open():
        yield neighbours


@pytest.fixture
def neighbours(open_neighbours: Neighbours) -> Neighbours:
    """What other services answer in this test."""
    open_neighbours.forget()
    return open_neighbours


@pytest.fixture
def tenant() -> str:
    """A tenant that no other test has."""
    return f"pz_{secrets.token_hex(6)}"


@pytest.fixture
def other_tenant() -> str:
    """Somebody else's."""
    return f"other_{secrets.token_hex(6)}"


@pytest.fixture(scope="session")
async def served() -> AsyncIterator[dict[str, Served]]:
    """The services that this worker has running, each once."""
    running_now: dict[str, Served] = {}
    yield running_now
    for each in running_now.values():
        await each.stack.aclose()


@pytest.fixture
def serve(
    admin_url: str,
    neighbours: Neighbours,
    served: dict[str, Served],
    tenant: str,
    other_tenant: str,
) -> Serve:
    """`await serve(build, "cases")`: the running service, with `tenant` and `other_tenant` made in it.

    A test that asks for other settings than those it runs with gets it started anew, on the same database.
    """
    fresh: set[str] = set()

    async def start(
        build: Build, name: str, *, environment: dict[str, str] | None = None, kind: str = "police_zone"
    ) -> ServiceUnderTest:
        wanted = environment or {}
        if name in served and not wanted.items() <= served[name].environment.items():
            await served.pop(name).stack.aclose()
        if name not in served:
            stack = AsyncExitStack()
            service = await stack.enter_async_context(running(build, name, admin_url, neighbours, wanted))
            served[name] = Served(service, wanted, stack)
        if name not in fresh:
            await served[name].service.forget_timers()
            fresh.add(name)
        for key in (tenant, other_tenant):
            await served[name].service.provision(key, kind=kind)
        return served[name].service

    return start
