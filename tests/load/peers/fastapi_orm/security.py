"""The caller, from a token that identity signed with EdDSA."""

import os
import uuid
from dataclasses import dataclass
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

keys = jwt.PyJWKClient(os.environ["PEER_JWKS_URL"], cache_keys=True)
bearer = HTTPBearer()


@dataclass(frozen=True)
class Caller:
    user_id: uuid.UUID
    session_id: uuid.UUID
    tenant: str
    service: str
    permissions: frozenset[str]
    compartments: frozenset[str]
    teams: frozenset[uuid.UUID]

    @property
    def supervises(self) -> bool:
        return "dossier:supervise" in self.permissions


async def current_caller(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> Caller:
    token = credentials.credentials
    try:
        key = keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key, algorithms=["EdDSA"], issuer="vangnet-identity")
    except jwt.PyJWTError as wrong:
        raise HTTPException(401, "unauthenticated") from wrong
    caller = Caller(
        user_id=uuid.UUID(claims["sub"]),
        session_id=uuid.UUID(claims["sid"]),
        tenant=claims["tid"],
        service=claims["svc"],
        permissions=frozenset(claims["per"]),
        compartments=frozenset(claims["cmp"]),
        teams=frozenset(uuid.UUID(team) for team in claims["tms"]),
    )
    if "dossier:read" not in caller.permissions:
        raise HTTPException(403, "forbidden")
    return caller


CurrentCaller = Annotated[Caller, Depends(current_caller)]
