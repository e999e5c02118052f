"""What can be asked about papers."""

from services.cases.documents.queries.files import document_content, document_limits, dossier_papers
from services.cases.documents.queries.leaflets import leaflet_changes, leaflet_data, leaflet_versions
from services.cases.documents.queries.letters import letter_rules
from services.cases.documents.queries.records import record_data

__all__ = [
    "document_content",
    "document_limits",
    "dossier_papers",
    "leaflet_changes",
    "leaflet_data",
    "leaflet_versions",
    "letter_rules",
    "record_data",
]
