"""What the demo tells: its tenants, their people and their stories, read from the TOML files beside this one."""

import unicodedata
from datetime import date, time
from pathlib import Path
from typing import TypeVar

import msgspec
from stdnum.be import nn

from shared.contracts.persons import SafeContact

_FOLDER = Path(__file__).parent
_NEVER_ISSUED = 999
"""A counter that no national number has (`domain.md` 12.1), so that nobody's real number can appear."""

Content = TypeVar("Content")


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member of staff."""

    name: str
    function: str
    roles: list[str]
    teams: list[str] = []
    language: str = "nl"
    signs_in: bool = False


class Office(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a tenant can be reached, as it stands on letters."""

    service_name: str
    street: str
    postal_code: str
    municipality: str
    phone: str


class DemoTenant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tenant; `on_call` says which role takes turns at each level."""

    key: str
    name: str
    kind: str
    domain: str
    languages: list[str]
    teams: list[str]
    levels: list[str]
    on_call: dict[str, str]
    weeks_back: int
    office: Office
    people: list[Person]

    def email_of(self, person: Person) -> str:
        plain = unicodedata.normalize("NFKD", person.name).encode("ascii", "ignore").decode()
        return f"{'.'.join(plain.lower().split())}@{self.domain}"


class Client(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody in a story. `insz` gives a number that is well formed and belongs to nobody."""

    last_name: str
    role: str
    first_name: str = ""
    born_on: date | None = None
    phone: str = ""
    language: str = "nl"
    address: str = ""
    insz: bool = False
    safe_contact: str = ""
    safe: SafeContact = msgspec.field(default_factory=SafeContact)
    maiden_name: str = ""
    interpreter: list[str] = []
    literacy: str = ""
    pictograms: bool = False
    parental_authority: str = ""
    note: str = ""


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry in the journal, some days after the call-out."""

    days: int
    at: time
    kind: str
    text: str


class Story(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One call-out and what followed. `accept` to `close` are minutes after the request."""

    ago: int = 0
    at: time = time()
    incident_type: str
    place: str
    summary: str
    requested_by: str
    contact_on_site: str
    contact_phone: str
    urgency: str = "now"
    present: str = ""
    already_informed: str = ""
    safety: str = ""
    languages: list[str] = []
    minors_present: bool = False
    bad_news: bool = False
    pv_number: str = ""
    prosecutor_informed: bool = False
    rings: tuple[str, ...] = ("accepted",)
    accept: int = 3
    leave: int = 8
    arrive: int = 25
    close: int = 0
    closing_note: str = ""
    report: str = ""
    leaflets: list[str] = []
    document: dict[str, str] = {}
    risk: dict[str, str] = {}
    handed_over: bool = False
    closed: bool = False
    recontacts: list[str] = []
    persons: list[Client] = []
    entries: list[Line] = []


class Glass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A use of break-glass on the dossier of the story of `story_ago` days ago."""

    story_ago: int
    ago: int
    at: time
    reason: str
    text: str
    verdict: str = ""
    review_note: str = ""


class DemoLetter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A letter in the dossier of the story of `story_ago` days ago, to its first person; a draft without a `way`.

    A value that is a number of days (`+8`) becomes the day so long after the call-out.
    """

    story_ago: int
    ago: int
    at: time
    template: str
    values: dict[str, str]
    courtesy_language: str = ""
    courtesy_values: dict[str, str] = {}
    pictograms: bool = False
    way: str = ""


class _People(msgspec.Struct, frozen=True):
    tenants: list[DemoTenant]


class Stories(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`running` is the one call-out that is still open."""

    stories: list[Story]
    running: Story
    break_glass: list[Glass]
    letters: list[DemoLetter]


def demo_tenants() -> list[DemoTenant]:
    return _read("people.toml", _People).tenants


def demo_stories() -> Stories:
    return _read("stories.toml", Stories)


def _read(name: str, kind: type[Content]) -> Content:
    return msgspec.toml.decode((_FOLDER / name).read_bytes(), type=kind)


def synthetic_insz(born_on: date) -> str:
    """A national number with a right check and a counter that is never issued."""
    first_nine = int(f"{born_on:%y%m%d}{_NEVER_ISSUED}")
    century = 2_000_000_000 if born_on.year >= 2000 else 0  # noqa: PLR2004 - the rule of the register
    number = f"{first_nine:09d}{97 - (century + first_nine) % 97:02d}"
    return str(nn.validate(number))
