"""What an SMS says: short enough for one, in letters that every telephone knows, in four languages."""

import tomllib
from pathlib import Path
from uuid import UUID

import pytest

from services.notifications import mail
from services.notifications.mail import LANGUAGES, compose_short
from services.notifications.models import KINDS
from services.notifications.sms import text_of

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""3GPP TS 23.038, the basic alphabet: of these 160 fit in one SMS."""
PUBLIC_URL = "https://vangnet.politiezone-aalst.be"
FACTS = {
    "call_out_id": str(UUID(int=5)), "dossier_id": str(UUID(int=7)), "worry_id": str(UUID(int=8)), "answer_by": "2026-03-02T01:24:00+00:00",
    "code": "123456", "token": "abcdefghjk12", "tenant": "pz_aalst",
}  # fmt: skip
URGENT = sorted([*(kind for kind, rule in KINDS.items() if rule.urgent), "contact_code"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", URGENT)
def test_it_fits_in_one_sms_of_ordinary_letters(kind: str, language: str) -> None:
    text = text_of(kind, language, FACTS, public_url=PUBLIC_URL)

    assert set(text) <= GSM_7, set(text) - GSM_7
    assert len(text) <= 160
    assert "{{" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_languages_know_the_same_kinds(language: str) -> None:
    folder = Path(mail.__file__).parent / "templates"
    words = tomllib.loads((folder / f"short.{language}.toml").read_text("utf-8"))
    dutch = tomllib.loads((folder / "short.nl.toml").read_text("utf-8"))

    assert words.keys() == dutch.keys()
    assert set(words) <= {*KINDS, "partner_code", "other"}
    for each in words.values():
        assert each["title"]
        assert each["text"]


def test_a_kind_without_words_of_its_own_says_only_that_there_is_something() -> None:
    assert compose_short("dossier_assigned", "nl", FACTS, public_url="").text == "Er is een bericht voor u."
