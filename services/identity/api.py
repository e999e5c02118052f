"""The doors of identity: signing in without a token, the own account, staff and roles, tenants and keys."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody

from services.identity.account import commands as account_commands
from services.identity.account import contacts as contact_commands
from services.identity.account import queries as account_queries
from services.identity.configuration import commands as configuration_commands
from services.identity.configuration import queries as configuration_queries
from services.identity.settings import IdentitySettings
from services.identity.sign_in import commands as sign_in_commands
from services.identity.sign_in.entrance import Entrance, person_of
from services.identity.staff import commands as staff_commands
from services.identity.staff import queries as staff_queries
from services.identity.tenants import commands as tenant_commands
from services.identity.tenants import queries as tenant_queries
from services.identity.tokens import commands as token_commands
from services.identity.tokens.signing import SigningKeys
from services.identity.vault import VAULT
from shared.app import Door
from shared.client import ServiceToken
from shared.contracts import configuration
from shared.contracts import identity as contract
from shared.contracts.tenancy import TenantView
from shared.db import platform_transaction
from shared.errors import Forbidden, Unauthenticated
from shared.runtime import Runtime

KEYS = "vangnet_signing_keys"
_NO_TOKEN: list[dict[str, list[str]]] = [{}]
_KEYS_CACHED_SECONDS = 60


def provide_entrance(state: State) -> Entrance:
    return entrance_of(state.runtime)


def entrance_of(runtime: Runtime) -> Entrance:
    """Where people without a token come in."""
    settings = cast("IdentitySettings", runtime.service.settings)
    return Entrance(runtime.database, runtime.service.carries[VAULT], settings.refusal_seconds)


def provide_keys(state: State) -> SigningKeys:
    """The keys that sign."""
    return cast("SigningKeys", state.runtime.service.carries[KEYS])


def provide_service_secrets(state: State) -> Mapping[str, str]:
    """The credentials of the other services."""
    settings = cast("IdentitySettings", state.runtime.service.settings)
    return msgspec.json.decode(settings.service_secrets, type=dict[str, str])


DEPENDENCIES = {
    "entrance": Provide(provide_entrance, sync_to_thread=False),
    "keys": Provide(provide_keys, sync_to_thread=False),
    "service_secrets": Provide(provide_service_secrets, sync_to_thread=False),
}


def _now() -> datetime:
    return datetime.now(UTC)


# --- no token needed -------------------------------------------------------------------------------------------------


@post("/sign-in", operation_id="signIn", status_code=200, security=_NO_TOKEN)
async def sign_in(
    entrance: NamedDependency[Entrance], data: JSONBody[contract.SignIn]
) -> contract.SignInStep:
    """The first step: organisation, address, password."""
    return await sign_in_commands.sign_in(entrance, data, now=_now())


@post("/sign-in/second-factor", operation_id="showSecondFactor", security=_NO_TOKEN)
async def show_second_factor(
    entrance: NamedDependency[Entrance], data: JSONBody[contract.ShowSecondFactor]
) -> contract.SignedIn:
    """The second step: a code of the app or a recovery code."""
    return await sign_in_commands.show_second_factor(entrance, data, now=_now())


@post("/sign-in/enrolment", operation_id="startEnrolment", status_code=200, security=_NO_TOKEN)
async def start_enrolment(
    entrance: NamedDependency[Entrance], data: JSONBody[contract.StartEnrolment]
) -> contract.TotpEnrolment:
    """The first time: a secret for the app."""
    return await sign_in_commands.start_enrolment(entrance, data, now=_now())


@post("/sign-in/enrolment/confirm", operation_id="confirmEnrolment", security=_NO_TOKEN)
async def confirm_enrolment(
    entrance: NamedDependency[Entrance], data: JSONBody[contract.ConfirmEnrolment]
) -> contract.SignedIn:
    """The first time: the app's first code."""
    return await sign_in_commands.confirm_enrolment(entrance, data, now=_now())


@post("/password-resets", operation_id="requestPasswordReset", status_code=200, security=_NO_TOKEN)
async def request_password_reset(
    entrance: NamedDependency[Entrance], data: JSONBody[contract.RequestPasswordReset]
) -> contract.Accepted:
    """Have a link mailed, if there is such an account."""
    return await sign_in_commands.request_password_reset(entrance, data, now=_now())


@post("/password-resets/complete", operation_id="completePasswordReset", status_code=200, security=_NO_TOKEN)
async def complete_password_reset(
    entrance: NamedDependency[Entrance], data: JSONBody[contract.CompletePasswordReset]
) -> contract.Accepted:
    """Choose a password by the mailed link."""
    return await sign_in_commands.complete_password_reset(entrance, data, now=_now())


@post("/tokens", operation_id="exchangeSession", status_code=200, security=_NO_TOKEN)
async def exchange_session(
    entrance: NamedDependency[Entrance],
    keys: NamedDependency[SigningKeys],
    data: JSONBody[contract.ExchangeSession],
) -> contract.IssuedToken:
    """A five-minute token for a session."""
    return await token_commands.exchange_session(entrance, keys, data, now=_now())


@post("/service-tokens", operation_id="requestServiceToken", status_code=200, security=_NO_TOKEN)
async def request_service_token(
    entrance: NamedDependency[Entrance],
    keys: NamedDependency[SigningKeys],
    service_secrets: NamedDependency[Mapping[str, str]],
    data: JSONBody[contract.RequestServiceToken],
) -> ServiceToken:
    """A five-minute token for a service itself."""
    return await token_commands.request_service_token(
        entrance.database, keys, service_secrets, data, now=_now()
    )


@get("/tenants/public", operation_id="publicTenants", security=_NO_TOKEN)
async def public_tenants(entrance: NamedDependency[Entrance]) -> list[contract.PublicTenant]:
    """Where one can sign in."""
    async with platform_transaction(entrance.database) as session:
        return await tenant_queries.public_tenants(session)


@get("/.well-known/jwks.json", operation_id="jwks", security=_NO_TOKEN)
async def jwks(keys: NamedDependency[SigningKeys]) -> Response[dict[str, Any]]:
    """The keys that verify tokens (RFC 7517)."""
    return Response(
        {"keys": await keys.public(now=_now())},
        headers={"Cache-Control": f"public, max-age={_KEYS_CACHED_SECONDS}"},
    )


@get("/tenants", operation_id="listTenants")
async def list_tenants(request: Request[Any, Any, Any], state: State) -> list[TenantView]:
    """The register, for services; it belongs to no tenant, so neither need the token."""
    runtime: Runtime = state.runtime
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    caller = await runtime.verifier.principal(token, now=_now())
    if not caller.service:
        raise Forbidden
    async with platform_transaction(runtime.database) as session:
        return await tenant_queries.all_tenants(session)


# --- the own account -------------------------------------------------------------------------------------------------


@get("/me", operation_id="me")
async def me(door: NamedDependency[Door]) -> contract.Me:
    """The person who is signed in."""
    return await door.ask(account_queries.signed_in_person)


@post("/me/step-up", operation_id="stepUp", status_code=200)
async def step_up(
    door: NamedDependency[Door], entrance: NamedDependency[Entrance], data: JSONBody[contract.StepUp]
) -> contract.Accepted:
    """Show the second factor again."""
    who = door.principal
    async with entrance.proof(who.tenant, person_of(who.user_id), who.user_id, now=_now()) as attempt:
        answer = await door.do(account_commands.step_up, data, private=True)
        attempt.succeeded = True
        return answer


@post("/me/password", operation_id="changePassword", status_code=200)
async def change_password(
    door: NamedDependency[Door], entrance: NamedDependency[Entrance], data: JSONBody[contract.ChangePassword]
) -> contract.Accepted:
    """Another password; ends the other sessions."""
    who = door.principal
    async with entrance.proof(who.tenant, person_of(who.user_id), who.user_id, now=_now()) as attempt:
        answer = await door.do(account_commands.change_password, data, private=True)
        attempt.succeeded = True
        return answer


@post("/me/preferences", operation_id="changePreferences", status_code=200)
async def change_preferences(
    door: NamedDependency[Door], data: JSONBody[contract.ChangePreferences]
) -> contract.Accepted:
    """Language and theme."""
    return await door.do(account_commands.change_preferences, data)


@get("/me/sessions", operation_id="ownSessions")
async def own_sessions(door: NamedDependency[Door]) -> list[contract.OwnSession]:
    """Where one is signed in."""
    return await door.ask(account_queries.own_sessions)


@post("/me/sessions/{session_id:uuid}/revoke", operation_id="revokeSession", status_code=200)
async def revoke_session(door: NamedDependency[Door], session_id: FromPath[UUID]) -> contract.Accepted:
    """End one of the own sessions."""
    return await door.do(account_commands.revoke_session, None, session_id)


@get("/me/contacts", operation_id="ownContacts")
async def own_contacts(door: NamedDependency[Door]) -> list[contract.ContactPoint]:
    """How one is reached, and what is proved."""
    return await door.ask(account_queries.own_contacts)


@post("/me/phones", operation_id="changePhones", status_code=200)
async def change_phones(
    door: NamedDependency[Door], data: JSONBody[contract.ChangePhones]
) -> contract.Accepted:
    """Other numbers."""
    return await door.do(contact_commands.change_phones, data)


@post("/me/contacts/{channel:str}/code", operation_id="requestContactCode", status_code=200)
async def request_contact_code(door: NamedDependency[Door], channel: FromPath[str]) -> contract.Accepted:
    """Have a code sent to an address or number of one's own."""
    return await door.do(contact_commands.request_contact_code, None, channel)


@post("/me/contacts/{channel:str}/confirm", operation_id="confirmContact", status_code=200)
async def confirm_contact(
    door: NamedDependency[Door],
    entrance: NamedDependency[Entrance],
    channel: FromPath[str],
    data: JSONBody[contract.ConfirmContact],
) -> contract.Accepted:
    """Type the code that came; wrong ones are counted."""
    who = door.principal
    async with entrance.attempt(who.tenant, f"contact {channel} {who.user_id}", now=_now()) as attempt:
        answer = await door.do(contact_commands.confirm_contact, data, channel, private=True)
        attempt.succeeded = True
        return answer


@post("/sign-out", operation_id="signOut", status_code=200)
async def sign_out(door: NamedDependency[Door]) -> contract.Accepted:
    """End this session."""
    return await door.do(account_commands.sign_out)


@post("/me/recovery-codes", operation_id="renewRecoveryCodes", status_code=200)
async def renew_recovery_codes(door: NamedDependency[Door]) -> contract.RecoveryCodes:
    """New recovery codes. Asked twice it makes them twice: an answer with secrets is not kept to be repeated."""
    return await door.ask(account_commands.renew_recovery_codes)


# --- staff, teams, roles, settings -----------------------------------------------------------------------------------


@get("/staff", operation_id="staffDirectory")
async def staff_directory(
    door: NamedDependency[Door], active: FromQuery[bool] = True
) -> list[contract.StaffEntry]:
    """Who works here."""
    return await door.ask(staff_queries.staff_directory, active)


@post("/staff", operation_id="registerStaff")
async def register_staff(
    door: NamedDependency[Door], data: JSONBody[contract.RegisterStaff]
) -> contract.StaffRef:
    """Somebody new."""
    return await door.do(staff_commands.register_staff, data)


@post("/staff/{user_id:uuid}", operation_id="changeStaff", status_code=200)
async def change_staff(
    door: NamedDependency[Door], user_id: FromPath[UUID], data: JSONBody[contract.ChangeStaff]
) -> contract.StaffRef:
    """Change an entry."""
    return await door.do(staff_commands.change_staff, data, user_id)


@post("/staff/{user_id:uuid}/deactivate", operation_id="deactivateStaff", status_code=200)
async def deactivate_staff(door: NamedDependency[Door], user_id: FromPath[UUID]) -> contract.StaffRef:
    """Somebody leaves."""
    return await door.do(staff_commands.deactivate_staff, None, user_id)


@post("/staff/{user_id:uuid}/reactivate", operation_id="reactivateStaff", status_code=200)
async def reactivate_staff(door: NamedDependency[Door], user_id: FromPath[UUID]) -> contract.StaffRef:
    """Somebody is back."""
    return await door.do(staff_commands.reactivate_staff, None, user_id)


@post("/staff/{user_id:uuid}/unlock", operation_id="unlockStaff", status_code=200)
async def unlock_staff(door: NamedDependency[Door], user_id: FromPath[UUID]) -> contract.StaffRef:
    """End a lock-out."""
    return await door.do(staff_commands.unlock_staff, None, user_id)


@post("/staff/{user_id:uuid}/reset-second-factor", operation_id="resetSecondFactor", status_code=200)
async def reset_second_factor(door: NamedDependency[Door], user_id: FromPath[UUID]) -> contract.StaffRef:
    """The phone is lost."""
    return await door.do(staff_commands.reset_second_factor, None, user_id)


@get("/staff/{user_id:uuid}/contact", operation_id="staffContact")
async def staff_contact(door: NamedDependency[Door], user_id: FromPath[UUID]) -> contract.StaffContact:
    """How somebody is reached, for services."""
    return await door.ask(staff_queries.contact, user_id)


@get("/contacts", operation_id="contacts")
async def contacts(door: NamedDependency[Door]) -> list[contract.StaffContact]:
    """How everybody is reached, for services."""
    return await door.ask(staff_queries.contacts)


@post("/password-resets/{reset_id:uuid}/link", operation_id="mintResetLink", status_code=200)
async def mint_reset_link(door: NamedDependency[Door], reset_id: FromPath[UUID]) -> contract.ResetLink:
    """The secret of a link, for notifications. Not kept to be repeated: asked again, it is another one."""
    return await door.ask(staff_commands.mint_reset_link, reset_id)


@post("/contact-codes/{code_id:uuid}/code", operation_id="mintContactCode", status_code=200)
async def mint_contact_code(door: NamedDependency[Door], code_id: FromPath[UUID]) -> contract.ContactCode:
    """A code, for notifications. Not kept to be repeated: asked again, it is another one."""
    return await door.ask(contact_commands.mint_contact_code, code_id)


@get("/address-notices/{notice_id:uuid}", operation_id="addressNotice")
async def address_notice(door: NamedDependency[Door], notice_id: FromPath[UUID]) -> contract.AddressNotice:
    """The address of before, for notifications."""
    return await door.ask(contact_commands.address_notice, notice_id)


@get("/teams", operation_id="teams")
async def teams(door: NamedDependency[Door]) -> list[contract.Team]:
    """All teams."""
    return await door.ask(staff_queries.teams)


@post("/teams", operation_id="makeTeam")
async def make_team(door: NamedDependency[Door], data: JSONBody[contract.SaveTeam]) -> contract.Team:
    """A new team."""
    return await door.do(staff_commands.save_team, data)


@post("/teams/{team_id:uuid}", operation_id="renameTeam", status_code=200)
async def rename_team(
    door: NamedDependency[Door], team_id: FromPath[UUID], data: JSONBody[contract.SaveTeam]
) -> contract.Team:
    """Another name for a team."""
    return await door.do(staff_commands.save_team, data, team_id)


@get("/roles", operation_id="roles")
async def roles(door: NamedDependency[Door]) -> list[contract.Role]:
    """All roles with what they give."""
    return await door.ask(staff_queries.roles)


@post("/roles/{key:str}", operation_id="saveRole", status_code=200)
async def save_role(
    door: NamedDependency[Door], key: FromPath[str], data: JSONBody[contract.SaveRole]
) -> contract.Role:
    """Make or change a role."""
    return await door.do(staff_commands.save_role, data, key)


@get("/tenant-settings", operation_id="tenantSettings")
async def tenant_settings(door: NamedDependency[Door]) -> contract.TenantSettings:
    """How the tenant is set up."""
    return await door.ask(tenant_queries.tenant_settings)


@post("/tenant-settings", operation_id="changeTenantSettings", status_code=200)
async def change_tenant_settings(
    door: NamedDependency[Door], data: JSONBody[contract.ChangeTenantSettings]
) -> contract.TenantSettings:
    """Set it up otherwise."""
    return await door.do(tenant_commands.change_tenant_settings, data)


# --- how the tenant is set up ----------------------------------------------------------------------------------------


@get("/tenant-configuration", operation_id="tenantConfiguration")
async def tenant_configuration(door: NamedDependency[Door]) -> configuration.TenantConfiguration:
    """Everything that is set up, with its days."""
    return await door.ask(tenant_queries.tenant_configuration)


@get("/setting-changes", operation_id="settingChanges")
async def setting_changes(
    door: NamedDependency[Door], area: FromQuery[str] = "", key: FromQuery[str] = ""
) -> list[configuration.SettingChange]:
    """Who changed what."""
    return await door.ask(configuration_queries.setting_changes, area, key)


@post("/organisation", operation_id="saveOrganisation", status_code=200)
async def save_organisation(
    door: NamedDependency[Door], data: JSONBody[configuration.SaveOrganisation]
) -> contract.Accepted:
    """What stands on letters."""
    return await door.do(configuration_commands.save_organisation, data)


@post("/organisation/withdraw", operation_id="withdrawOrganisation", status_code=200)
async def withdraw_organisation(
    door: NamedDependency[Door], data: JSONBody[configuration.Withdraw]
) -> contract.Accepted:
    """Take a planned change back."""
    return await door.do(configuration_commands.withdraw_organisation, data)


@post("/incident-types/{key:str}", operation_id="saveIncidentType", status_code=200)
async def save_incident_type(
    door: NamedDependency[Door], key: FromPath[str], data: JSONBody[configuration.SaveIncidentType]
) -> contract.Accepted:
    """Make an own type, or set one up otherwise."""
    return await door.do(configuration_commands.save_incident_type, data, key)


@post("/incident-types/{key:str}/withdraw", operation_id="withdrawIncidentType", status_code=200)
async def withdraw_incident_type(
    door: NamedDependency[Door], key: FromPath[str], data: JSONBody[configuration.Withdraw]
) -> contract.Accepted:
    """Take a planned version back."""
    return await door.do(configuration_commands.withdraw_incident_type, data, key)


@post("/days-off", operation_id="saveDayOff", status_code=200)
async def save_day_off(
    door: NamedDependency[Door], data: JSONBody[configuration.SaveDayOff]
) -> contract.Accepted:
    """A local day off."""
    return await door.do(configuration_commands.save_day_off, data)


@post("/days-off/remove", operation_id="removeDayOff", status_code=200)
async def remove_day_off(
    door: NamedDependency[Door], data: JSONBody[configuration.RemoveDayOff]
) -> contract.Accepted:
    """Work goes on that day after all."""
    return await door.do(configuration_commands.remove_day_off, data)


ROUTES = [
    sign_in, show_second_factor, start_enrolment, confirm_enrolment, request_password_reset,
    complete_password_reset, exchange_session, request_service_token, public_tenants, jwks, list_tenants,
    me, step_up, change_password, change_preferences, own_sessions, revoke_session, sign_out, renew_recovery_codes,
    own_contacts, change_phones, request_contact_code, confirm_contact, mint_contact_code, address_notice,
    staff_directory, register_staff, change_staff, deactivate_staff, reactivate_staff, unlock_staff,
    reset_second_factor, staff_contact, contacts, mint_reset_link, teams, make_team, rename_team,
    roles, save_role, tenant_settings, change_tenant_settings,
    tenant_configuration, setting_changes, save_organisation, withdraw_organisation, save_incident_type,
    withdraw_incident_type, save_day_off, remove_day_off,
]  # fmt: skip
