"""Puts the identity service together."""

import asyncio
from datetime import UTC, datetime

from services.identity.api import DEPENDENCIES, KEYS, ROUTES, entrance_of
from services.identity.settings import IdentitySettings, key_encryption_key
from services.identity.subscriptions import SUBSCRIPTIONS
from services.identity.tokens.signing import SigningKeys
from services.identity.vault import VAULT, Vault
from shared.app import Runtime, Service
from shared.settings import read

_TIDY_SECONDS = 3600


def build(settings: IdentitySettings | None = None) -> Service:
    """The service; settings come from the environment unless given."""
    settings = settings or read(IdentitySettings)
    vault = Vault(key_encryption_key(settings))
    keys = SigningKeys(vault)
    return Service(
        name="identity",
        settings=settings,
        routes=ROUTES,
        dependencies=DEPENDENCIES,
        follows_tenants=False,
        platform_subscriptions=SUBSCRIPTIONS,
        verifier=keys,
        carries={VAULT: vault, KEYS: keys},
        attach=lambda runtime: keys.attach(runtime.database),
        workers={"tidy": _tidy},
    )


async def _tidy(runtime: Runtime) -> None:
    """Every hour, drop what nobody needs to remember."""
    entrance = entrance_of(runtime)
    while True:
        await entrance.tidy(now=datetime.now(UTC))
        await asyncio.sleep(_TIDY_SECONDS)
