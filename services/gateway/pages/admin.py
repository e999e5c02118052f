"""The administration's hub: every setting in one place with how it stands now, and who changed what."""

import asyncio
from dataclasses import dataclass
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from services.gateway.marking import N_
from services.gateway.rendering import Pages
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.configuration import AREAS, SettingChange
from shared.contracts.rostering import PartnerZone, RosterSettings
from shared.errors import Forbidden


@dataclass(frozen=True)
class Entry:
    """One line of the hub; `now` says how it stands."""

    href: str
    title: str
    more: str
    symbol: str
    now: str = ""


_PEOPLE: Final = (
    (
        "/admin/staff",
        N_("Personeel"),
        N_("Wie hier werkt, en met welke rol"),
        "people",
        Permission.STAFF_MANAGE,
    ),
    ("/admin/teams", N_("Ploegen"), N_("Wie samen werkt"), "team", Permission.STAFF_MANAGE),
    ("/admin/roles", N_("Rollen"), N_("Wat een rol mag"), "shield", Permission.ROLE_MANAGE),
)
_ELSEWHERE: Final = {
    "on_call": ("rostering", "/roster-settings/changes"),
    "leaflets": ("cases", "/leaflet-changes"),
    "recontact_plan": ("cases", "/recontact-plan/changes"),
}
"""Areas of settings that another service than identity keeps, with its change log."""
_READERS: Final = (Permission.TENANT_MANAGE, Permission.ROLE_MANAGE, Permission.AUDIT_READ)


@get("/admin", include_in_schema=False)
async def hub(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    people = [
        Entry(href, visit.language.text(title), visit.language.text(more), symbol)
        for href, title, more, symbol, permission in _PEOPLE
        if visit.may(permission)
    ]
    on_call, changes = await asyncio.gather(_on_call(visit), _changes(visit, ""))
    groups = [
        (visit.language.text(N_("Mensen en rechten")), people),
        (visit.language.text(N_("Organisatie")), _organisation(visit)),
        (visit.language.text(N_("Werking")), [*on_call, *_working(visit)]),
    ]
    if not any(entries for _, entries in groups) and not _reads_changes(visit):
        raise Forbidden
    return pages.show(
        "admin/hub.html",
        visit,
        groups=[group for group in groups if group[1]],
        changes=[each for each in changes if each.changes or each.act == "withdrawn"][:5],
        reads_changes=_reads_changes(visit),
        staff=await visit.services.staff(),
    )


@get("/admin/changes", include_in_schema=False)
async def changes_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], area: FromQuery[str] = ""
) -> Response[str]:
    """Who changed which setting, from what to what."""
    if not _reads_changes(visit):
        raise Forbidden
    areas = [*AREAS, *_ELSEWHERE]
    chosen = area if area in areas else ""
    changes, staff = await asyncio.gather(_changes(visit, chosen), visit.services.staff())
    return pages.show("admin/changes.html", visit, changes=changes, staff=staff, area=chosen, areas=areas)


def _reads_changes(visit: Visit) -> bool:
    return any(visit.may(each) for each in _READERS)


async def _changes(visit: Visit, area: str) -> list[SettingChange]:
    """Of every service that keeps some, newest first."""
    if not _reads_changes(visit):
        return []
    kind, nothing = list[SettingChange], list[SettingChange]()
    asked = (
        [visit.services.ask_or(nothing, "identity", "/setting-changes", kind, area=area)]
        if area not in _ELSEWHERE
        else []
    )
    asked += [
        visit.services.ask_or(nothing, service, path, kind)
        for one, (service, path) in _ELSEWHERE.items()
        if area in {"", one}
    ]
    found = await asyncio.gather(*asked)
    return sorted((each for changes in found for each in changes), key=lambda each: each.at, reverse=True)


async def _on_call(visit: Visit) -> list[Entry]:
    if visit.who.tenant_kind != "police_zone" or not visit.may(Permission.ROSTER_MANAGE):
        return []
    usual = RosterSettings(answer_minutes=0, levels=[])
    settings = await visit.services.ask_or(usual, "rostering", "/roster-settings", RosterSettings)
    text = visit.language.text
    now = text(N_("%(minutes)s min per niveau"), minutes=settings.answer_minutes) if settings.levels else ""
    title, more = (
        text(N_("Wacht")),
        text(N_("Hoelang we op een antwoord wachten, en wie daarna aan de beurt is")),
    )
    zones = await visit.services.ask_or(list[PartnerZone](), "rostering", "/partner-zones", list[PartnerZone])
    return [
        Entry("/admin/on-call", title, more, "bell", now),
        Entry(
            "/roster/settings",
            text(N_("Regels en partnerzones")),
            text(N_("Wat de beurtrol nodig heeft, en welke zones elkaar helpen")),
            "roster",
            visit.language.plural("%(count)s partnerzone", "%(count)s partnerzones", len(zones))
            if zones
            else "",
        ),
    ]


def _organisation(visit: Visit) -> list[Entry]:
    if not visit.may(Permission.TENANT_MANAGE):
        return []
    text = visit.language.text
    known = visit.configuration.organisation_on(visit.today)
    return [
        Entry(
            "/admin/organisation",
            text(N_("Gegevens voor brieven")),
            text(N_("Adres, telefoon, referentieambtenaar en de periode van de statistiek")),
            "house",
            known.municipality or text(N_("nog niet ingevuld")),
        ),
        Entry(
            "/admin/settings",
            text(N_("Talen en aanmelden")),
            text(N_("In welke talen collega's werken, en wanneer we hen afmelden")),
            "globe",
            " ".join(visit.configuration.languages),
        ),
    ]


def _working(visit: Visit) -> list[Entry]:
    if not visit.may(Permission.TENANT_MANAGE):
        return []
    language = visit.language
    offered = len(visit.incident_types())
    days = [each for each in visit.configuration.days_off if each.day >= visit.today]
    recontacts = Entry(
        "/admin/recontact-plan",
        language.text(N_("Hercontactplan")),
        language.text(N_("Na hoeveel dagen u een slachtoffer opnieuw contacteert, per soort feiten")),
        "clock",
    )
    return [
        *([recontacts] if visit.who.tenant_kind == "police_zone" else []),
        Entry(
            "/admin/incident-types",
            language.text(N_("Feitensoorten")),
            language.text(N_("Wat er bij een oproep of dossier te kiezen valt, en wat elke soort vraagt")),
            "flag",
            language.plural("%(count)s soort", "%(count)s soorten", offered),
        ),
        Entry(
            "/admin/leaflets",
            language.text(N_("Folders")),
            language.text(N_("Wat u meegeeft: onze teksten, en uw eigen folders")),
            "document",
        ),
        Entry(
            "/admin/days-off",
            language.text(N_("Vrije dagen")),
            language.text(N_("Dagen waarop de dienst niet werkt; termijnen schuiven dan op")),
            "roster",
            language.plural("%(count)s dag gepland", "%(count)s dagen gepland", len(days)),
        ),
        Entry(
            "/admin/messages",
            language.text(N_("Berichtenlog")),
            language.text(N_("Welke berichten vertrokken, en of ze aankwamen")),
            "message",
        ),
    ]


ROUTES = [hub, changes_page]
