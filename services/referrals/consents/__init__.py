"""The ledger of consent: each offer a line, what it covers, until when; and the legal grounds that can stand instead."""
