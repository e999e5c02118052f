"""Callers for tests, with tokens signed by a key that the service under test trusts."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from shared.auth import Permission, Principal, TokenVerifier, claims_of
from shared.db import uuid7
from shared.errors import Unauthenticated

_KEY = OKPKey.generate_key("Ed25519", parameters={"kid": "tests", "use": "sig", "alg": "Ed25519"})


def principal(
    tenant: str,
    *permissions: Permission,
    compartments: Iterable[str] = (),
    roles: Iterable[str] = (),
    teams: Iterable[UUID] = (),
    user_id: UUID | None = None,
    strong: bool = True,
) -> Principal:
    """Somebody of `tenant` with `permissions`; `strong` means that the second factor was shown just now."""
    return Principal(
        user_id=user_id or uuid7(),
        tenant=tenant,
        session_id=uuid7(),
        permissions=frozenset({Permission.SELF, *permissions}),
        compartments=frozenset(compartments),
        roles=frozenset(roles),
        teams=frozenset(teams),
        strong_at=datetime.now(UTC) if strong else None,
    )


def token_of(who: Principal, *, now: datetime | None = None) -> str:
    """A token as identity would sign it."""
    claims = claims_of(who, now=now or datetime.now(UTC))
    return jwt.encode({"alg": "Ed25519", "kid": "tests"}, claims, _KEY, algorithms=["Ed25519"])


class TestsVerifier(TokenVerifier):
    """Trusts the tests' key, and whatever the service itself trusts."""

    __test__ = False

    def __init__(self, own: TokenVerifier | None) -> None:
        super().__init__("", KeySet([_KEY]))
        self._own = own

    async def principal(self, token: str, *, now: datetime) -> Principal:
        try:
            return await super().principal(token, now=now)
        except Unauthenticated:
            if self._own is None:
                raise
            return await self._own.principal(token, now=now)
