"""The words of a message in the reader's language, long and short, and the way to the mail server."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
import jinja2
from msgspec import Struct

from services.notifications.models import SUMMARY, NotSent, RefusedForGood
from services.notifications.rules import BRUSSELS

LANGUAGES = ("nl", "fr", "de", "en")
_TEMPLATES = Path(__file__).parent / "templates"
_REST = timedelta(seconds=5)
_FOR_GOOD = 500
"""SMTP answers from here on are final (RFC 5321, 4.2.1)."""

LINKS = {
    "call_out_ringing": "/call-outs/{call_out_id}",
    "call_out_unanswered": "/call-outs/{call_out_id}",
    "call_outs_escalated": "/call-outs/escalated/{report_id}",
    "dossier_assigned": "/dossiers/{dossier_id}",
    "break_glass_used": "/dossiers/{dossier_id}",
    "break_glass_escalated": "/break-glass",
    "risk_increased": "/dossiers/{dossier_id}",
    "risk_increased_on_duty": "/on-call",
    "contact_unsafe": "/dossiers/{dossier_id}",
    "home_ban_ends": "/dossiers/{dossier_id}",
    "entries_due": "/social-map/to-check",
    "worry_reported": "/worries/{worry_id}",
    "worry_urgent": "/worries/{worry_id}",
    "worry_answered": "/worries/own/{own_worry_id}",
    "referral_received": "/referrals/incoming/{incoming_id}",
    "referral_answered": "/referrals/{referral_id}",
    "referral_stopped": "/referrals/{referral_id}",
    "incoming_taken_back": "/referrals/incoming/{incoming_id}",
    "password_reset": "/password-reset/{token}",
    "invitation": "/password-reset/{token}",
    "account_locked": "/password-reset",
    "contact_code": "/account/messages",
    "address_changed": "/password-reset",
    "duty_changed": "/duties",
    "roster_gap": "/roster?month={month}",
    "not_reached": "/on-call",
    "self_test": "/r/{tenant}/{token}",
    "self_test_report": "/on-call/self-tests",
    SUMMARY: "/messages",
    # to partners without account
    "partner_link": "/partner/{tenant}/{secret}",
    "partner_amended": "/partner/{tenant}/{secret}",
    "partner_code": "/partner",
    "partner_withdrawn": "/partner",
}
"""Where a mail leads. Never more than an id, but for the secret of a reset link or of a partner's link."""


class Letter(Struct, frozen=True):
    """One mail as it will be read."""

    subject: str
    text: str
    html: str


class Addressee(Struct, frozen=True):
    """To whom, and in which language."""

    name: str
    email: str
    language: str


def compose(
    kind: str, addressee: Addressee, facts: Mapping[str, Any], *, public_url: str, urgent: bool
) -> Letter:
    """Put a message into words. A template's first line is its subject; a fact that is missing is an error."""
    language = known_language(addressee.language)
    words = _words(language)
    link = public_url + LINKS[kind].format_map(facts)
    if kind == SUMMARY:
        facts = {**facts, "lines": [_line_of(each, addressee, public_url=public_url) for each in facts["of"]]}
    subject, text = _written(kind, language, {**facts, "name": addressee.name, "link": link})
    text = f"{text}\n\n{words['page']['footer']}\n"
    html = (
        _environment()
        .get_template("layout.html")
        .render(
            language=language,
            subject=subject,
            paragraphs=[_paragraph(each, public_url) for each in text.split("\n\n")],
            urgent=urgent,
        )
    )
    return Letter(subject, text, html)


def known_language(language: str) -> str:
    """A language that we have words in."""
    return language if language in LANGUAGES else LANGUAGES[0]


def _written(kind: str, language: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """A template's subject and text."""
    template = _environment().get_template(f"{kind}.{language}.txt")
    subject, text = template.render({**facts, "word": _word_in(_words(language))}).split("\n", 1)
    return subject.strip(), text.strip()


def _line_of(each: Mapping[str, Any], addressee: Addressee, *, public_url: str) -> dict[str, str]:
    """One message inside a summary: its subject and its own link."""
    kind, facts = each["kind"], each["facts"]
    link = public_url + LINKS[kind].format_map(facts)
    subject, _ = _written(
        kind, known_language(addressee.language), {**facts, "name": addressee.name, "link": link}
    )
    return {"subject": subject, "link": link}


def _paragraph(text: str, public_url: str) -> dict[str, str]:
    """A paragraph that ends in a link of ours becomes a link, named by the words before it."""
    words, _, last = text.strip().rpartition(" ")
    if words and last.startswith(f"{public_url}/"):
        return {"text": words.strip().rstrip(":").rstrip(), "link": last}
    return {"text": text.strip(), "link": ""}


def _moment(moment: str) -> str:
    """Day and time in Belgium, written so that all four languages read it alike."""
    return datetime.fromisoformat(moment).astimezone(BRUSSELS).strftime("%d/%m/%Y %H:%M")


def _clock(moment: str) -> str:
    """The time of day in Belgium."""
    return datetime.fromisoformat(moment).astimezone(BRUSSELS).strftime("%H:%M")


def _word_in(words: Mapping[str, Mapping[str, str]]) -> Callable[[str, str], str]:
    def word(section: str, code: str) -> str:
        """A code in words; a code of a tenant's own is told as `other`."""
        return words[section].get(code, words[section]["other"])

    return word


_SHORT_WITHOUT_LINK = frozenset({"contact_code", "partner_code"})
"""Who asked for a code has the page before her."""


class Short(Struct, frozen=True):
    """What a small screen shows: a title, one sentence, and where it leads."""

    title: str
    text: str
    link: str


def compose_short(kind: str, language: str, facts: Mapping[str, Any], *, public_url: str) -> Short:
    """A message for an SMS or a device: a kind without words of its own says only that there is something."""
    every = _short_words(known_language(language))
    words = every.get(kind, every["other"])
    title, text = (_environment().from_string(words[part]).render(facts) for part in ("title", "text"))
    link = "" if kind in _SHORT_WITHOUT_LINK else public_url + LINKS[kind].format_map(facts)
    return Short(title, text, link)


@cache
def _short_words(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((_TEMPLATES / f"short.{language}.toml").read_text(encoding="utf-8"))


@cache
def _words(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((_TEMPLATES / f"words.{language}.toml").read_text(encoding="utf-8"))


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape(["html"]),
    )
    environment.filters["clock"] = _clock
    environment.filters["moment"] = _moment
    return environment


class Mailer:
    """One mail at a time over SMTP. After a server that does not answer at all, it rests a moment before the next."""

    def __init__(self, url: str, *, sender: str, public_url: str, timeout: float) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port
        self._tls = parts.scheme == "smtps"
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._sender_name, self._sender = parseaddr(sender)
        self._public_url = public_url.rstrip("/")
        self._timeout = timeout
        self._rests_until: datetime | None = None

    async def send(
        self,
        delivery_id: UUID,
        kind: str,
        addressee: Addressee,
        facts: Mapping[str, Any],
        *,
        urgent: bool,
        now: datetime,
    ) -> None:
        """Hand over to the mail server. Raises `RefusedForGood` for good and `NotSent` for now.

        The Message-ID is the delivery's, so that a mail which is sent twice can be seen to be one.
        """
        letter = compose(kind, addressee, facts, public_url=self._public_url, urgent=urgent)
        message = self._message(delivery_id, addressee, letter, urgent=urgent, now=now)
        if self._rests_until is not None and now < self._rests_until:
            raise NotSent("server_timeout")
        try:
            await aiosmtplib.send(
                message,
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._tls,
                # a password never goes over an open line; without one, TLS where the server offers it
                start_tls=None if self._tls or self._user is None else True,
                timeout=self._timeout,
            )
        except aiosmtplib.SMTPTimeoutError as silent:
            self._rests_until = now + _REST
            raise NotSent("server_timeout") from silent
        except (aiosmtplib.SMTPException, OSError) as failure:
            raise _reason_of(failure) from failure
        self._rests_until = None

    def _message(
        self, delivery_id: UUID, addressee: Addressee, letter: Letter, *, urgent: bool, now: datetime
    ) -> EmailMessage:
        message = EmailMessage(policy=SMTP_POLICY)
        try:
            message["To"] = Address(addressee.name, addr_spec=addressee.email)
        except (MessageError, ValueError, IndexError) as wrong:
            raise RefusedForGood("address_wrong") from wrong
        message["From"] = Address(self._sender_name, addr_spec=self._sender)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{delivery_id}@{self._sender.rpartition('@')[2]}>"
        message["Content-Language"] = addressee.language
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        if urgent:
            message["Importance"] = "high"
            message["X-Priority"] = "1"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return message


def _reason_of(failure: Exception) -> NotSent:
    """A code for what the server said; its own words may hold the address, so they are not kept.

    Only a refused recipient or refused content is for good: a wrong password or a wrong sender is ours to mend.
    """
    match failure:
        case aiosmtplib.SMTPRecipientsRefused(recipients=[first, *_]):
            return _by_code("recipient_refused", first.code)
        case aiosmtplib.SMTPRecipientRefused(code=code):
            return _by_code("recipient_refused", code)
        case aiosmtplib.SMTPDataError(code=code):
            return _by_code("content_refused", code)
        case aiosmtplib.SMTPNotSupported():
            return RefusedForGood("address_not_supported")
        case aiosmtplib.SMTPResponseException():
            return NotSent("server_refused")
        case _:
            return NotSent("server_unreachable")


def _by_code(reason: str, code: int) -> NotSent:
    return RefusedForGood(reason) if code >= _FOR_GOOD else NotSent(reason)
