"""What one running platform consists of: its folder, its addresses, and the settings that each service gets."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from deploy.catalogue import GATEWAY, OWNERS, SERVICES
from deploy.database import ServiceDatabase
from deploy.local import processes
from deploy.local.secrets import Secrets, write_private
from deploy.nats.rights import ADMIN, USERS

GATEWAY_PORT = 8080
ROOT = Path(__file__).resolve().parents[2]

EXTERNAL_DATABASE = "VANGNET_DATABASE_URL"
EXTERNAL_NATS = "VANGNET_NATS_URL"


@dataclass(frozen=True, slots=True)
class Folder:
    """The git-ignored folder in which a platform on this machine keeps everything that it owns."""

    path: Path

    @property
    def secrets(self) -> Path:
        """Passwords and keys."""
        return self.path / "secrets.json"

    @property
    def platform(self) -> Path:
        """What scripts read: addresses, environments and accounts."""
        return self.path / "platform.json"

    @property
    def demo(self) -> Path:
        """The demo accounts, written by `deploy.demo`."""
        return self.path / "demo.json"

    @property
    def seeded(self) -> Path:
        """Names the database that holds the demo content."""
        return self.path / "seeded"

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.path / "logs" / f"{name}.log"


class Account(msgspec.Struct, kw_only=True):
    """A demo account as `deploy.demo` writes it, with all that a script needs to sign in."""

    tenant: str
    role: str
    name: str
    email: str
    password: str
    totp_secret: str


class Platform(msgspec.Struct, kw_only=True):
    """The content of platform.json. `environments` lets any command of a service run beside the platform."""

    supervisor_pid: int
    gateway_url: str
    service_urls: dict[str, str]
    database_url: str
    database_urls: dict[str, dict[str, str]]
    nats_url: str
    nats_urls: dict[str, str]
    smtp_url: str
    postbox_url: str
    logs: str
    environments: dict[str, dict[str, str]]
    accounts: list[Account] = []


def choose_ports() -> dict[str, int]:
    """A free port each; the gateway's is the one that people remember, unless somebody has it."""
    ports = {service: processes.free_port() for service in SERVICES}
    if processes.port_is_free(GATEWAY_PORT):
        ports[GATEWAY] = GATEWAY_PORT
    return ports


def external_nats_urls(url: str) -> dict[str, str]:
    """An own server: each service as its own user where VANGNET_NATS_PASSWORD_<SERVICE> is given, else all as one."""
    parts = urlsplit(url)
    host = parts.netloc.rsplit("@", 1)[-1]
    urls = {ADMIN: url}
    for user in USERS:
        if password := os.environ.get(f"VANGNET_NATS_PASSWORD_{user.upper()}"):
            urls[user] = urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))
    return {user: urls.get(user, url) for user in USERS}


def describe(
    folder: Folder,
    secrets: Secrets,
    *,
    database_url: str,
    databases: dict[str, ServiceDatabase],
    nats_urls: dict[str, str],
    smtp_url: str,
    postbox_url: str,
    ports: dict[str, int],
) -> Platform:
    """Put the parts together."""
    service_urls = {service: f"http://127.0.0.1:{port}" for service, port in ports.items()}
    platform = Platform(
        supervisor_pid=os.getpid(),
        gateway_url=f"http://localhost:{ports[GATEWAY]}",
        service_urls=service_urls,
        database_url=database_url,
        database_urls={
            owner: {"service": database.service_url, "migration": database.migration_url}
            for owner, database in databases.items()
        },
        nats_url=nats_urls[ADMIN],
        nats_urls=nats_urls,
        smtp_url=smtp_url,
        postbox_url=postbox_url,
        logs=str(folder.path / "logs"),
        environments={},
    )
    for service, port in ports.items():
        platform.environments[service] = environment_of(service, platform, secrets, folder, port)
    return platform


def environment_of(
    service: str, platform: Platform, secrets: Secrets, folder: Folder, port: int
) -> dict[str, str]:
    """The variables of `shared.settings` for one service: what it needs and no secret of another."""
    variables = {
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": str(port),
        "NATS_URL": platform.nats_urls[service],
        "PUBLIC_URL": platform.gateway_url,
        "SERVICE_SECRET": secrets.service_secrets[service],
        "EXPORT_DIR": str(folder.path / "exports"),
    }
    variables |= {f"{owner.upper()}_URL": platform.service_urls[owner] for owner in OWNERS}
    if service in OWNERS:
        variables |= {
            "SERVICE_DB_URL": platform.database_urls[service]["service"],
            "MIGRATION_DB_URL": platform.database_urls[service]["migration"],
            "AUDIT_KEY": secrets.audit_keys[service],
        }
    variables |= extra_of(service, platform, secrets, folder)
    return {f"VANGNET_{name}": value for name, value in variables.items()}


def extra_of(service: str, platform: Platform, secrets: Secrets, folder: Folder) -> dict[str, str]:
    """What only one service needs."""
    match service:
        case "identity":
            return {
                "SERVICE_SECRETS": msgspec.json.encode(secrets.service_secrets).decode(),
                "KEY_ENCRYPTION_KEY": secrets.key_encryption_key,
            }
        case "cases":
            return {
                "DOCUMENTS_URL": str(folder.path / "documents"),
                "DOCUMENTS_KEY": secrets.documents_key,
            }
        case "notifications":
            return {
                "SMTP_URL": platform.smtp_url,
                "MAIL_FROM": "Vangnet <noreply@vangnet.example>",
                "SMS_URL": f"{platform.postbox_url}/sms",
                "SMS_SECRET": secrets.sms_secret,
                "PUSH_KEY": secrets.push_key,
            }
        case "gateway":
            return {"POSTBOX_URL": platform.postbox_url, "COOKIE_SECURE": "0"}
        case _:
            return {}


def process_environment(platform: Platform, service: str) -> dict[str, str]:
    """The person's own environment, so that VANGNET_LOG_LEVEL and the like reach the services, and ours over it."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in (EXTERNAL_DATABASE, EXTERNAL_NATS) and not name.startswith("VANGNET_NATS_PASSWORD_")
    }
    return {**inherited, "PYTHONUNBUFFERED": "1", **platform.environments[service]}


def write(folder: Folder, platform: Platform) -> None:
    """Keep platform.json for scripts; it holds passwords, so only its owner reads it."""
    write_private(folder.platform, msgspec.json.format(msgspec.json.encode(platform)))


def read(folder: Folder) -> Platform:
    """The platform that runs, or ran last. Raises `FileNotFoundError`."""
    return msgspec.json.decode(folder.platform.read_bytes(), type=Platform)


def demo_accounts(folder: Folder) -> list[Account]:
    """The accounts that `deploy.demo` made, if it did."""
    if not folder.demo.exists():
        return []
    found: dict[str, Any] = msgspec.json.decode(folder.demo.read_bytes())
    return msgspec.convert(found.get("accounts", []), list[Account])
