"""Who is asking: permissions, compartments, the principal, and the signed token that carries it."""

import time
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.errors import Forbidden, StepUpNeeded, Unauthenticated, Unavailable

TOKEN_LIFETIME = timedelta(minutes=5)
TOKEN_ISSUER = "vangnet-identity"  # noqa: S105 - a name, not a secret
STEP_UP_LIFETIME = timedelta(minutes=15)
_KEYS_REFRESH_SECONDS = 5.0
_KEYS_MAX_AGE_SECONDS = 300.0
_VERIFIED_TOKENS_KEPT = 4096


class Permission(StrEnum):
    """Everything that can be allowed, `noun:verb`; a tenant's roles are sets of these."""

    SELF = "self:manage"
    # identity
    STAFF_READ = "staff:read"
    STAFF_MANAGE = "staff:manage"
    ROLE_MANAGE = "role:manage"
    TENANT_MANAGE = "tenant:manage"
    SETTINGS_READ = "settings:read"
    CONTACT_READ = "contact:read"
    # rostering
    ON_CALL_READ = "on_call:read"
    ROSTER_READ = "roster:read"
    ROSTER_MANAGE = "roster:manage"
    HOURS_PLAN = "hours:plan"
    CALENDAR_READ = "calendar:read"
    CALL_OUT_REQUEST = "call_out:request"
    CALL_OUT_READ = "call_out:read"
    CALL_OUT_ANSWER = "call_out:answer"
    CALL_OUT_MANAGE = "call_out:manage"
    CALL_OUT_VALIDATE = "call_out:validate"
    INCIDENT_MANAGE = "incident:manage"
    INCIDENT_REGISTER = "incident:register"
    INCIDENT_REUNITE = "incident:reunite"
    VICTIM_TAKE_OVER = "victim:take_over"
    # cases
    DOSSIER_READ = "dossier:read"
    DOSSIER_OPEN = "dossier:open"
    DOSSIER_WRITE = "dossier:write"
    DOSSIER_ASSIGN = "dossier:assign"
    DOSSIER_SUPERVISE = "dossier:supervise"
    AUDIT_READ = "audit:read"
    BREAK_GLASS_OPEN = "break_glass:open"
    BREAK_GLASS_REVIEW = "break_glass:review"
    SIGNALLER_READ = "signaller:read"
    # of every service: numbers, never names
    STATISTICS_READ = "statistics:read"
    # referrals
    SOCIAL_MAP_READ = "social_map:read"
    SOCIAL_MAP_EDIT = "social_map:edit"
    REFERRAL_READ = "referral:read"
    REFERRAL_WRITE = "referral:write"
    REFERRAL_GROUND = "referral:ground"
    REFERRAL_RECEIVE = "referral:receive"
    REFERRAL_HAND_OVER = "referral:hand_over"
    PARTNER_DOOR = "partner:door"
    PARTNER_MAIL = "partner:mail"
    WORRY_REPORT = "worry:report"
    WORRY_HANDLE = "worry:handle"
    # notifications
    MESSAGE_SEND = "message:send"


class Compartment(StrEnum):
    """Walls inside a tenant (`domain.md` 10.4): content of one is not seen from another."""

    POL_CARE = "pol_care"
    POL_INVEST = "pol_invest"
    POL_WIJK = "pol_wijk"
    STAFF_CARE = "staff_care"
    SOC_AID = "soc_aid"
    SOC_BUDGET = "soc_budget"
    SOC_LOI = "soc_loi"
    CASE_CONF = "case_conf"


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts, for which tenant, and what he may do. `strong_at` is his last second factor (UTC)."""

    user_id: UUID
    tenant: str
    session_id: UUID
    permissions: frozenset[str] = frozenset()
    compartments: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    teams: frozenset[UUID] = frozenset()
    service: str = ""
    strong_at: datetime | None = None

    def require(self, permission: Permission) -> None:
        """Raise `Forbidden` unless the caller has the permission."""
        if permission not in self.permissions:
            raise Forbidden(details={"permission": permission.value})

    def require_any(self, *permissions: Permission) -> None:
        """Raise `Forbidden` unless the caller has one of the permissions."""
        if self.permissions.isdisjoint(permissions):
            raise Forbidden(details={"permission": permissions[0].value})

    def require_recent_second_factor(self, *, now: datetime) -> None:
        """Raise `StepUpNeeded` unless the second factor was shown in the last 15 minutes."""
        if self.strong_at is None or now - self.strong_at > STEP_UP_LIFETIME:
            raise StepUpNeeded


class _Claims(msgspec.Struct, kw_only=True):
    iss: str
    sub: UUID
    tid: str
    sid: UUID
    exp: int
    iat: int
    per: frozenset[str]
    cmp: frozenset[str] = frozenset()
    rol: frozenset[str] = frozenset()
    tms: frozenset[UUID] = frozenset()
    svc: str = ""
    sta: int | None = None


def claims_of(principal: Principal, *, now: datetime) -> dict[str, Any]:
    """The claims that identity signs for a principal; good for five minutes from `now`."""
    issued = int(now.timestamp())
    return {
        "iss": TOKEN_ISSUER,
        "sub": str(principal.user_id),
        "tid": principal.tenant,
        "sid": str(principal.session_id),
        "iat": issued,
        "exp": issued + int(TOKEN_LIFETIME.total_seconds()),
        "per": sorted(principal.permissions),
        "cmp": sorted(principal.compartments),
        "rol": sorted(principal.roles),
        "tms": sorted(str(team) for team in principal.teams),
        "svc": principal.service,
        "sta": None if principal.strong_at is None else int(principal.strong_at.timestamp()),
    }


def principal_of(claims: dict[str, Any], *, now: datetime) -> tuple[Principal, int]:
    """The principal in verified claims, and when they lapse (Unix seconds); raises `Unauthenticated`."""
    try:
        read = msgspec.convert(claims, _Claims, strict=False)
    except msgspec.ValidationError as wrong:
        raise Unauthenticated from wrong
    if read.iss != TOKEN_ISSUER or read.exp <= now.timestamp():
        raise Unauthenticated
    principal = Principal(
        user_id=read.sub,
        tenant=read.tid,
        session_id=read.sid,
        permissions=read.per,
        compartments=read.cmp,
        roles=read.rol,
        teams=read.tms,
        service=read.svc,
        strong_at=None if read.sta is None else datetime.fromtimestamp(read.sta, UTC),
    )
    return principal, read.exp


class TokenVerifier:
    """Checks tokens against identity's published keys (JWKS), fetched when needed and kept five minutes.

    A verified token is remembered until it lapses, so that its signature is checked once and not per request.
    """

    def __init__(self, jwks_url: str, keys: KeySet | None = None) -> None:
        """`keys` are those known at the start; with an empty `jwks_url` they are all there is."""
        self._jwks_url = jwks_url
        self._keys = keys
        self._fetched = 0.0
        self._tried = 0.0
        self._verified: dict[str, tuple[Principal, int]] = {}

    async def principal(self, token: str, *, now: datetime) -> Principal:
        """The caller behind a token; raises `Unauthenticated`, or `Unavailable` without keys."""
        known = self._verified.get(token)
        if known is not None and known[1] > now.timestamp():
            return known[0]
        claims = await self._claims(token)
        principal, lapses = principal_of(claims, now=now)
        if len(self._verified) >= _VERIFIED_TOKENS_KEPT:
            self._verified.clear()
        self._verified[token] = (principal, lapses)
        return principal

    async def _claims(self, token: str) -> dict[str, Any]:
        keys = await self._key_set(fresh=False)
        try:
            return jwt.decode(token, keys, algorithms=["Ed25519", "EdDSA"]).claims
        except (JoseError, ValueError):
            keys = await self._key_set(fresh=True)  # the key may be newer than our copy
        try:
            return jwt.decode(token, keys, algorithms=["Ed25519", "EdDSA"]).claims
        except (JoseError, ValueError) as wrong:
            raise Unauthenticated from wrong

    async def _key_set(self, *, fresh: bool) -> KeySet:
        age = time.monotonic() - self._fetched
        recently_tried = time.monotonic() - self._tried < _KEYS_REFRESH_SECONDS
        if self._keys is not None and (
            not self._jwks_url or recently_tried or (not fresh and age < _KEYS_MAX_AGE_SECONDS)
        ):
            return self._keys
        self._tried = time.monotonic()
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
                session.get(self._jwks_url) as answer,
            ):
                answer.raise_for_status()
                self._keys = KeySet.import_key_set(await answer.json())
                self._fetched = time.monotonic()
        except (aiohttp.ClientError, TimeoutError, ValueError) as unreachable:
            if self._keys is None:
                raise Unavailable from unreachable
        return self._keys
