"""What can be asked about outreach."""

from services.cases.outreach.queries.ladders import outreach, outreach_page
from services.cases.outreach.queries.signallers import signallers

__all__ = ["outreach", "outreach_page", "signallers"]
