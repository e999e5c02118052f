"""The users of the NATS server: a service publishes its own subjects and reads only what it consumes.

Source: NATS documentation, "Authorization" and "JetStream wire API" (subjects below $JS.API and $JS.ACK).
"""

import json
from collections.abc import Callable
from pathlib import Path

from deploy.catalogue import GATEWAY, OWNERS, Listening, Traffic
from shared.streams import inbox_prefix

ADMIN = "admin"
"""Makes streams and consumers; no service has its password."""

USERS = (ADMIN, *OWNERS, GATEWAY)


def may_publish(service: str, traffic: Traffic) -> list[str]:
    """Its own events, and the fetching, acknowledging and looking up of its own consumers."""
    own = [f"{service}.>"] if service in OWNERS else []
    return own + [subject for listening in traffic.of(service) for subject in consumer_subjects(listening)]


def consumer_subjects(listening: Listening) -> list[str]:
    """What a client publishes to work through one durable pull consumer."""
    consumer = f"{listening.stream}.{listening.listener}"
    return [
        f"$JS.API.CONSUMER.MSG.NEXT.{consumer}",
        f"$JS.API.CONSUMER.INFO.{consumer}",
        f"$JS.ACK.{consumer}.>",
    ]


def may_subscribe(service: str, traffic: Traffic) -> list[str]:
    """Its own inbox; the gateway also the events that it shows live, of every tenant."""
    live = [f"{subject}.*" for subject in traffic.live] if service == GATEWAY else []
    return [f"{inbox_prefix(service).decode()}.>", *live]


def from_environment(user: str) -> str:
    """The password as the server's own reference to a variable of its environment."""
    return f"$VANGNET_NATS_PASSWORD_{user.upper()}"


def authorization(traffic: Traffic, password_of: Callable[[str], str] = from_environment) -> str:
    """The `authorization` block of the server's configuration."""
    users = [user(ADMIN, password_of(ADMIN), [">"], [">"])]
    users += [
        user(name, password_of(name), may_publish(name, traffic), may_subscribe(name, traffic))
        for name in (*OWNERS, GATEWAY)
    ]
    return "authorization {\n  users = [\n" + "".join(users) + "  ]\n}\n"


def user(name: str, password: str, publish: list[str], subscribe: list[str]) -> str:
    """One user; an empty list of rights is written as a ban, because the server reads it as no limit."""
    secret = password if password.startswith("$") else json.dumps(password)
    return (
        f"    {{ user: {name}, password: {secret}, permissions: {{\n"
        f"        publish: {rights(publish)}\n"
        f"        subscribe: {rights(subscribe)} }} }}\n"
    )


def rights(subjects: list[str]) -> str:
    """Allowed subjects, or nothing at all."""
    return f"{{ allow: {json.dumps(subjects)} }}" if subjects else '{ deny: ">" }'


def server_config(authorization_block: str, *, port: int, folder: Path) -> str:
    """A whole configuration for one server on the loopback address with JetStream on disk."""
    return (
        f'server_name: vangnet\nhost: "127.0.0.1"\nport: {port}\nmax_payload: 1MB\n'
        f"pid_file: {json.dumps(str(folder / 'nats.pid'))}\n"
        f"jetstream {{ store_dir: {json.dumps(str(folder / 'jetstream'))} }}\n"
        f"{authorization_block}"
    )
