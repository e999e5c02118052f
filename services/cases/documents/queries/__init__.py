"""What can be asked about papers."""

from services.cases.documents.queries.files import document_content, document_limits, dossier_papers

__all__ = ["document_content", "document_limits", "dossier_papers"]
