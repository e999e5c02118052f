"""What can be asked about papers."""

from services.cases.documents.queries.files import document_content, document_limits, dossier_papers
from services.cases.documents.queries.letters import leaflet_data, letter_rules

__all__ = ["document_content", "document_limits", "dossier_papers", "leaflet_data", "letter_rules"]
