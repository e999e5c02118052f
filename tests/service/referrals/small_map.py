"""A small social map for tests: an organisation, an open service, a shelter that must not be found, and a taxonomy."""

from datetime import datetime
from uuid import UUID

from services.referrals.social_map.models import EDITORIAL_TENANT, Layer
from services.referrals.social_map.writing import Draft, entry_id, write
from tests.service.referrals.conftest import NOW
from tests.support.service import ServiceUnderTest

SOURCE = "import:small"


def key(kind: str, source_id: str) -> UUID:
    return entry_id(SOURCE, kind, source_id)


CAW, DESK, SHELTER = key("organization", "caw"), key("service", "desk"), key("service", "shelter")
INTERNAL, STREET, SECRET = key("service", "internal"), key("location", "street"), key("location", "secret")
TAXONOMY, TERM, CHILD = (
    key("taxonomy", "rubrics"),
    key("taxonomy_term", "justice"),
    key("taxonomy_term", "victims"),
)

HIDDEN_WORDS = (
    "Schuilstraat", "9876", "50.1234", "Achter de oude kerk", "intake@caw.test", "+32470123456", "Niet na tienen bellen",
    "Mia Peeters", "mia@caw.test", "Alleen voor ons",
)  # fmt: skip
"""What may never be read without signing in."""


def drafts() -> list[Draft]:
    phone = {"number": "+3253123456", "type": "voice", "languages": [{"code": "nl", "name": "Nederlands"}]}
    attribute = {"taxonomy_term_id": str(CHILD)}
    return [
        Draft(kind="taxonomy", source_id="rubrics", content={"name": "Rubrieken"}),
        Draft(kind="taxonomy_term", source_id="justice", taxonomy_id=TAXONOMY, content={"name": "Justitie"}),
        Draft(
            kind="taxonomy_term",
            source_id="victims",
            taxonomy_id=TAXONOMY,
            parent_id=TERM,
            content={"name": "Slachtoffers", "code": "victims", "language": "nl"},
        ),
        Draft(
            kind="organization",
            source_id="caw",
            content={
                "name": "CAW Oost-Vlaanderen",
                "website": "https://caw.test",
                "organization_identifiers": [
                    {"identifier_scheme": "BE-KBO", "identifier_type": "KBO", "identifier": "0999999922"}
                ],
                "programs": [{"id": str(key("program", "p")), "name": "Slachtofferzorg"}],
                "platform_tenant": "caw_aalst",
                "internal_notes": "Alleen voor ons",
            },
        ),
        Draft(
            kind="service",
            source_id="desk",
            organization_id=CAW,
            content={
                "name": "Slachtofferhulp Aalst",
                "description": "Hulp na een misdrijf, ongeval of overlijden",
                "translations": {"fr": {"name": "Aide aux victimes"}},
                "program_id": str(key("program", "p")),
                "url": "https://caw.test/hulp",
                "email": "hulp@caw.test",
                "minimum_age": 12,
                "phones": [phone],
                "contacts": [
                    {"name": "Mia Peeters", "email": "mia@caw.test"},
                    {"name": "Onthaal", "email": "onthaal@caw.test", "public": True},
                ],
                "schedules": [
                    {"freq": "WEEKLY", "byday": "MO,TU", "opens_at": "09:00", "closes_at": "12:00"}
                ],
                "service_areas": [
                    {"name": "Aalst", "extent_type": "postal_code", "extent": "9300"},
                    {"name": "Aalst", "extent_type": "nis", "extent": "41002"},
                ],
                "languages": [{"code": "nl", "name": "Nederlands"}],
                "cost_options": [{"option": "gratis", "amount": 0, "currency": "EUR"}],
                "required_documents": [{"document": "Identiteitskaart"}],
                "capacities": [
                    {
                        "unit": {"name": "gesprekken"},
                        "available": 4,
                        "updated": "2026-03-01T09:00:00Z",
                    }
                ],
                "attributes": [attribute],
                "application_ways": ["phone", "referral"],
                "referral_contact": {"email": "intake@caw.test", "mobile": "+32470123456"},
                "internal_notes": "Niet na tienen bellen",
                "assured_date": "2026-01-15",
            },
        ),
        Draft(
            kind="service",
            source_id="shelter",
            organization_id=CAW,
            content={"name": "Vluchthuis", "phones": [phone]},
        ),
        Draft(
            kind="service",
            source_id="internal",
            organization_id=CAW,
            content={"name": "Permanentie tussen diensten", "publication": "platform"},
        ),
        Draft(
            kind="location",
            source_id="street",
            organization_id=CAW,
            content={
                "name": "CAW Aalst",
                "latitude": 50.94,
                "longitude": 4.04,
                "addresses": [
                    {"address_1": "Hopmarkt 1", "city": "Aalst", "postal_code": "9300", "country": "BE"}
                ],
                "accessibility": [{"description": "Lift en helling", "wheelchair": "yes"}],
            },
        ),
        Draft(
            kind="location",
            source_id="secret",
            organization_id=CAW,
            content={
                "name": "Schuilstraat 9",
                "hidden_address": True,
                "latitude": 50.1234,
                "longitude": 4.5,
                "description": "Achter de oude kerk",
                "addresses": [{"address_1": "Schuilstraat 9", "city": "Ninove", "postal_code": "9876"}],
                "phones": [phone],
            },
        ),
        Draft(
            kind="service_at_location",
            source_id="desk-street",
            service_id=DESK,
            location_id=STREET,
            content={"description": "Op afspraak"},
        ),
        Draft(
            kind="service_at_location",
            source_id="shelter-secret",
            service_id=SHELTER,
            location_id=SECRET,
            content={"description": "Achter de oude kerk"},
        ),
        Draft(
            kind="service_at_location",
            source_id="internal-street",
            service_id=INTERNAL,
            location_id=STREET,
            content={},
        ),
        *(
            Draft(
                kind="service",
                source_id=f"n{number}",
                organization_id=CAW,
                content={"name": f"Dienst {number}"},
            )
            for number in range(8)
        ),
    ]


async def small_map(referrals: ServiceUnderTest, *, now: datetime = NOW) -> None:
    """Put it in the shared layer."""
    async with referrals.transaction(EDITORIAL_TENANT) as session:
        await write(session, Layer.SHARED, drafts(), source=SOURCE, by=None, now=now)
