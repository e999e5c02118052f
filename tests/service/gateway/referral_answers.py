"""What the service of referrals answers in the tests of its pages, and what was sent to it."""

from datetime import date
from typing import Any

import httpx
import msgspec
from msgspec.structs import replace

from shared.auth import Permission
from shared.contracts.consents import ConsentRef, ConsentView
from shared.contracts.incoming_referrals import (
    IncomingLine,
    IncomingPage,
    IncomingView,
)
from shared.contracts.referring import (
    DossierReferrals,
    FormField,
    Move,
    Preview,
    RecipientView,
    ReferralForm,
    ReferralLine,
    ReferralPage,
    ReferralRef,
    ReferralView,
    SentField,
)
from shared.db import uuid7
from tests.service.gateway.answers import (
    DOSSIER,
    LENA,
    MOTHER,
    NOW,
    TODAY,
    answer_everything,
)
from tests.service.gateway.conftest import issued
from tests.support.neighbours import Neighbours

REFERRAL, SERVICE, CONSENT, INCOMING = uuid7(), uuid7(), uuid7(), uuid7()
PAGE = f"/dossiers/{DOSSIER}"
FORM = ReferralForm(
    key="caw_victim",
    version=1,
    fields=[
        FormField(key="name", kind="text", why="to_know_whom_to_contact", required=True),
        FormField(key="born_on", kind="date", why="to_tell_apart_and_by_age"),
        FormField(key="safe_phone", kind="phone", why="to_contact_without_danger"),
        FormField(key="need", kind="lines", why="what_help_is_asked", required=True, longest=400),
        FormField(key="referrer", kind="text", why="recipient_can_ask_back", required=True),
        FormField(key="consent", kind="computed", why="recipient_may_act_on_it"),
    ],
    names={"nl": "Verwijzing naar slachtofferhulp"},
    valid_from=date(2026, 1, 1),
    valid_to=None,
    source="",
    certainty="C",
)


def line(state: str = "consent_given", **changes: Any) -> ReferralLine:
    view = ReferralLine(
        referral_id=REFERRAL, dossier_id=DOSSIER, dossier_number="SPOT-2026-0001", person_id=MOTHER,
        service_id=SERVICE, recipient="CAW Oost-Vlaanderen", recipient_kind="partner_link", state=state,
        urgency="normal", follower=LENA, proposed_at=NOW, sent_at=None, due_on=TODAY, late="", waits_for="us",
    )  # fmt: skip
    return replace(view, **changes)


def consent(state: str = "given", *, live: bool = True, **changes: Any) -> ConsentView:
    view = ConsentView(
        consent_id=CONSENT, dossier_id=DOSSIER, referral_id=REFERRAL, person_id=MOTHER, purpose="referral_caw",
        service_id=SERVICE, recipient="CAW Oost-Vlaanderen", state=state, live=live, fields=["name", "need"],
        given_by="person", giver_id=MOTHER, minor=False, way="spoken", on=TODAY, answered_on=TODAY, expires_on=None,
        withdrawn_at=None, recorded_by=LENA, source="referrals",
    )  # fmt: skip
    return replace(view, **changes)


def referral(state: str = "consent_given", **changes: Any) -> ReferralView:
    view = ReferralView(
        line=line(state), form="caw_victim", form_version=1,
        values={"name": "Sofie De Backer", "need": "Wil praten."}, version=4, consents=[consent()], grounds=[],
        moves=[Move(at=NOW, state="proposed", what="proposed", side="sender", by=LENA)],
        disclosures=[], may=["offer", "amend", "send", "withdraw"], send_by=TODAY, answer_by=None, contact_by=None,
        expires_on=None, rerouted_from=None, rerouted_to=[], suggested_service_id=None,
    )  # fmt: skip
    return replace(view, **changes)


def preview(**changes: Any) -> Preview:
    view = Preview(
        referral_id=REFERRAL, version=4, recipient="CAW Oost-Vlaanderen", recipient_kind="partner_link",
        form="caw_victim", form_version=1, urgency="normal",
        fields=[SentField(key="name", value="Sofie De Backer"), SentField(key="need", value="Wil praten.")],
        basis="consent", missing=[], uncovered=[],
    )  # fmt: skip
    return replace(view, **changes)


def incoming(state: str = "sent", **changes: Any) -> IncomingView:
    here = IncomingLine(
        incoming_id=INCOMING, sender="pz_aalst", sender_name="PZ Aalst", service_id=SERVICE, recipient="Sociale dienst",
        state=state, urgency="urgent", received_at=NOW, assigned_to=None, contact_by=TODAY, late="",
    )  # fmt: skip
    view = IncomingView(
        line=here, form="caw_victim", form_version=1, fields=[SentField(key="need", value="Schulden")],
        basis="consent", wiped_at=None, moves=[], may=["accepted", "refused", "more_asked"], version=1,
    )  # fmt: skip
    return replace(view, **changes)


def sent(neighbours: Neighbours, path: str, kind: type[Any]) -> Any:
    return msgspec.json.decode(neighbours.sent[f"referrals POST {path}"], type=kind)


def answered(state: str) -> ConsentRef:
    return ConsentRef(consent_id=CONSENT, state=state, referral_state=f"consent_{state}")


def ref(state: str = "proposed") -> ReferralRef:
    return ReferralRef(referral_id=REFERRAL, state=state, version=1)


def at_the_referrals(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    """Somebody who refers, receives and may invoke a ground, before services that answer all of that."""
    may = (
        "DOSSIER_READ", "DOSSIER_WRITE", "STAFF_READ", "REFERRAL_READ", "REFERRAL_WRITE", "REFERRAL_RECEIVE",
        "REFERRAL_GROUND",
    )  # fmt: skip
    neighbours.of("identity")["POST /tokens"] = issued(*(Permission[each] for each in may), user_id=LENA)
    answer_everything(neighbours)
    referrals = neighbours.of("referrals")
    referrals["GET /referral-forms"] = [FORM]
    referrals["GET /referrals"] = ReferralPage(referrals=[line()])
    referrals[f"GET /referrals/{REFERRAL}"] = referral()
    referrals[f"GET /referrals/{REFERRAL}/preview"] = preview()
    referrals[f"GET /referral-recipients/{SERVICE}"] = RecipientView(
        service_id=SERVICE,
        organization_id=None,
        name="CAW Oost-Vlaanderen",
        kind="partner_link",
        form="caw_victim",
    )
    referrals[f"GET {PAGE}/referrals"] = DossierReferrals(
        dossier_id=DOSSIER, may_write=True, referrals=[line()], offers=[consent("refused", live=False)]
    )
    referrals["GET /incoming-referrals"] = IncomingPage(referrals=[incoming().line])
    referrals[f"GET /incoming-referrals/{INCOMING}"] = incoming()
    return signed_in
