"""The PostgreSQL and NATS that tests run against: containers where a Docker engine answers, embedded ones otherwise."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import docker
import docker.errors
from testcontainers.community.nats import NatsContainer
from testcontainers.community.postgres import PostgresContainer

from deploy.catalogue import Traffic
from deploy.local.nats_server import EmbeddedNats
from deploy.local.postgres import EmbeddedPostgres
from deploy.nats.rights import USERS

POSTGRES_IMAGE = "postgres:18"
NATS_IMAGE = "nats:2.12-alpine"
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}


@cache
def engine() -> str:
    """`containers` or `embedded`; VANGNET_TEST_SERVERS decides without asking."""
    chosen = os.environ.get("VANGNET_TEST_SERVERS")
    if chosen:
        return chosen
    try:
        docker.from_env(timeout=2).ping()
    except docker.errors.DockerException:
        return "embedded"
    return "containers"


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a superuser on a server of our own."""
    if engine() == "containers":
        command = " ".join(["postgres", *(f"-c {name}={value}" for name, value in _QUICK.items())])
        with PostgresContainer(POSTGRES_IMAGE).with_command(command) as container:
            yield container.get_connection_url(driver=None)
        return
    folder = Path(tempfile.mkdtemp(prefix="vangnet-postgres-"))
    folder.chmod(0o755)
    try:
        with EmbeddedPostgres(folder / "data", password="test-only", settings=_QUICK) as server:
            yield server.admin_url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Nats:
    """Where NATS is: with a user and rights for each service when embedded, one for all in a container."""

    urls: dict[str, str]

    def url(self, user: str) -> str:
        return self.urls[user]


@contextmanager
def nats(traffic: Traffic) -> Iterator[Nats]:
    if engine() == "containers":
        with NatsContainer(NATS_IMAGE, jetstream=True) as container:
            yield Nats(dict.fromkeys(USERS, container.nats_uri()))
        return
    folder = Path(tempfile.mkdtemp(prefix="vangnet-nats-"))
    try:
        with EmbeddedNats(folder, passwords=dict.fromkeys(USERS, "test-only"), traffic=traffic) as server:
            yield Nats({user: server.url(user) for user in USERS})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
