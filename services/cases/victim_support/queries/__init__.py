"""What can be asked about victim support."""

from services.cases.victim_support.queries.aftercare import aftercare
from services.cases.victim_support.queries.plan import recontact_changes, recontact_plan
from services.cases.victim_support.queries.triage import triage_page

__all__ = ["aftercare", "recontact_changes", "recontact_plan", "triage_page"]
