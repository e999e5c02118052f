"""Referrals of the police zone in every kind of state, one of them to the social service of another tenant.

Made by the services' own commands, each at its own moment; what one service asks another is answered from its database.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.demo import call_outs
from deploy.demo.script import Story
from deploy.demo.workshop import BRUSSELS, Cast, Workshop, at, service_principal
from services.cases.dossiers import queries as cases
from services.cases.dossiers.models import Dossier
from services.cases.dossiers.people import DossierPerson
from services.cases.persons.models import Person
from services.cases.victim_support import commands as victim_support
from services.referrals.referring import commands, neighbours
from services.referrals.referring.changes import TELL_PARTNER
from services.referrals.referring.models import Referral, ReferralMove
from services.referrals.referring.terms import morning_after
from services.referrals.social_map.models import EDITORS, layer_of
from services.referrals.social_map.writing import Draft, entry_id, write
from shared import outbox, timers
from shared.auth import Permission, Principal
from shared.client import CALLER_TOKEN, CLIENT
from shared.contracts.consents import OfferReferral
from shared.contracts.incoming_referrals import HandOver
from shared.contracts.referrals import ReferralHandedOver, ReferralProgressed, ReferralReminder
from shared.contracts.referring import AnswerReferral, ProposeReferral, SendReferral, WithdrawReferral
from shared.db import uuid7

_KORTRIJK: Final = "kortrijk"
_MAIL: Final = {"email": "onthaal@caw.example", "language": "nl"}
_PARTNERS: Final = (
    (
        "caw",
        {"name": "CAW Oost-Vlaanderen", "referral_contact": _MAIL},
        {
            "name": "Slachtofferhulp",
            "description": "Gesprekken na een misdrijf, een ongeval of een overlijden.",
            "referral_form": "caw_victim",
            "phones": [{"number": "053 00 09 01"}],
        },
    ),
    (
        "ocmw",
        {"name": "OCMW Aalst"},
        {
            "name": "Sociale dienst",
            "description": "Hulp bij geld, wonen, energie en gezondheid.",
            "referral_form": "ocmw",
            "phones": [{"number": "053 00 09 02"}],
        },
    ),
    (
        _KORTRIJK,
        {"name": "OCMW Kortrijk", "platform_tenant": _KORTRIJK},
        {
            "name": "Sociale dienst",
            "description": "Onthaal en maatschappelijk werk in Kortrijk.",
            "referral_form": "ocmw",
            "phones": [{"number": "056 00 09 03"}],
        },
    ),
)
"""Partners with whom the zone has an agreement: their key here, the organisation and the service."""


@dataclass(frozen=True)
class Desk:
    """One referral under way: whose it is, and the ways to act on it."""

    session: AsyncSession
    cast: Cast
    holder: UUID
    referral_id: UUID

    def principal(self, now: datetime) -> Principal:
        return self.cast.principal(self.holder, now=now)


Act = Callable[[Desk, datetime], Awaitable[Any]]


@dataclass(frozen=True)
class Course:
    """A referral in the dossier of a story, and what happened after so many days, in order."""

    story_ago: int
    service: str
    values: Mapping[str, str]
    acts: Sequence[tuple[int, Act]]
    urgency: str = "normal"


def _offer(state: str) -> Act:
    async def act(desk: Desk, now: datetime) -> None:
        referral = await desk.session.get_one(Referral, desk.referral_id)
        fields = list(referral.values) if state == "given" else []
        command = OfferReferral(state=state, fields=fields)
        await commands.offer_referral(desk.session, desk.principal(now), command, desk.referral_id, now=now)

    return act


async def _send(desk: Desk, now: datetime) -> None:
    referral = await desk.session.get_one(Referral, desk.referral_id)
    command = SendReferral(version=referral.version)
    await commands.send_referral(desk.session, desk.principal(now), command, desk.referral_id, now=now)


def _answered(answer: str) -> Act:
    async def act(desk: Desk, now: datetime) -> None:
        command = AnswerReferral(answer=answer)
        await commands.answer_referral(desk.session, desk.principal(now), command, desk.referral_id, now=now)

    return act


async def _withdraw(desk: Desk, now: datetime) -> None:
    command = WithdrawReferral(reason="consent_withdrawn")
    await commands.withdraw_referral(desk.session, desk.principal(now), command, desk.referral_id, now=now)


_COURSES: Final = (
    Course(
        14,
        "caw",
        {"need": "Wil met iemand praten. Durft niet meer alleen naar buiten.", "facts_type": "violence"},
        (
            (2, _offer("refused")),
            (6, _offer("given")),
            (7, _send),
            (8, _answered("acknowledged")),
            (9, _answered("accepted")),
        ),
    ),
    Course(
        31,
        "caw",
        {"need": "Begeleiding na belaging.", "facts_type": "threat_or_stalking"},
        ((3, _offer("refused")), (15, _offer("refused"))),
    ),
    Course(
        12,
        "caw",
        {"need": "Gesprek met moeder en zoon.", "facts_type": "family_violence"},
        ((4, _offer("pending")),),
    ),
    Course(
        24,
        "caw",
        {"need": "Uitleg over het verhoor en iemand om op terug te vallen."},
        ((2, _offer("given")), (3, _send), (4, _withdraw)),
    ),
    Course(
        10,
        "ocmw",
        {"need": "Hulp bij de schulden en een voedselpakket.", "need_kind": "debts"},
        ((1, _offer("given")), (1, _send)),
    ),
    Course(
        7,
        _KORTRIJK,
        {"need": "Verblijft na de brand bij haar zus in Kortrijk. Heeft geen kleren en geen geld.",
         "need_kind": "housing", "municipality": "Kortrijk"},
        ((1, _offer("given")), (1, _send)),
        urgency="urgent",
    ),
)  # fmt: skip


_OF_THE_FIRST: Final = (
    ("caw", {"need": "Slaapt slecht sinds de feiten. Wil er met iemand over praten."}, 12),
    ("ocmw", {"need": "Kan de huur deze maand niet betalen.", "need_kind": "housing"}, 2),
)
"""What the first worker sent, so many days ago, in dossiers of hers: nobody answered yet, and one answer is late."""


class Neighbours:
    """What a service asks another, answered from that one's database: the demo is made while nobody listens."""

    def __init__(self, workshop: Workshop, cast: Cast, caller: UUID, now: datetime) -> None:
        self._workshop, self._cast, self._caller = workshop, cast, caller
        self.now = now

    async def own_token(self, tenant: str) -> str:
        return tenant

    async def tell(
        self, service: str, path: str, command: Any, _kind: type[Any], *, token: str, key: UUID | None = None
    ) -> Any:
        if path == "/dossiers/access":
            principal = self._cast.principal(self._caller, now=self.now)
            async with self._workshop.transaction(service, self._cast.tenant.key) as session:
                return await cases.accessible_dossiers(session, principal, command, now=self.now)
        if path == "/handed-over" and isinstance(command, HandOver):
            principal = service_principal("referrals", token, Permission.REFERRAL_HAND_OVER, now=self.now)
            async with self._workshop.transaction(service, token) as session:
                taken = await commands.take_handed_over(session, principal, command, now=self.now)
                _quietly(session)
                return taken
        raise LookupError(f"the demo answers no {path} ({key})")


def _quietly(session: AsyncSession) -> None:
    """It happened long ago: nobody is told now, and no clock starts."""
    outbox.withhold(session)
    timers.withhold(session)


async def refer(workshop: Workshop, cast: Cast, stories: list[Story], *, now: datetime) -> None:
    """Nothing when there is any referral already."""
    tenant, today = cast.tenant.key, now.astimezone(BRUSSELS).date()
    async with workshop.transaction("referrals", tenant) as session:
        if await session.scalar(select(Referral.id).limit(1)) is not None:
            return
        await write(session, layer_of(tenant), _drafts(), source=EDITORS, by=None, now=now)
        _quietly(session)
    told = {story.ago: found for found, story in (await call_outs.closed(workshop, cast, stories)).items()}
    for course in (*_COURSES, *await _of_the_first(workshop, cast, told)):
        began = today - timedelta(days=course.story_ago)
        moments = [
            at(began + timedelta(days=day), time(10 + place, 20))
            for place, (day, _) in enumerate(course.acts)
        ]
        dossier, person = await _about(workshop, tenant, told[course.story_ago])
        holder = dossier.holder or cast.with_role("spot_worker")[0]
        client = Neighbours(workshop, cast, holder, moments[0] - _BEFORE)
        async with workshop.transaction("referrals", tenant) as session:
            session.info.update({CLIENT: client, CALLER_TOKEN: tenant})
            proposal = _proposal(cast, holder, course, person)
            made = await commands.propose_referral(
                session, cast.principal(holder, now=client.now), proposal, dossier.id, now=client.now
            )
            desk = Desk(session, cast, holder, made.referral_id)
            for (_, act), moment in zip(course.acts, moments, strict=True):
                client.now = moment
                await session.flush()
                await act(desk, moment)
            await session.flush()
            if course.service == _KORTRIJK:
                knock = ReferralHandedOver(
                    id=uuid7(),
                    occurred_at=client.now,
                    tenant=tenant,
                    referral_id=made.referral_id,
                    revision=1,
                )
                await neighbours.hand_over(session, knock, now=client.now)
            moves = await _moves(session, made.referral_id)
            late = await _late_since(session, made.referral_id, today)
            _quietly(session)
            if course.service == "caw" and course.acts[-1][1] is _send:
                # what waits for a partner's answer really leaves: the mail with its link lies in the post box
                timers.schedule(session, tenant, now, TELL_PARTNER, made.referral_id)
        await _show(workshop, tenant, dossier, made.referral_id, person.id, holder, moves)
        if late is not None:
            await _remind(workshop, tenant, dossier, made.referral_id, holder, late)


async def _of_the_first(workshop: Workshop, cast: Cast, told: Mapping[int, UUID]) -> list[Course]:
    """In the youngest of her open dossiers that are old enough; who holds which follows from the roster."""
    tenant, first = cast.tenant.key, cast.with_role("spot_worker")[0]
    taken = {course.story_ago for course in _COURSES}
    hers = []
    for ago in sorted(set(told) - taken):
        with suppress(NoResultFound):
            dossier, _ = await _about(workshop, tenant, told[ago])
            if dossier.holder == first and dossier.state == "open":
                hers.append(ago)
    return [
        Course(ago, service, values, ((ago - sent, _offer("given")), (ago - sent, _send)))
        for service, values, sent in _OF_THE_FIRST
        for ago in [each for each in hers if each > sent][:1]
    ]


async def _late_since(session: AsyncSession, referral_id: UUID, today: date) -> datetime | None:
    """The morning on which its follower was reminded that nobody answered, if that is past."""
    referral = await session.get_one(Referral, referral_id)
    if referral.state != "sent" or referral.answer_by is None or referral.answer_by >= today:
        return None
    return morning_after(referral.answer_by)


async def _remind(
    workshop: Workshop, tenant: str, dossier: Dossier, referral_id: UUID, follower: UUID, at_: datetime
) -> None:
    reminder = ReferralReminder(
        id=uuid7(), occurred_at=at_, tenant=tenant, referral_id=referral_id, dossier_id=dossier.id,
        follower=follower, what="answer_by",
    )  # fmt: skip
    async with workshop.transaction("cases", tenant) as session:
        await victim_support.plan_follow_up(session, reminder, now=at_)
        _quietly(session)


_BEFORE: Final = timedelta(minutes=10)


def _drafts() -> list[Draft]:
    drafts = []
    for key, organization, service in _PARTNERS:
        of = entry_id(EDITORS, "organization", f"demo-{key}")
        drafts += [
            Draft(kind="organization", content=dict(organization), source_id=f"demo-{key}", id=of),
            Draft(
                kind="service",
                content={"status": "active", **service},
                source_id=f"demo-{key}",
                id=_service(key),
                organization_id=of,
            ),
        ]
    return drafts


def _service(key: str) -> UUID:
    return entry_id(EDITORS, "service", f"demo-{key}")


async def _about(workshop: Workshop, tenant: str, call_out_id: UUID) -> tuple[Dossier, Person]:
    """The dossier of a story, and the first victim or relative in it."""
    async with workshop.transaction("cases", tenant) as session:
        dossier = (await session.scalars(select(Dossier).where(Dossier.call_out_id == call_out_id))).one()
        people = select(Person).join(DossierPerson, DossierPerson.person_id == Person.id)
        wanted = people.where(
            DossierPerson.dossier_id == dossier.id, DossierPerson.role.in_(("victim", "next_of_kin"))
        )
        person = (await session.scalars(wanted.order_by(DossierPerson.added_at, Person.id).limit(1))).one()
        session.expunge_all()
    return dossier, person


def _proposal(cast: Cast, holder: UUID, course: Course, person: Person) -> ProposeReferral:
    values = {
        "referrer": cast.person(holder).name,
        "office": cast.tenant.name,
        "name": f"{person.first_name} {person.last_name}",
        "language": person.language or "nl",
        "may_be_contacted": "person_only",
        "safe_hours": "overdag",
        **course.values,
    }
    return ProposeReferral(
        service_id=_service(course.service), person_id=person.id, urgency=course.urgency, values=values
    )


async def _moves(session: AsyncSession, referral_id: UUID) -> Sequence[ReferralMove]:
    found = await session.scalars(
        select(ReferralMove)
        .where(ReferralMove.record_id == referral_id)
        .order_by(ReferralMove.at, ReferralMove.id)
    )
    return found.all()


async def _show(
    workshop: Workshop,
    tenant: str,
    dossier: Dossier,
    referral_id: UUID,
    person_id: UUID,
    holder: UUID,
    moves: Sequence[ReferralMove],
) -> None:
    """What cases would hear of it."""
    async with workshop.transaction("cases", tenant) as session:
        for move in moves:
            step = ReferralProgressed(
                id=uuid7(), occurred_at=move.at, tenant=tenant, actor=move.by, referral_id=referral_id,
                dossier_id=dossier.id, follower=holder, state=move.state, what=move.what, kind="",
                person_id=person_id,
            )  # fmt: skip
            await victim_support.show_referral_step(session, step, now=move.at)
        _quietly(session)
