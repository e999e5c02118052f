"""From the request at night to the validated report: ringing, escalation, and every moment kept."""
