"""Puts the identity service together."""

import asyncio
import os
from datetime import UTC, datetime
from typing import cast

from services.identity.api import DEPENDENCIES, KEYS, ROUTES, entrance_of
from services.identity.settings import IdentitySettings, key_encryption_key
from services.identity.subscriptions import SUBSCRIPTIONS
from services.identity.tokens.signing import SigningKeys
from services.identity.vault import VAULT, Vault
from shared.runtime import Runtime, Service
from shared.settings import read

_TIDY_SECONDS = 3600


def build(settings: IdentitySettings | None = None) -> Service:
    """The service; settings come from the environment unless given."""
    settings = settings or read(IdentitySettings)
    # documents are made from the code without any secret; a service without its key does not start
    vault = Vault(key_encryption_key(settings) if settings.key_encryption_key else os.urandom(32))
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
        attach=_attach,
        workers={"tidy": _tidy},
    )


def _attach(runtime: Runtime) -> None:
    """Raises `KeyEncryptionKeyWrong`."""
    key_encryption_key(cast("IdentitySettings", runtime.service.settings))
    keys: SigningKeys = runtime.service.carries[KEYS]
    keys.attach(runtime.database)


async def _tidy(runtime: Runtime) -> None:
    """Every hour, drop what nobody needs to remember."""
    entrance = entrance_of(runtime)
    while True:
        await entrance.tidy(now=datetime.now(UTC))
        await asyncio.sleep(_TIDY_SECONDS)
