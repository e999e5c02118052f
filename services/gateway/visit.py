"""Who looks at a page, in which language, and what he may do: everything that templates ask of a request."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from services.gateway.language import Language
from services.gateway.words import N_
from shared.auth import Permission


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
    token: str = field(repr=False)
    permissions: frozenset[str] = frozenset()
    compartments: frozenset[str] = frozenset()
    role_words: tuple[str, ...] = ()
    teams: frozenset[UUID] = frozenset()


@dataclass
class Visit:
    """One request of one browser."""

    language: Language
    csrf: str
    path: str
    theme: str = ""
    person: Person | None = None
    note: str = ""
    lamp: Lamp | None = None
    unread: int = 0

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

    def _opens(self, place: tuple[str, str, str, tuple[Permission, ...]]) -> bool:
        return not place[3] or any(self.may(permission) for permission in place[3])

    def _shown(self, href: str, word: str, symbol: str, shown: str = "") -> Place:
        return Place(href, self.language.text(word), symbol, self._here(href), shown)

    def _here(self, href: str) -> str:
        """`page` on the page itself, `true` on one below it."""
        if self.path == href:
            return "page"
        area = "/" + href.split("/")[1]
        return "true" if href != "/" and (self.path == area or self.path.startswith(f"{area}/")) else ""


_PHONE_PLACES: Final = 5
PLACES: Final[tuple[tuple[str, str, str, tuple[Permission, ...]], ...]] = (
    ("/", N_("Start"), "home", ()),
    ("/on-call", N_("Wacht"), "board", (Permission.ON_CALL_READ,)),
    ("/call-outs", N_("Oproepen"), "call-out", (Permission.CALL_OUT_READ,)),
    ("/roster", N_("Beurtrol"), "roster", (Permission.ROSTER_READ,)),
    ("/dossiers", N_("Dossiers"), "dossier", (Permission.DOSSIER_READ,)),
    ("/messages", N_("Berichten"), "message", ()),
    ("/admin", N_("Beheer"), "settings", (Permission.STAFF_MANAGE, Permission.ROLE_MANAGE, Permission.TENANT_MANAGE)),
)
