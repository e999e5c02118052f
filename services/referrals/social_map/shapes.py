"""The shapes of HSDS 3.1 with the fields of the Belgian profile: what each field of an entry may hold. Pure."""

from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType


def _coded(pattern: str, code: str) -> Meta:
    return Meta(pattern=pattern, extra={"code": code})


Text: TypeAlias = Annotated[str, Meta(max_length=20_000)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=500)]
Uri: TypeAlias = Annotated[str, _coded(r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+$", "uri_wrong")]
Email: TypeAlias = Annotated[str, _coded(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "email_wrong")]
Day: TypeAlias = Annotated[str, _coded(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", "date_wrong")]
Clock: TypeAlias = Annotated[
    str,
    _coded(r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?(Z|[+-]\d{2}:?\d{2})?$|^24:00(:00)?$", "time_wrong"),
]
Moment: TypeAlias = Annotated[
    str, _coded(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$", "moment_wrong")
]
Code: TypeAlias = Annotated[str, _coded(r"^[a-z][a-z0-9_]{0,60}$", "code_wrong")]
Number: TypeAlias = int | float
Age: TypeAlias = Annotated[float, Meta(ge=0, le=130)]
Latitude: TypeAlias = Annotated[float, Meta(ge=-90, le=90)]
Longitude: TypeAlias = Annotated[float, Meta(ge=-180, le=180)]


class Child(Struct, kw_only=True):
    id: UUID | UnsetType = UNSET


class Translation(Struct, kw_only=True):
    """What an entry says, in one language."""

    name: Name | UnsetType = UNSET
    alternate_name: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    application_process: Text | UnsetType = UNSET
    eligibility_description: Text | UnsetType = UNSET
    fees_description: Text | UnsetType = UNSET
    alert: Text | UnsetType = UNSET


class Translations(Struct, kw_only=True):
    nl: Translation | UnsetType = UNSET
    fr: Translation | UnsetType = UNSET
    de: Translation | UnsetType = UNSET
    en: Translation | UnsetType = UNSET


class Attribute(Child, kw_only=True):
    taxonomy_term_id: UUID | UnsetType = UNSET
    link_type: Text | UnsetType = UNSET
    value: Text | UnsetType = UNSET
    label: Text | UnsetType = UNSET


class Language(Child, kw_only=True):
    name: Text | UnsetType = UNSET
    code: Text | UnsetType = UNSET
    note: Text | UnsetType = UNSET


class Phone(Child, kw_only=True):
    number: Name
    extension: Number | UnsetType = UNSET
    type: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    languages: list[Language] | UnsetType = UNSET


class Contact(Child, kw_only=True):
    """A person or a desk. The profile's `public` says that it may be shown to everybody; else it stays inside."""

    name: Text | UnsetType = UNSET
    title: Text | UnsetType = UNSET
    department: Text | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    phones: list[Phone] | UnsetType = UNSET
    public: bool | UnsetType = UNSET


class Schedule(Child, kw_only=True):
    valid_from: Day | UnsetType = UNSET
    valid_to: Day | UnsetType = UNSET
    dtstart: Day | UnsetType = UNSET
    timezone: Number | UnsetType = UNSET
    until: Day | UnsetType = UNSET
    count: Number | UnsetType = UNSET
    wkst: Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"] | UnsetType = UNSET
    freq: Literal["WEEKLY", "MONTHLY"] | UnsetType = UNSET
    interval: Number | UnsetType = UNSET
    byday: Text | UnsetType = UNSET
    byweekno: Text | UnsetType = UNSET
    bymonthday: Text | UnsetType = UNSET
    byyearday: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    opens_at: Clock | UnsetType = UNSET
    closes_at: Clock | UnsetType = UNSET
    schedule_link: Uri | UnsetType = UNSET
    attending_type: Text | UnsetType = UNSET
    notes: Text | UnsetType = UNSET


class ServiceArea(Child, kw_only=True):
    name: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    extent: Annotated[str, Meta(max_length=2_000_000)] | UnsetType = UNSET
    extent_type: Text | UnsetType = UNSET
    uri: Text | UnsetType = UNSET


class CostOption(Child, kw_only=True):
    valid_from: Day | UnsetType = UNSET
    valid_to: Day | UnsetType = UNSET
    option: Text | UnsetType = UNSET
    currency: Text | UnsetType = UNSET
    amount: Number | UnsetType = UNSET
    amount_description: Text | UnsetType = UNSET


class RequiredDocument(Child, kw_only=True):
    document: Text | UnsetType = UNSET
    uri: Uri | UnsetType = UNSET


class Unit(Child, kw_only=True):
    name: Name
    scheme: Text | UnsetType = UNSET
    identifier: Text | UnsetType = UNSET
    uri: Uri | UnsetType = UNSET


class Capacity(Child, kw_only=True):
    unit: Unit
    available: Number
    maximum: Number | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    updated: Moment


class Url(Child, kw_only=True):
    label: Text | UnsetType = UNSET
    url: Uri


class Funding(Child, kw_only=True):
    source: Text | UnsetType = UNSET


class Program(Child, kw_only=True):
    name: Name
    alternate_name: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET


class Address(Child, kw_only=True):
    attention: Text | UnsetType = UNSET
    address_1: Text | UnsetType = UNSET
    address_2: Text | UnsetType = UNSET
    city: Text | UnsetType = UNSET
    region: Text | UnsetType = UNSET
    state_province: Text | UnsetType = UNSET
    postal_code: Text | UnsetType = UNSET
    country: Text | UnsetType = UNSET
    address_type: Literal["physical", "postal", "virtual"] | UnsetType = UNSET


class Accessibility(Child, kw_only=True):
    """The profile's `wheelchair` says what the words of `description` mean for somebody in one."""

    description: Text | UnsetType = UNSET
    details: Text | UnsetType = UNSET
    url: Uri | UnsetType = UNSET
    wheelchair: Literal["yes", "partly", "no"] | UnsetType = UNSET


class Identifier(Child, kw_only=True):
    """An enterprise number has `identifier_scheme` `BE-KBO` and is checked by its own two last digits."""

    identifier_scheme: Text | UnsetType = UNSET
    identifier_type: Text | UnsetType = UNSET
    identifier: Name


class EligibilityRule(Child, kw_only=True):
    """For whom a service is: `minimum` and `maximum` for `age`, `values` for other kinds; `text` says it in words."""

    kind: Literal[
        "age", "area", "gender", "language", "target_group", "residence_status", "income", "condition"
    ]
    minimum: Age | UnsetType = UNSET
    maximum: Age | UnsetType = UNSET
    values: list[Text] | UnsetType = UNSET
    excludes: bool | UnsetType = UNSET
    text: dict[Literal["nl", "fr", "de", "en"], Text] | UnsetType = UNSET


class WaitingTime(Struct, kw_only=True):
    """How long somebody waits now, and on which day that was asked."""

    weeks: Annotated[int, Meta(ge=0, le=520)]
    measured_on: Day


class ReferralContact(Struct, kw_only=True):
    """Where a referral goes. Never shown outside."""

    name: Text | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    mobile: Text | UnsetType = UNSET
    language: Literal["nl", "fr", "de", "en"] | UnsetType = UNSET


class Organization(Struct, kw_only=True):
    """`platform_tenant` names the tenant that this organisation is on this platform."""

    name: Name
    alternate_name: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    website: Uri | UnsetType = UNSET
    additional_websites: list[Url] | UnsetType = UNSET
    tax_status: Text | UnsetType = UNSET
    tax_id: Text | UnsetType = UNSET
    year_incorporated: Number | UnsetType = UNSET
    legal_status: Text | UnsetType = UNSET
    logo: Text | UnsetType = UNSET
    uri: Uri | UnsetType = UNSET
    funding: list[Funding] | UnsetType = UNSET
    contacts: list[Contact] | UnsetType = UNSET
    phones: list[Phone] | UnsetType = UNSET
    programs: list[Program] | UnsetType = UNSET
    organization_identifiers: list[Identifier] | UnsetType = UNSET
    attributes: list[Attribute] | UnsetType = UNSET
    # the Belgian profile
    translations: Translations | UnsetType = UNSET
    platform_tenant: Code | UnsetType = UNSET
    referral_contact: ReferralContact | UnsetType = UNSET
    publication: Literal["public", "platform"] | UnsetType = UNSET
    internal_notes: Text | UnsetType = UNSET


class Service(Struct, kw_only=True):
    """`publication` `platform` keeps an entry for those who are signed in; `emergency` and `always_open` mark lines."""

    name: Name
    status: Literal["active", "inactive", "defunct", "temporarily closed"] | UnsetType = UNSET
    program_id: UUID | UnsetType = UNSET
    alternate_name: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    url: Uri | UnsetType = UNSET
    additional_urls: list[Url] | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    interpretation_services: Text | UnsetType = UNSET
    application_process: Text | UnsetType = UNSET
    fees_description: Text | UnsetType = UNSET
    wait_time: Text | UnsetType = UNSET
    fees: Text | UnsetType = UNSET
    accreditations: Text | UnsetType = UNSET
    eligibility_description: Text | UnsetType = UNSET
    minimum_age: Age | UnsetType = UNSET
    maximum_age: Age | UnsetType = UNSET
    assured_date: Day | UnsetType = UNSET
    assurer_email: Email | UnsetType = UNSET
    licenses: Text | UnsetType = UNSET
    alert: Text | UnsetType = UNSET
    last_modified: Moment | UnsetType = UNSET
    phones: list[Phone] | UnsetType = UNSET
    schedules: list[Schedule] | UnsetType = UNSET
    service_areas: list[ServiceArea] | UnsetType = UNSET
    languages: list[Language] | UnsetType = UNSET
    funding: list[Funding] | UnsetType = UNSET
    cost_options: list[CostOption] | UnsetType = UNSET
    required_documents: list[RequiredDocument] | UnsetType = UNSET
    contacts: list[Contact] | UnsetType = UNSET
    capacities: list[Capacity] | UnsetType = UNSET
    attributes: list[Attribute] | UnsetType = UNSET
    # the Belgian profile
    translations: Translations | UnsetType = UNSET
    application_ways: (
        list[
            Literal["self", "phone", "email", "online", "walk_in", "appointment", "referral", "waiting_list"]
        ]
        | UnsetType
    ) = UNSET
    target_groups: list[Code] | UnsetType = UNSET
    eligibility: list[EligibilityRule] | UnsetType = UNSET
    waiting_time: WaitingTime | UnsetType = UNSET
    emergency: bool | UnsetType = UNSET
    always_open: bool | UnsetType = UNSET
    referral_contact: ReferralContact | UnsetType = UNSET
    referral_form: Code | UnsetType = UNSET
    publication: Literal["public", "platform"] | UnsetType = UNSET
    internal_notes: Text | UnsetType = UNSET


class Location(Struct, kw_only=True):
    """`hidden_address` is for shelters: where it is, is never public, nor anything that tells it."""

    location_type: Literal["physical", "postal", "virtual"] | UnsetType = UNSET
    url: Uri | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    alternate_name: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    transportation: Text | UnsetType = UNSET
    latitude: Latitude | UnsetType = UNSET
    longitude: Longitude | UnsetType = UNSET
    external_identifier: Text | UnsetType = UNSET
    external_identifier_type: Text | UnsetType = UNSET
    languages: list[Language] | UnsetType = UNSET
    addresses: list[Address] | UnsetType = UNSET
    contacts: list[Contact] | UnsetType = UNSET
    accessibility: list[Accessibility] | UnsetType = UNSET
    phones: list[Phone] | UnsetType = UNSET
    schedules: list[Schedule] | UnsetType = UNSET
    attributes: list[Attribute] | UnsetType = UNSET
    # the Belgian profile
    translations: Translations | UnsetType = UNSET
    hidden_address: bool | UnsetType = UNSET
    nis_code: Annotated[str, _coded(r"^\d{5}$", "nis_wrong")] | UnsetType = UNSET
    wijk: Text | UnsetType = UNSET
    internal_notes: Text | UnsetType = UNSET


class ServiceAtLocation(Struct, kw_only=True):
    description: Text | UnsetType = UNSET
    service_areas: list[ServiceArea] | UnsetType = UNSET
    contacts: list[Contact] | UnsetType = UNSET
    phones: list[Phone] | UnsetType = UNSET
    schedules: list[Schedule] | UnsetType = UNSET
    attributes: list[Attribute] | UnsetType = UNSET
    translations: Translations | UnsetType = UNSET


class Taxonomy(Struct, kw_only=True):
    name: Name
    description: Text | UnsetType = UNSET
    uri: Uri | UnsetType = UNSET
    version: Text | UnsetType = UNSET
    translations: Translations | UnsetType = UNSET


class TaxonomyTerm(Struct, kw_only=True):
    name: Name
    code: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    taxonomy: Text | UnsetType = UNSET
    language: Text | UnsetType = UNSET
    term_uri: Uri | UnsetType = UNSET
    translations: Translations | UnsetType = UNSET


SHAPES: Final[dict[str, type[Struct]]] = {
    "organization": Organization,
    "service": Service,
    "location": Location,
    "service_at_location": ServiceAtLocation,
    "taxonomy": Taxonomy,
    "taxonomy_term": TaxonomyTerm,
}
