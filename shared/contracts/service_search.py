"""What referrals accepts and answers when somebody looks for a service in the social map.

Words, rubrics and filters are nobody's data and may stand in an address (GET); where a client lives, who he is and how
old go in the body (POST).
"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

Language = Literal["nl", "fr", "de", "en"]
Words = Annotated[str, Meta(max_length=200)]
Code = Annotated[str, Meta(max_length=60)]
MOST_HITS = 50
MOST_OFFSET = 5000


class Point(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """WGS84, in degrees."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]


class AboutClient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For whom is searched, as far as it is known: what is empty excludes nothing. It is not kept and not logged."""

    age: Annotated[int, Meta(ge=0, le=120)] | None = None
    gender: Code = ""
    residence_status: Code = ""
    language: Annotated[str, Meta(max_length=8)] = ""
    target_groups: Annotated[list[Code], Meta(max_length=20)] = []
    referred: bool | None = None
    """Whether somebody will refer the client; a service may ask for that."""


class FindServices(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /services/search (`social_map:read`): everything that can be asked at once.

    `place` is a postal code, a municipality, a wijk or an address; `point` goes before it. Distance is from there.
    """

    words: Words = ""
    rubrics: Annotated[list[UUID], Meta(max_length=20)] = []
    groups: Annotated[list[Code], Meta(max_length=20)] = []
    languages: Annotated[list[Annotated[str, Meta(max_length=8)]], Meta(max_length=10)] = []
    open_now: bool = False
    wheelchair: bool = False
    free_places: bool = False
    place: Annotated[str, Meta(max_length=200)] = ""
    point: Point | None = None
    within_km: Annotated[float, Meta(gt=0, le=500)] | None = None
    serves_place: bool = False
    """Leave out what does not work for that place; what says nothing of its area stays."""
    client: AboutClient | None = None
    fitting_only: bool = False
    """Leave out what certainly does not fit the client; what is not known stays."""
    in_language: Language = "nl"
    offset: Annotated[int, Meta(ge=0, le=MOST_OFFSET)] = 0
    limit: Annotated[int, Meta(ge=1, le=MOST_HITS)] = 20


class Reason(Struct, frozen=True, kw_only=True):
    """One rule of a service beside what is known of the client.

    `rule`: the kinds of the profile's eligibility (age, area, gender, language, target_group, residence_status,
    income, condition), and referral. `verdict`: fits, not, unknown. `asks` is what the rule wants: codes, names of
    areas, or the two bounds of an age (an empty text is no bound); with `excludes` it is what the rule does not want.
    `text` is the rule in the service's own words.
    """

    rule: str
    verdict: str
    asks: list[str]
    excludes: bool = False
    text: str = ""


class Opening(Struct, frozen=True, kw_only=True):
    """`state`: open, closed, holiday (a public holiday of which the service says nothing), always, unknown."""

    state: str
    until: datetime | None = None
    opens_at: datetime | None = None


class FoundPlace(Struct, frozen=True, kw_only=True):
    """Where a service can be visited. `precision`: address (a point that the source gave) or municipality.

    A hidden address has no line and no point.
    """

    location_id: UUID
    line: str = ""
    municipality: str = ""
    latitude: float | None = None
    longitude: float | None = None
    precision: str = ""
    hidden: bool = False


class FoundCapacity(Struct, frozen=True, kw_only=True):
    available: int
    maximum: int | None = None
    updated: date | None = None
    unit: str = ""


class FoundNumber(Struct, frozen=True, kw_only=True):
    number: str
    description: str = ""


class FoundRubric(Struct, frozen=True, kw_only=True):
    term_id: UUID
    name: str


class FoundService(Struct, frozen=True, kw_only=True):
    """One service. `layer`: shared, own, or overlaid (shared, with something the tenant says otherwise).

    `verdict` over all reasons: `not` when one rule does not fit, `fits` when all do, else `unknown`.
    """

    service_id: UUID
    layer: str
    name: str
    organization_id: UUID | None
    organization: str
    summary: str
    alert: str
    rubrics: list[FoundRubric]
    groups: list[str]
    phones: list[FoundNumber]
    email: str
    url: str
    languages: list[str]
    places: list[FoundPlace]
    distance_km: float | None
    opening: Opening
    verdict: str
    reasons: list[Reason]
    serves: str
    """Whether it works for the place that was asked: yes, no, unknown, or empty when no place was asked."""
    areas: list[str]
    capacity: FoundCapacity | None
    waiting_weeks: int | None
    waiting_text: str
    application_ways: list[str]
    application: str
    wheelchair: bool | None
    assured_at: datetime | None
    check_at: datetime | None
    stale: bool
    platform_tenant: str = ""


class Meant(Struct, frozen=True, kw_only=True):
    """A word that nobody wrote in the map, and those like it that were searched in its place."""

    typed: str
    meant: list[str]


class Widened(Struct, frozen=True, kw_only=True):
    """A word of the field, and what else it is called: searched too."""

    typed: str
    also: list[str]


class FoundOrigin(Struct, frozen=True, kw_only=True):
    """Where the distances are counted from, and how exactly that is known: point, address, wijk or municipality."""

    name: str
    precision: str
    latitude: float
    longitude: float
    municipality: str = ""


class FoundServices(Struct, frozen=True, kw_only=True):
    """The answer to both searches. `place_unknown`: a place was asked that we do not know: nothing has a distance.

    `offset` is that of the last page when none begins where it was asked. `at_least`: of many services only the best
    were judged, so that `total` counts those of them that pass and the others may.
    """

    hits: list[FoundService]
    total: int
    offset: int
    more: bool
    meant: list[Meant] = []
    widened: list[Widened] = []
    origin: FoundOrigin | None = None
    place_unknown: bool = False
    at_least: bool = False
    loosened: bool = False
    """No service has all words: these have one of them."""


class RubricChoice(Struct, frozen=True, kw_only=True):
    term_id: UUID
    name: str
    parent_id: UUID | None
    services: int


class SearchChoices(Struct, frozen=True, kw_only=True):
    """GET /services/search/choices: what can be filtered by, with how many services each has now."""

    rubrics: list[RubricChoice]
    groups: list[str]
    languages: list[str]
    services: int


class SynonymGroup(Struct, frozen=True, kw_only=True):
    """Words of the field for one thing, by language: who types one finds them all.

    `also` is searched too when one of `words` is typed, and not the other way. Version 0 is what every map begins with.
    GET /synonyms has of each layer the version of today and those to come. `newest` is the last one written in the
    layer: what SaveSynonyms has to have seen. `follows`: from that day on the tenant takes the shared words again.
    `by` is known to the layer's own people.
    """

    code: str
    words: dict[str, list[str]]
    also: list[str]
    hidden: bool
    valid_from: date | None
    version: int
    layer: str
    newest: int = 0
    follows: bool = False
    at: datetime | None = None
    by: UUID | None = None


WORD_LENGTH = 80
MOST_WORDS = 40
ManyWords = Annotated[
    list[Annotated[str, Meta(min_length=2, max_length=WORD_LENGTH)]], Meta(max_length=MOST_WORDS)
]


class SaveSynonyms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /synonyms/{code} (`social_map:edit`): these words mean the same from `valid_from` on, today or later.

    `hidden` ends a group from that day. `follows` lets a tenant take the shared words again in place of its own.
    """

    words: dict[Language, ManyWords]
    also: ManyWords = []
    hidden: bool = False
    follows: bool = False
    valid_from: date
    seen: Annotated[int, Meta(ge=0)]


class SynonymRef(Struct, frozen=True, kw_only=True):
    code: str
    version: int


class HelpLine(Struct, frozen=True, kw_only=True):
    """A line that always helps somebody on. Texts by language (nl, fr, de, en)."""

    code: str
    number: str
    dial: str
    group: str
    always_open: bool
    names: dict[str, str]
    what: dict[str, str]
    for_whom: dict[str, str]
    when: dict[str, str]
    languages: list[str]
    cost: str
    website: str


class HelpLines(Struct, frozen=True, kw_only=True):
    """GET /help-lines: for everybody, without a token."""

    lines: list[HelpLine]
