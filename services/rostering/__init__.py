"""Who is on call, and who goes: shifts, call-outs and their escalation."""
