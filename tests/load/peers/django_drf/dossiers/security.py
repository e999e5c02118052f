"""The caller, from a token that identity signed with EdDSA; the tenant's schema with him."""

import uuid
from dataclasses import dataclass

import jwt
from django.conf import settings
from django.db import connection
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

keys = jwt.PyJWKClient(settings.JWKS_URL, cache_keys=True)


@dataclass(frozen=True)
class Caller:
    user_id: uuid.UUID
    session_id: uuid.UUID
    tenant: str
    service: str
    permissions: frozenset
    compartments: frozenset
    teams: frozenset
    is_authenticated: bool = True

    @property
    def supervises(self):
        return "dossier:supervise" in self.permissions


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request):
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            key = keys.get_signing_key_from_jwt(token)
            claims = jwt.decode(token, key, algorithms=["EdDSA"], issuer="vangnet-identity")
        except jwt.PyJWTError as wrong:
            raise AuthenticationFailed("unauthenticated") from wrong
        caller = Caller(
            user_id=uuid.UUID(claims["sub"]),
            session_id=uuid.UUID(claims["sid"]),
            tenant=claims["tid"],
            service=claims["svc"],
            permissions=frozenset(claims["per"]),
            compartments=frozenset(claims["cmp"]),
            teams=frozenset(uuid.UUID(team) for team in claims["tms"]),
        )
        connection.set_schema(f"t_{caller.tenant}")
        return caller, token

    def authenticate_header(self, request):
        return "Bearer"


class MayReadDossiers(BasePermission):
    def has_permission(self, request, view):
        return request.user is not None and "dossier:read" in request.user.permissions
