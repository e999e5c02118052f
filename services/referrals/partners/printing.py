"""A referral's form on paper, by a press that runs beside us."""

import asyncio
import contextlib
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from services.referrals.partners.rules import proof_of
from services.referrals.partners.wording import (
    Writer,
    day_in_words,
    moment_in_words,
    parts_of,
    phone_in_words,
    said,
    word,
)
from services.referrals.referring.models import Referral
from services.referrals.referring.terms import local_day
from shared.contracts.partners import Receipt
from shared.errors import Unavailable

_PRESS: Final = Path(__file__).with_name("press.py")
_SECONDS: Final = 30
_AT_ONCE: Final = 2
_CHOICES: Final = ("accepted", "waiting_list", "refused", "first_contact", "not_reached")

_turns: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


class PressFailed(Unavailable):
    """The form could not be made; nothing was kept."""

    code = "press_failed"


def paper_of(
    referral: Referral,
    fields: Sequence[tuple[str, str]],
    writer: Writer,
    language: str,
    *,
    basis: str,
    now: datetime,
) -> dict[str, Any]:
    """What the layout sets: only the fields that are given, in this language. Pure."""
    facts = {
        "town": writer.town.partition(" ")[2] or writer.town or writer.name,
        "day": day_in_words(local_day(now)),
        "recipient": referral.recipient,
        "phone": phone_in_words(writer.phone),
        "digest": proof_of(referral.id, referral.revision, fields),
    }
    return {
        "lang": language,
        "title": word("form", referral.form, language),
        "sender": _sender(writer),
        "to": said("to", language, facts),
        "recipient": referral.recipient,
        "dated": said("dated", language, facts),
        "basis": said("on_consent" if basis == "consent" else "on_ground", language, facts),
        "parts": parts_of(fields, language),
        "answer": {
            "title": said("answer_title", language, facts),
            "text": said("answer_text" if writer.phone else "answer_text_no_phone", language, facts),
            "choices": [said(f"choice_{each}", language, facts) for each in _CHOICES],
            "signs": [said("sign_date", language, facts), said("sign_name", language, facts)],
        },
        "foot": said("foot", language, facts),
        "page": word("text", "page", language),
        "proof": said("proof", language, facts),
    }


def proof_paper(
    referral: Referral, receipts: Sequence[Receipt], writer: Writer, language: str, *, now: datetime
) -> dict[str, Any]:
    """The proof of receipt: moments, readers and fingerprints, and nothing of the person. Pure."""
    facts = {
        "town": writer.town.partition(" ")[2] or writer.town or writer.name,
        "day": day_in_words(local_day(now)),
        "recipient": referral.recipient,
        "number": str(referral.id),
    }
    rows = [
        [
            moment_in_words(each.at),
            "\n".join(
                part
                for part in (
                    word("receipt", each.what, language),
                    each.reader,
                    said(f"proved_{each.proved_by}", language, facts) if each.proved_by else "",
                    f"SHA-256 {each.digest}",
                )
                if part
            ),
        ]
        for each in receipts
    ]
    return {
        "lang": language,
        "title": said("proof_title", language, facts),
        "sender": _sender(writer),
        "to": said("about", language, facts),
        "recipient": referral.recipient,
        "dated": said("dated", language, facts),
        "basis": said("proof_basis", language, facts),
        "parts": [{"title": said("proof_part", language, facts), "rows": rows}] if rows else [],
        "answer": None,
        "foot": said("proof_foot", language, facts),
        "page": word("text", "page", language),
        "proof": said("proof_number", language, facts),
    }


def _sender(writer: Writer) -> dict[str, Any]:
    lines = [each for each in (writer.unit, writer.street, writer.town, phone_in_words(writer.phone)) if each]
    return {"name": writer.name, "lines": lines}


async def pressed(paper: dict[str, Any], *, now: datetime) -> bytes:
    """A tagged PDF (PDF/UA-1 and PDF/A-2a). Raises `PressFailed`."""
    job = msgspec.json.encode({"at": int(now.timestamp()), "paper": paper})
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE))
    async with turn:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(_PRESS),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
        try:
            async with asyncio.timeout(_SECONDS):
                out, _ = await process.communicate(job)
        except TimeoutError as slow:
            raise PressFailed from slow
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
    if process.returncode != 0:
        raise PressFailed
    return out
