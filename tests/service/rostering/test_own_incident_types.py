"""A call-out of a type that the tenant made itself: from the copy, also when identity is away."""

from datetime import UTC, datetime

import pytest

from shared.auth import Permission
from shared.contracts.configuration import SEED_INCIDENT_TYPES, IncidentType, TenantConfiguration
from shared.contracts.incidents import IncidentRef
from shared.contracts.tenancy import TenantSettingsChanged
from shared.db import uuid7
from shared.errors import Unavailable
from tests.service.rostering.conftest import Zone, briefing, fields
from tests.support.principals import principal

CARNIVAL = IncidentType(code="carnival", group="violence", own=True, labels={"nl": "Carnaval"})
CONFIGURATION = TenantConfiguration(
    legal_language="nl", languages=["nl"], incident_types=[*SEED_INCIDENT_TYPES[1:], CARNIVAL]
)


def changed(zone: Zone) -> TenantSettingsChanged:
    return TenantSettingsChanged(
        id=uuid7(), occurred_at=datetime.now(UTC), tenant=zone.tenant, what="incident_types"
    )


async def test_an_own_type_is_accepted_once_the_change_was_heard_and_with_identity_down(zone: Zone) -> None:
    before = await zone.service.post("/call-outs", briefing(incident_type="carnival"), by=zone.dispatcher)
    assert fields(before) == {"incident_type": "incident_type_unknown"}
    zone.service.answers_of("identity")["GET /tenant-configuration"] = CONFIGURATION
    event = changed(zone)

    assert await zone.service.deliver(event)
    assert not await zone.service.deliver(event)
    zone.service.answers_of("identity")["GET /tenant-configuration"] = None

    call_out = await zone.see(await zone.request(incident_type="carnival"))
    assert call_out.incident_type == "carnival"
    gone = await zone.service.post("/call-outs", briefing(incident_type="sexual_offence"), by=zone.dispatcher)
    assert fields(gone) == {"incident_type": "incident_type_unknown"}


async def test_while_identity_is_away_the_change_is_not_lost(zone: Zone) -> None:
    zone.service.answers_of("identity")["GET /tenant-configuration"] = None

    with pytest.raises(Unavailable):
        await zone.service.deliver(changed(zone))

    zone.service.answers_of("identity")["GET /tenant-configuration"] = CONFIGURATION
    await zone.service.deliver(changed(zone))
    call_out_id = await zone.request(incident_type="carnival")
    assert (await zone.see(call_out_id)).incident_type == "carnival"


async def test_another_tenants_own_type_is_unknown_here(zone: Zone, other_tenant: str) -> None:
    zone.service.answers_of("identity")["GET /tenant-configuration"] = CONFIGURATION
    elsewhere = TenantSettingsChanged(
        id=uuid7(), occurred_at=datetime.now(UTC), tenant=other_tenant, what="incident_types"
    )

    await zone.service.deliver(elsewhere)

    answer = await zone.service.post("/call-outs", briefing(incident_type="carnival"), by=zone.dispatcher)
    assert fields(answer) == {"incident_type": "incident_type_unknown"}


async def test_an_incident_with_many_victims_can_be_of_an_own_type_and_of_no_other(zone: Zone) -> None:
    lead = principal(zone.tenant, Permission.INCIDENT_MANAGE)
    crowd = {"incident_type": "carnival", "title": "Verdrukking", "place": "Grote Markt, Aalst"}
    assert fields(await zone.service.post("/incidents", crowd, by=lead)) == {
        "incident_type": "incident_type_unknown"
    }
    zone.service.answers_of("identity")["GET /tenant-configuration"] = CONFIGURATION
    await zone.service.deliver(changed(zone))

    opened = await zone.service.post("/incidents", crowd, by=lead)

    assert zone.service.read(opened, IncidentRef).state == "open"
    gone = await zone.service.post("/incidents", {**crowd, "incident_type": "sexual_offence"}, by=lead)
    assert fields(gone) == {"incident_type": "incident_type_unknown"}
