"""Writes letters into dossiers, as their door does, and sends those that left; and a leaflet of the zone's own."""

from datetime import datetime, timedelta

from sqlalchemy import select

from deploy.demo import call_outs
from deploy.demo.script import DemoLetter, Story
from deploy.demo.workshop import BRUSSELS, Cast, Workshop, at, service_principal
from services.cases.configuration.copy import keep_configuration
from services.cases.documents import commands
from services.cases.documents.archive import Place, archive_of
from services.cases.documents.commands.files import Received, digest, tenant_key
from services.cases.documents.models import Letter
from services.cases.documents.printing import printed
from services.cases.dossiers.models import Dossier
from services.cases.dossiers.people import DossierPerson
from services.identity.tenants.queries import tenant_configuration
from shared import outbox
from shared.auth import Permission
from shared.contracts.documents import LeafletText, SaveLeaflet, SendLetter, WriteLetter
from shared.db import uuid7

_DAY = timedelta(days=1)
_WRITTEN_BEFORE = timedelta(days=20)
_CARNIVAL = SaveLeaflet(
    texts={
        "nl": LeafletText(
            "Na carnaval",
            "U hebt op carnaval iets meegemaakt dat niet hoort. U staat er niet alleen voor.\n"
            "## Vandaag\n- Laat u verzorgen, ook als het maar een schram lijkt.\n"
            "- Schrijf op wat u nog weet: wie, waar, wanneer.\n- Bewaar kleren en foto's.\n"
            "## De dagen erna\nSlecht slapen en schrikken zijn gewone reacties. Duurt het langer dan een maand, praat "
            "dan met uw huisarts.\n## Wie helpt\n- Slachtofferhulp van het CAW: 0800 13 500, gratis.",
        ),
        "fr": LeafletText(
            "Après le carnaval",
            "Vous avez vécu au carnaval quelque chose qui n'est pas normal. Vous n'êtes pas seul.\n"
            "## Aujourd'hui\n- Faites-vous soigner, même pour une égratignure.\n"
            "- Notez ce dont vous vous souvenez : qui, où, quand.\n- Gardez vos vêtements et vos photos.\n"
            "## Les jours suivants\nMal dormir et sursauter sont des réactions normales. Si cela dure plus d'un mois, "
            "parlez-en à votre médecin.",
        ),
    },
    suggested_for=["carnival"],
)
_SENT_AFTER = timedelta(minutes=25)


async def write(
    workshop: Workshop, cast: Cast, stories: list[Story], letters: list[DemoLetter], *, now: datetime
) -> None:
    """Nothing when there is any letter already."""
    tenant = cast.tenant.key
    told = {
        story.ago: call_out_id
        for call_out_id, story in (await call_outs.closed(workshop, cast, stories)).items()
    }
    async with workshop.transaction("identity", tenant) as session:
        asking = service_principal("cases", tenant, Permission.SETTINGS_READ, now=now)
        configuration = await tenant_configuration(session, asking, now=now)
    async with workshop.transaction("cases", tenant) as session:
        if await session.scalar(select(Letter.id).limit(1)) is not None:
            return
        # cases hears of it by event soon; a letter needs its sender now
        await keep_configuration(session, configuration, now=now)
        manager = cast.principal(cast.with_role("administrator")[0], now=now)
        await commands.save_leaflet(session, manager, _CARNIVAL, "after_carnival", now=now - _WRITTEN_BEFORE)
        for letter in letters:
            found = await session.scalars(
                select(Dossier).where(Dossier.call_out_id == told[letter.story_ago])
            )
            dossier = found.one()
            person_id = await session.scalar(
                select(DossierPerson.person_id)
                .where(DossierPerson.dossier_id == dossier.id)
                .order_by(DossierPerson.added_at)
                .limit(1)
            )
            when = min(at(now.astimezone(BRUSSELS).date() - letter.ago * _DAY, letter.at), now)
            assert dossier.holder is not None  # noqa: S101 - nobody declares a conflict in the stories
            writer = cast.principal(dossier.holder, now=when)
            command = WriteLetter(
                template=letter.template,
                person_id=person_id,
                values=_dated(letter, now=now),
                signed_by=cast.person(dossier.holder).name,
                courtesy_language=letter.courtesy_language,
                courtesy_values=letter.courtesy_values,
                pictograms=letter.pictograms,
            )
            composed = await commands.compose_letter(session, writer, command, dossier.id, now=when)
            kept = []
            for part, pdf in zip(
                composed.parts, await printed([each.data for each in composed.parts], at=when), strict=True
            ):
                place = Place(tenant, uuid7(), await tenant_key(session, tenant, now=when))
                await archive_of(session).put(place, pdf)
                kept.append(Received(place.document_id, part.name, "application/pdf", len(pdf), digest(pdf)))
            ref = await commands.keep_letter(session, writer, command, dossier.id, composed, kept, now=when)
            if letter.way:
                sent = SendLetter(way=letter.way, sent_on=when.astimezone(BRUSSELS).date())
                await session.flush()
                await commands.send_letter(session, writer, sent, ref.letter_id, now=when + _SENT_AFTER)
        outbox.withhold(session)


def _dated(letter: DemoLetter, *, now: datetime) -> dict[str, str]:
    called = now.astimezone(BRUSSELS).date() - letter.story_ago * _DAY
    return {
        name: (called + int(value) * _DAY).isoformat() if value.startswith("+") else value
        for name, value in letter.values.items()
    }
