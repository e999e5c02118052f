"""Every code that a service can answer with has a word."""

import re
from pathlib import Path

import pytest

from services.gateway.language import read_languages
from services.gateway.pages.night import DECLINE_REASONS
from services.gateway.pages.roles import SHOWN
from services.gateway.words import WORDS
from services.identity.staff.roles import default_roles
from services.notifications.models import KINDS
from shared.auth import Compartment
from shared.contracts import (
    call_outs,
    cases,
    consents,
    dossier_access,
    outreach,
    own_hours,
    partners,
    persons,
    referring,
    rostering,
    tasks,
)

ROOT = Path(__file__).parents[3]
SERVICES = ("identity", "cases", "rostering", "notifications")
_CODE = re.compile(r'^\s+code = "([a-z_]+)"', re.MULTILINE)
_FIELD = re.compile(r'(?:Invalid\(\{[^}]*?: |wrong\[[^\]]+\] = |setdefault\([^,]+, )"([a-z_]+)"')

# Only services and operators meet these; no page can.
NOT_FOR_PAGES = {
    "tenant_taken",
    "tenant_unknown",
    "tenant_not_suspended",
    "not_confirmed",
    "service_refused",
    "tenant_key_wrong",
    "idempotency_key_wrong",
    "contact_code_over",
    "report_unsigned",
    "session_over",
    "challenge_over",
    # what a page of ours cannot send: it gives moments with a zone, limits in range, states and levels from a list
    "without_time_zone",
    "out_of_range",
    "state_unknown",
    "level_twice",
}


def sources() -> list[Path]:
    return [path for service in SERVICES for path in (ROOT / "services" / service).rglob("*.py")] + list(
        (ROOT / "shared").glob("*.py")
    )


def test_every_refusal_has_words() -> None:
    codes = {code for path in sources() for code in _CODE.findall(path.read_text("utf-8"))}

    assert codes
    unsaid = {
        code
        for code in codes - NOT_FOR_PAGES
        if f"error.{code}" not in WORDS and f"field.{code}" not in WORDS
    }
    assert unsaid == set()


def test_every_wrong_field_has_words() -> None:
    codes = {code for path in sources() for code in _FIELD.findall(path.read_text("utf-8"))}

    assert codes
    assert {code for code in codes - NOT_FOR_PAGES if f"field.{code}" not in WORDS} == set()


@pytest.mark.parametrize(
    ("family", "codes"),
    [
        ("incident_type", call_outs.INCIDENT_TYPES),
        ("urgency", call_outs.URGENCIES),
        ("level", rostering.LEVELS),
        ("call_out", call_outs.CALL_OUT_STATES),
        ("declined", (*DECLINE_REASONS, "busy", "escalated")),
        ("person_role", persons.PERSON_ROLES),
        ("task_kind", tasks.TASK_KINDS),
        ("task_result", tasks.TASK_RESULTS),
        ("capacity", cases.CAPACITIES),
        ("entry_kind", cases.ENTRY_KINDS),
        ("outsider", cases.OUTSIDERS),
        ("referral_state", referring.REFERRAL_STATES),
        ("referral_next", referring.REFERRAL_STATES),
        ("referral_answer", referring.ANSWERS),
        ("referral_refusal", referring.REFUSAL_REASONS),
        ("referral_question", referring.QUESTIONS),
        ("referral_part", referring.PARTS),
        ("referral_outcome", referring.OUTCOMES),
        ("referral_withdrawal", referring.WITHDRAWAL_REASONS),
        ("referral_urgency", referring.URGENCIES),
        ("delivery_state", partners.DELIVERY_STATES),
        ("recipient_kind", referring.RECIPIENT_KINDS),
        ("consent", consents.CONSENT_STATES),
        ("consent_way", consents.CONSENT_WAYS),
        ("consent_giver", consents.CONSENT_GIVERS),
        ("seen", outreach.SEEN),
        ("signal_source", outreach.SIGNAL_SOURCES),
        ("ladder", outreach.LADDER_STATES),
        ("outreach_way", outreach.ATTEMPT_WAYS),
        (
            "outreach_result",
            sorted({each for results in outreach.ATTEMPT_RESULTS.values() for each in results}),
        ),
        ("outreach_skip", outreach.SKIP_REASONS),
        ("outreach_partner", outreach.OUTREACH_PARTNERS),
        ("outreach_basis", outreach.ASKING_BASES),
        ("outreach_decision", outreach.DECISIONS),
        ("outreach_stop", outreach.STOP_REASONS),
        ("outreach_stopped", ("refused", *outreach.STOP_REASONS)),
        ("hours_activity", own_hours.ACTIVITIES),
        ("hours_warning", own_hours.HOURS_WARNINGS),
        ("break_glass_reason", dossier_access.BREAK_GLASS_REASONS),
        ("conflict_reason", dossier_access.CONFLICT_REASONS),
        ("compartment", tuple(Compartment)),
        ("permission", tuple(SHOWN)),
        ("role", (*default_roles("police_zone"), *default_roles("municipality"))),
        ("tenant_kind", ("police_zone", "municipality")),
        ("message", tuple(kind for kind, rule in KINDS.items() if rule.in_app)),
        ("message_more", tuple(kind for kind, rule in KINDS.items() if rule.in_app)),
    ],
)
def test_every_code_of_a_family_has_a_word(family: str, codes: tuple[str, ...]) -> None:
    assert [code for code in codes if f"{family}.{code}" not in WORDS] == []


def test_every_word_can_be_said_in_every_language() -> None:
    for language in read_languages().values():
        assert all(language.word(code) for code in WORDS)


def test_no_code_is_put_into_words_twice() -> None:
    parts = [path.read_text("utf-8") for path in (ROOT / "services" / "gateway").glob("*words.py")]
    keys = [
        key for text in parts for key in re.findall(r'^    "([a-z_]+\.[A-Za-z_:]+)": N_', text, re.MULTILINE)
    ]

    assert len(keys) > 300
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []
