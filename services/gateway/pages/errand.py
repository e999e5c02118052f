"""What a service of the social map is looked for: a new referral, or another service for one. No handlers."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from services.gateway.marking import N_


@dataclass(frozen=True)
class Errand:
    """It goes along in every address on the way: `for` is the dossier, `reroute` the referral that goes elsewhere."""

    dossier: UUID
    referral: UUID | None

    @property
    def query(self) -> str:
        given = {"for": str(self.dossier)}
        return urlencode(given | ({"reroute": str(self.referral)} if self.referral else {}))

    @property
    def back(self) -> str:
        return f"/referrals/{self.referral}/reroute" if self.referral else f"/dossiers/{self.dossier}"

    @property
    def back_word(self) -> str:
        return N_("Terug naar de doorverwijzing") if self.referral else N_("Terug naar het dossier")

    def chosen(self, service_id: object) -> str:
        """Where it goes on with a service: the referral that runs is sent elsewhere, or a new one begins."""
        if self.referral:
            return f"{self.back}?service={service_id}"
        return f"{self.back}/referrals/new?service={service_id}"


def errand_of(given: Mapping[str, str]) -> Errand | None:
    """None for who only looks."""
    dossier, referral = _id(given.get("for", "")), _id(given.get("reroute", ""))
    return Errand(dossier, referral) if dossier else None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
