"""The names behind a roster: members, partner zones, and the levels in order; a page goes without what is away."""

import asyncio
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.gateway.marking import N_
from services.gateway.services_client import Staff
from services.gateway.visit import Visit
from shared.contracts.rostering import LEVELS, PartnerZone, RosterSettings

USUAL: Final = RosterSettings(answer_minutes=10, levels=list(LEVELS))


@dataclass(frozen=True)
class Names:
    """Who is meant by an id on a roster."""

    staff: Staff
    zones: list[PartnerZone]
    settings: RosterSettings
    unknown: str

    @classmethod
    async def of(cls, visit: Visit) -> "Names":
        """Asked for one page."""
        staff, zones, settings = await asyncio.gather(
            visit.services.staff(),
            visit.services.ask_or(list[PartnerZone](), "rostering", "/partner-zones", list[PartnerZone]),
            visit.services.ask_or(USUAL, "rostering", "/roster-settings", RosterSettings),
        )
        return cls(staff, zones, settings, visit.language.text(N_("naam niet beschikbaar")))

    @property
    def levels(self) -> list[str]:
        return self.settings.levels

    def name(self, holder: UUID | None) -> str:
        """Of a member or a partner zone."""
        zone = next((zone.name for zone in self.zones if zone.partner_zone_id == holder), "")
        return zone or self.staff.name(holder, self.unknown)

    def is_zone(self, holder: UUID) -> bool:
        return any(zone.partner_zone_id == holder for zone in self.zones)

    def members(self) -> list[tuple[UUID, str]]:
        """Who works here now, to choose from."""
        return [(entry.user_id, entry.name) for entry in self.staff.active()]

    def holders(self) -> list[tuple[UUID, str]]:
        """The members, and after them the partner zones that stand in."""
        return self.members() + [(zone.partner_zone_id, zone.name) for zone in self.zones if zone.active]
