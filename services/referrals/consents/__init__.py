"""The ledger of consent: each offer a line, what it covers and until when, and the grounds that can stand for it."""
