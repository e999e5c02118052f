"""What can be done with papers."""

from services.cases.documents.commands.files import (
    ERASE,
    SCAN,
    SWEEP,
    add_document,
    announce_document,
    erase_document,
    scan_document,
    sweep_document,
    withdraw_document,
)

__all__ = [
    "ERASE",
    "SCAN",
    "SWEEP",
    "add_document",
    "announce_document",
    "erase_document",
    "scan_document",
    "sweep_document",
    "withdraw_document",
]
