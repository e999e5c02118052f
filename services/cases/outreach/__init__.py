"""Outreach: somebody who asked nothing is looked for, in a ladder of attempts that stops."""
