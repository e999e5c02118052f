"""What can be asked about dossiers."""

from services.cases.dossiers.queries.detail import dossier_by_id
from services.cases.dossiers.queries.lists import dossier_page

__all__ = ["dossier_by_id", "dossier_page"]
