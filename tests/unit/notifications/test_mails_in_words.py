"""Every kind of mail in every language: whole, calm, and with nobody's data in it."""

import re
from pathlib import Path
from uuid import UUID

import jinja2
import pytest

from services.notifications import mail
from services.notifications.mail import LANGUAGES, LINKS, Addressee, compose
from services.notifications.models import KINDS
from shared.contracts.call_outs import INCIDENT_TYPES, URGENCIES
from shared.contracts.dossier_access import BREAK_GLASS_REASONS
from shared.contracts.partners import PARTNER_MAIL_KINDS

DOSSIER = str(UUID(int=7))
FACTS = {
    "call_out_id": str(UUID(int=5)),
    "dossier_id": DOSSIER,
    "worry_id": DOSSIER,
    "own_worry_id": DOSSIER,
    "incoming_id": DOSSIER,
    "referral_id": DOSSIER,
    "break_glass_id": str(UUID(int=9)),
    "incident_type": "death_traffic",
    "urgency": "now",
    "answer_by": "2026-03-02T01:24:00+00:00",
    "until": "2026-07-02T01:24:00+00:00",
    "reason": "emergency",
    "why": "not_reviewed",
    "token": "a-secret",
    "of": [],
    "code": "123456",
    "report_id": str(UUID(int=11)),
    "call_outs": "3",
    "tenant": "pz_aalst",
    "reached": "7",
    "missed": "2",
    "gained": "2",
    "lost": "1",
    "first_at": "2026-03-28T17:00:00+00:00",
    "level": "primary",
    "starts_at": "2026-03-28T17:00:00+00:00",
    "ends_at": "2026-03-29T06:00:00+00:00",
    "month": "2026-03",
}
MAILED = sorted(kind for kind, where in KINDS.items() if where.by_mail)


def letter(kind: str, language: str, name: str = "Lena Peeters") -> mail.Letter:
    addressee = Addressee(name, "lena@pz.example", language)
    return compose(kind, addressee, FACTS, public_url="https://vangnet.example", urgent=KINDS[kind].urgent)


@pytest.mark.parametrize("kind", MAILED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_mail_is_whole_in_every_language(kind: str, language: str) -> None:
    written = letter(kind, language)

    link = "https://vangnet.example" + LINKS[kind].format_map(FACTS)
    assert written.subject
    assert "\n" not in written.subject
    assert written.text.count(link) == 1
    assert f'<html lang="{language}">' in written.html
    assert f'href="{link}"' in written.html
    for part in (written.subject, written.text, written.html):
        assert not re.search(r"\{\{|\}\}|\{%|None|Undefined", part)


@pytest.mark.parametrize("kind", PARTNER_MAIL_KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_to_a_partner_says_who_refers_and_holds_its_secret_once(kind: str, language: str) -> None:
    facts = {"sender": "PZ Aalst", "tenant": "pz_aalst", "secret": "the-secret"}
    addressee = Addressee("CAW Aalst", "verwijzing@caw.example", language)
    written = compose(kind, addressee, facts, public_url="https://vangnet.example", urgent=False)

    assert "PZ Aalst" in written.text
    assert written.text.count("the-secret") == (0 if kind == "partner_withdrawn" else 1)
    linked = kind in {"partner_link", "partner_amended"}
    assert ("https://vangnet.example/partner/pz_aalst/the-secret" in written.text) is linked
    assert "the-secret" not in written.subject


def test_no_template_is_without_a_kind_and_no_kind_without_its_templates() -> None:
    folder = Path(mail.__file__).parent / "templates"

    found = {path.name for path in folder.glob("*.txt")}

    assert found == {
        f"{kind}.{language}.txt" for kind in [*MAILED, *PARTNER_MAIL_KINDS] for language in LANGUAGES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_word_in_every_language(language: str) -> None:
    words = mail._words(language)

    assert set(INCIDENT_TYPES) == set(words["incident_type"])
    assert set(URGENCIES) | {"other"} == set(words["urgency"])
    assert set(BREAK_GLASS_REASONS) == set(words["reason"])
    assert set(words) == set(mail._words("nl"))


def test_an_incident_type_of_a_tenants_own_is_told_as_another() -> None:
    addressee = Addressee("Lena", "lena@pz.example", "nl")

    written = compose(
        "call_out_ringing", addressee, {**FACTS, "incident_type": "own_code"}, public_url="", urgent=True
    )

    assert "Soort: andere feiten." in written.text
    assert "own_code" not in written.text


def test_times_are_those_of_the_clock_in_belgium() -> None:
    assert "vóór 02:24" in letter("call_out_ringing", "nl").text
    assert "tot 03:24" in letter("account_locked", "nl").text


def test_a_change_of_duty_says_how_much_and_from_when_and_a_gap_its_level_and_hours() -> None:
    duty, gap = letter("duty_changed", "nl").text, letter("roster_gap", "fr").text
    assert "U hebt wacht in 2 nieuwe periodes. U hebt geen wacht meer in 1 periode." in duty
    assert "begint op 28/03/2026 18:00" in duty
    assert "Du 28/03/2026 18:00 au 29/03/2026 08:00, personne n’assure la première garde" in gap


def test_an_unknown_language_is_dutch() -> None:
    assert letter("call_out_ringing", "it").text == letter("call_out_ringing", "nl").text


def test_a_name_is_text_and_never_markup() -> None:
    assert "&lt;b&gt;An" in letter("dossier_assigned", "nl", "<b>An").html


def test_a_missing_fact_is_an_error_and_not_a_hole() -> None:
    addressee = Addressee("Lena", "lena@pz.example", "nl")

    with pytest.raises(jinja2.UndefinedError):
        compose("break_glass_escalated", addressee, {}, public_url="", urgent=False)
