"""Dossiers of every kind: access, journal, tasks, deadlines, break-glass."""
