"""Which kind of dossier a tenant opens, and what it can be about. No handlers."""

from services.gateway.visit import Visit
from shared.contracts.cases import HELP_TYPES


def is_social(visit: Visit) -> bool:
    """A municipality is asked for help; a police zone stands by who was harmed."""
    return visit.who.tenant_kind == "municipality"


def kind_to_open(visit: Visit) -> str:
    return "social_help" if is_social(visit) else "victim_support"


def types_to_open(visit: Visit) -> list[str]:
    """Codes of `incident_type.`: what is asked, or what happened."""
    return list(HELP_TYPES) if is_social(visit) else visit.incident_types()
