"""What a tenant is called: one key, from which its schema and its database role are named."""

import re

from shared.errors import Invalid, Unavailable

PLATFORM_SCHEMA = "platform"
_KEY = re.compile(r"[a-z][a-z0-9_]{1,30}\Z")


class TenantKeyWrong(Invalid):
    """A tenant key is 2 to 31 of a-z, 0-9 and _, and begins with a letter."""

    code = "tenant_key_wrong"


class TenantNotReady(Unavailable):
    """This service has no schema for the tenant: not yet, or no longer."""

    code = "tenant_not_ready"


def checked_key(key: str) -> str:
    """The key itself; raises `TenantKeyWrong`. Everything that is put into SQL or a subject passes here."""
    if not _KEY.match(key):
        raise TenantKeyWrong({"key": "tenant_key_wrong"})
    return key


def schema_of(tenant: str) -> str:
    return f"t_{checked_key(tenant)}"


def role_of(service: str, tenant: str) -> str:
    """The NOLOGIN role that a transaction of this tenant runs as; roles belong to the cluster, hence the service."""
    return f"{service}_{schema_of(tenant)}"


def service_login(service: str) -> str:
    return f"{service}_service"


def migrator_login(service: str) -> str:
    return f"{service}_migrator"
