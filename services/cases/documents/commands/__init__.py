"""What can be done with papers."""

from services.cases.documents.commands.files import (
    ERASE,
    SCAN,
    SWEEP,
    add_document,
    announce_document,
    announce_letter,
    erase_document,
    scan_document,
    sweep_document,
    withdraw_document,
)
from services.cases.documents.commands.leaflets import (
    compose_leaflet,
    give_leaflets,
    save_leaflet,
    withdraw_leaflet,
)
from services.cases.documents.commands.letters import compose_letter, keep_letter, send_letter

__all__ = [
    "ERASE",
    "SCAN",
    "SWEEP",
    "add_document",
    "announce_document",
    "announce_letter",
    "compose_leaflet",
    "compose_letter",
    "erase_document",
    "give_leaflets",
    "keep_letter",
    "save_leaflet",
    "scan_document",
    "send_letter",
    "sweep_document",
    "withdraw_document",
    "withdraw_leaflet",
]
