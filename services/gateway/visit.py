"""Who looks at a page, in which language, and what he may do: everything that templates ask of a request."""

import hashlib
import hmac
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from services.gateway.language import BRUSSELS, Language
from services.gateway.marking import N_
from services.gateway.services_client import NOTHING_SET, Services
from shared.auth import Permission
from shared.contracts.configuration import TenantConfiguration
from shared.errors import Forbidden, Unauthenticated


@dataclass(frozen=True)
class Place:
    """One entry of the main menu. `shown` is a class for the phone's bar, which holds at most five."""

    href: str
    word: str
    symbol: str
    here: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Lamp:
    """Who is on call now. `state`: on, gap (one within a week), waiting (a call-out waits), off."""

    state: str
    text: str
    href: str = "/on-call"
    until: str = ""


@dataclass(frozen=True)
class Person:
    """Who is signed in. `token` is the principal's, for the services; the browser never sees it."""

    id: UUID
    session_id: UUID
    name: str
    tenant: str
    tenant_name: str
    email: str = ""
    tenant_kind: str = ""
    token: str = field(default="", repr=False)
    permissions: frozenset[str] = frozenset()
    role_words: tuple[str, ...] = ()
    strong_at: datetime | None = None

    def require(self, permission: Permission) -> None:
        """A page that the role may not open at all; the services decide about what is on it. Raises `Forbidden`."""
        if permission not in self.permissions:
            raise Forbidden


@dataclass
class Visit:
    """One request of one browser."""

    language: Language
    csrf: str
    path: str
    services: Services
    theme: str = ""
    person: Person | None = None
    session_token: str = field(default="", repr=False)
    note: str = ""
    lamp: Lamp | None = None
    unread: int = 0
    configuration: TenantConfiguration = field(default=NOTHING_SET, repr=False)
    began: float = field(default_factory=time.time)
    """From here on its page may be out of date."""
    watch: UUID | None = None
    """The dossier that this page shows, once its owner has shown that the person may see it: `live.py` sends
    its changes to nobody else."""

    @property
    def who(self) -> Person:
        """The person, on pages that only somebody who is signed in can reach. Raises `Unauthenticated`."""
        if self.person is None:
            raise Unauthenticated
        return self.person

    @property
    def live(self) -> str:
        """Where the page listens for changes; empty for a guest."""
        if self.person is None:
            return ""
        asked = {"since": f"{self.began:.3f}"}
        if self.watch:
            asked["watch"] = f"{self.watch}.{self._watch_mark()}"
        return f"/live?{urlencode(asked)}"

    def watches(self, wish: str) -> UUID | None:
        """The dossier that a page of this session was really shown, or None."""
        named, _, mark = wish.partition(".")
        try:
            self.watch = UUID(named)
        except ValueError:
            return None
        return self.watch if hmac.compare_digest(mark.encode(), self._watch_mark().encode()) else None

    def _watch_mark(self) -> str:
        return hmac.digest(self.csrf.encode(), str(self.watch).encode(), hashlib.sha256).hex()[:32]

    def may(self, permission: str) -> bool:
        return self.person is not None and permission in self.person.permissions

    @property
    def places(self) -> list[Place]:
        """The menu by what the role may do; on a phone the fifth and later stand behind "Meer"."""
        open_places = [place for place in PLACES if self._opens(place)]
        places = [self._shown(*place[:3]) for place in open_places]
        if len(places) <= _PHONE_PLACES:
            return places
        kept = _PHONE_PLACES - 1
        hidden = [self._shown(*place[:3], shown="rail__desk") for place in open_places[kept:]]
        return [*places[:kept], *hidden, self._shown("/more", N_("Meer"), "more", shown="rail__phone")]

    @property
    def all_places(self) -> list[Place]:
        return [self._shown(*place[:3]) for place in PLACES if self._opens(place)]

    def _opens(self, place: tuple[str, str, str, tuple[Permission, ...]]) -> bool:
        return not place[3] or any(self.may(permission) for permission in place[3])

    def _shown(self, href: str, word: str, symbol: str, shown: str = "") -> Place:
        return Place(href, self.language.text(word), symbol, self._here(href), shown)

    def _here(self, href: str) -> str:
        """`page` on the page itself, `true` on one below it."""
        if self.path == href:
            return "page"
        if href in _BELOW and self.path.startswith(_BELOW[href]):
            return "true"
        area = "/" + href.split("/")[1]
        return "true" if href != "/" and (self.path == area or self.path.startswith(f"{area}/")) else ""

    def incident_types(self, *chosen: str) -> list[str]:
        """The types that are offered today, and those that are chosen already."""
        types = self.configuration.types_on(self.today).values()
        return [each.code for each in types if not each.hidden or each.code in chosen]

    @property
    def now(self) -> datetime:
        """On the wall clock of Brussels."""
        return datetime.now(UTC).astimezone(BRUSSELS)

    @property
    def today(self) -> date:
        return self.now.date()


def set_up_as(visit: Visit, configuration: TenantConfiguration) -> None:
    """From here on the visit knows the tenant so, and calls its incident types what the tenant calls them."""
    visit.configuration = configuration
    visit.language = visit.language.with_own(_own_words(visit))


def _own_words(visit: Visit) -> dict[str, str]:
    """What the tenant calls its incident types, in the language of the person; a type that is gone keeps its name."""
    named = sorted(visit.configuration.incident_types, key=lambda each: each.valid_from or date.min)
    begun = [each for each in named if each.valid_from is None or each.valid_from <= visit.today]
    words = {}
    for each in begun:
        label = each.labels.get(visit.language.code) or each.labels.get("nl", "")
        if label:
            words[f"incident_type.{each.code}"] = label
    return words


_PHONE_PLACES: Final = 5
_BELOW: Final = {"/roster": "/duties", "/call-outs": "/incidents", "/dossiers": "/outreach"}
"""Pages with an address of their own that belong to a place all the same."""
PLACES: Final[tuple[tuple[str, str, str, tuple[Permission, ...]], ...]] = (
    ("/", N_("Start"), "home", ()),
    ("/on-call", N_("Wacht"), "board", (Permission.ON_CALL_READ,)),
    ("/call-outs", N_("Oproepen"), "call-out", (Permission.CALL_OUT_READ,)),
    ("/roster", N_("Beurtrol"), "roster", (Permission.ROSTER_READ,)),
    ("/dossiers", N_("Dossiers"), "dossier", (Permission.DOSSIER_READ,)),
    ("/tasks", N_("Taken"), "task", (Permission.DOSSIER_READ,)),
    ("/social-map", N_("Sociale kaart"), "map", (Permission.SOCIAL_MAP_READ,)),
    ("/worries", N_("Zorgen"), "flag", (Permission.WORRY_REPORT, Permission.WORRY_HANDLE)),
    ("/hours", N_("Mijn uren"), "clock", (Permission.HOURS_PLAN,)),
    (
        "/referrals",
        N_("Doorverwijzingen"),
        "link",
        (Permission.REFERRAL_READ, Permission.REFERRAL_RECEIVE),
    ),
    ("/messages", N_("Berichten"), "message", ()),
    ("/statistics", N_("Cijfers"), "chart", (Permission.STATISTICS_READ,)),
    (
        "/admin",
        N_("Beheer"),
        "settings",
        (
            Permission.STAFF_MANAGE,
            Permission.ROLE_MANAGE,
            Permission.TENANT_MANAGE,
            Permission.ROSTER_MANAGE,
            Permission.AUDIT_READ,
        ),
    ),
)
