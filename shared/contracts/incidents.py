"""What rostering accepts and answers about incidents with many victims (S12): victims, relatives' desk, hand-over.

The events are in `rostering`.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from shared.contracts.call_outs import CallOutLine

VICTIM_STATUSES = ("unhurt", "injured", "in_hospital", "deceased", "missing", "unknown")
ENQUIRY_STATES = ("open", "matched", "told")
ShortWords = Annotated[str, Meta(max_length=120)]
ShortText = Annotated[str, Meta(max_length=200)]
PhoneText = Annotated[str, Meta(max_length=30)]


class OpenIncident(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents (`incident:manage`): a bus crash, a fire: several call-outs and many victims under one roof."""

    incident_type: str
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    place: Annotated[str, Meta(min_length=1, max_length=200)]
    call_out_id: UUID | None = None


class IncidentRef(Struct, frozen=True, kw_only=True):
    incident_id: UUID
    state: str


class GatherCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents/{incident_id}/call-outs (`incident:manage`): this call-out belongs to it too."""

    call_out_id: UUID


class CloseIncident(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents/{incident_id}/close (`incident:manage`): registration is over, cases makes the dossiers.

    `holder` holds those whose victim has no worker of her own.
    """

    holder: UUID


class IncidentLine(Struct, frozen=True, kw_only=True):
    """A line of GET /incidents (`incident:register` or `incident:manage`)."""

    incident_id: UUID
    number: str
    state: str
    incident_type: str
    title: str
    place: str
    opened_at: datetime
    closed_at: datetime | None
    victims: int
    call_outs: int


class IncidentMember(Struct, frozen=True, kw_only=True):
    """Somebody who was out for the incident, with her minutes until now or until the closing."""

    user_id: UUID
    call_out_id: UUID
    called_at: datetime
    until: datetime | None
    minutes: int


class IncidentView(Struct, frozen=True, kw_only=True):
    """GET /incidents/{incident_id} (`incident:register` or `incident:manage`): no word about a victim is in it."""

    incident_id: UUID
    number: str
    state: str
    incident_type: str
    title: str
    place: str
    opened_at: datetime
    opened_by: UUID
    closed_at: datetime | None
    call_outs: list[CallOutLine]
    members: list[IncidentMember]
    statuses: dict[str, int]
    enquiries: dict[str, int]
    wiped_at: datetime | None = None


class RegisterVictim(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents/{incident_id}/victims (`incident:register`): quick; only the status is compulsory."""

    status: str
    name: ShortWords = ""
    birth_year: Annotated[int, Meta(ge=1890, le=2100)] | None = None
    minor: bool = False
    whereabouts: ShortText = ""
    phone: PhoneText = ""
    safe_contact: ShortText = ""
    language: Annotated[str, Meta(max_length=3)] = ""
    note: Annotated[str, Meta(max_length=1000)] = ""
    worker: UUID | None = None


class ChangeVictim(RegisterVictim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /victims/{victim_id} (`incident:register`). 409 `changed_meanwhile` when `version` is not the last."""

    version: int


class VictimRef(Struct, frozen=True, kw_only=True):
    victim_id: UUID
    version: int


class RegisterVictims(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents/{incident_id}/victims/list (`incident:register`): a pasted list, one victim a line.

    name; status; birth year; phone; safe contact; whereabouts. Each good row is kept, each wrong one is told.
    """

    rows: Annotated[str, Meta(min_length=1, max_length=40000)]


class WrongRow(Struct, frozen=True, kw_only=True):
    """A row that was not kept: its number from 1, the row as it was, a code for each wrong field."""

    row: int
    text: str
    errors: dict[str, str]


class RegisteredVictims(Struct, frozen=True, kw_only=True):
    kept: int
    wrong: list[WrongRow]


class VictimView(Struct, frozen=True, kw_only=True):
    """A line of GET /incidents/{incident_id}/victims (`incident:register`). Each look is kept."""

    victim_id: UUID
    position: int
    status: str
    name: str
    birth_year: int | None
    minor: bool
    whereabouts: str
    phone: str
    safe_contact: str
    language: str
    note: str
    worker: UUID | None
    registered_by: UUID
    registered_at: datetime
    version: int
    dossier_id: UUID | None = None


class RegisterEnquiry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents/{incident_id}/enquiries (`incident:reunite`): a relative asks after somebody."""

    sought: Annotated[str, Meta(min_length=1, max_length=120)]
    enquirer: Annotated[str, Meta(min_length=1, max_length=120)]
    relation: ShortWords = ""
    phone: PhoneText = ""
    safe_contact: ShortText = ""
    note: Annotated[str, Meta(max_length=1000)] = ""


class EnquiryRef(Struct, frozen=True, kw_only=True):
    enquiry_id: UUID
    state: str


class MatchEnquiry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /enquiries/{enquiry_id}/match (`incident:reunite`): this victim is the one, by what was checked."""

    victim_id: UUID
    checked: Annotated[str, Meta(min_length=1, max_length=500)]


class TellEnquirer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /enquiries/{enquiry_id}/told (`incident:reunite`): the relative knows. 409 `not_matched` before a match."""


class EnquiryView(Struct, frozen=True, kw_only=True):
    """A line of GET /incidents/{incident_id}/reunification (`incident:reunite`): who seeks whom, and how it stands."""

    enquiry_id: UUID
    sought: str
    enquirer: str
    relation: str
    phone: str
    safe_contact: str
    note: str
    state: str
    at: datetime
    taken_by: UUID
    victim_id: UUID | None = None
    victim_name: str = ""
    victim_status: str = ""
    victim_whereabouts: str = ""
    checked: str = ""
    told_at: datetime | None = None
    proposals: list[UUID] = []


class VictimToTakeOver(Struct, frozen=True, kw_only=True):
    """What cases needs for a dossier of one victim. `enquirers`: relatives who asked after her and were matched."""

    victim_id: UUID
    status: str
    name: str
    birth_year: int | None
    minor: bool
    whereabouts: str
    phone: str
    safe_contact: str
    language: str
    note: str
    worker: UUID | None
    registered_at: datetime
    enquirers: list[EnquiryView] = []


class VictimsToTakeOver(Struct, frozen=True, kw_only=True):
    """GET /incidents/{incident_id}/victims-to-take-over (`victim:take_over`, cases in its own name)."""

    incident_id: UUID
    number: str
    incident_type: str
    title: str
    place: str
    opened_at: datetime
    holder: UUID | None
    call_out_ids: list[UUID]
    victims: list[VictimToTakeOver]


class TakenOver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One victim and the dossier that she has now."""

    victim_id: UUID
    dossier_id: UUID


class VictimsTakenOver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents/{incident_id}/victims-taken-over (`victim:take_over`): the words here are wiped. Repeatable."""

    victims: Annotated[list[TakenOver], Meta(max_length=2000)]
