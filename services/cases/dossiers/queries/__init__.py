"""What can be asked about dossiers."""

from services.cases.dossiers.queries.access import accessible_dossiers, dossier_access
from services.cases.dossiers.queries.break_glass import break_glass_uses
from services.cases.dossiers.queries.detail import dossier_by_id
from services.cases.dossiers.queries.drafts import drafts_here, my_drafts
from services.cases.dossiers.queries.entries import entry_page
from services.cases.dossiers.queries.lists import dossier_page, search_dossiers
from services.cases.dossiers.queries.looks import dossier_looks
from services.cases.dossiers.queries.persons import person_numbers
from services.cases.dossiers.queries.tasks import task_page

__all__ = [
    "accessible_dossiers",
    "break_glass_uses",
    "dossier_access",
    "dossier_by_id",
    "dossier_looks",
    "dossier_page",
    "drafts_here",
    "entry_page",
    "my_drafts",
    "person_numbers",
    "search_dossiers",
    "task_page",
]
