"""What aftercare keeps beside the dossier: re-contact rules, consents, risk, goodbye, practical help, home bans."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts.aftercare import ConsentView, GoodbyeFacts
from shared.db import Base, uuid7
from shared.errors import Conflict


class AlreadyWithdrawn(Conflict):
    """Only a consent that was given can be withdrawn."""

    code = "consent_not_given"


class NoPermission(Conflict):
    """The prosecutor has not given permission for the goodbye."""

    code = "no_permission"


class HomeBanOver(Conflict):
    """The home ban has ended."""

    code = "home_ban_over"


class OwnRecontactRule(Base):
    """The tenant's own days for a type of incident, from a day on."""

    __tablename__ = "recontact_rules"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    incident_type: Mapped[str] = mapped_column(Text)
    days: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    valid_from: Mapped[date] = mapped_column(Date)
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    set_by: Mapped[UUID] = mapped_column(Uuid)


class TypeChange(Base):
    """A dossier that went on as another type: one row for each transition."""

    __tablename__ = "type_changes"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    was: Mapped[str] = mapped_column(Text)
    incident_type: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[UUID] = mapped_column(Uuid)


class Consent(Base):
    """Somebody agreed to something, or was offered it and did not; for a minor by whom."""

    __tablename__ = "consents"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    purpose: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    given_by: Mapped[UUID | None] = mapped_column(Uuid)
    on_day: Mapped[date] = mapped_column(Date)
    way: Mapped[str] = mapped_column(Text)
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    recorded_by: Mapped[UUID] = mapped_column(Uuid)

    @classmethod
    def record(
        cls,
        dossier_id: UUID,
        purpose: str,
        state: str,
        *,
        on: date,
        by: UUID,
        at: datetime,
        person_id: UUID | None = None,
        given_by: UUID | None = None,
        way: str = "",
    ) -> "Consent":
        """Of a refusal only the offer and the day are kept."""
        given = state == "given"
        return cls(
            id=uuid7(),
            dossier_id=dossier_id,
            person_id=person_id,
            purpose=purpose,
            state=state,
            given_by=given_by if given else None,
            on_day=on,
            way=way if given else "",
            recorded_at=at,
            recorded_by=by,
        )

    def withdraw(self, *, on: date) -> None:
        """Raises `AlreadyWithdrawn`."""
        if self.state != "given":
            raise AlreadyWithdrawn
        self.state, self.withdrawn_on = "withdrawn", on

    def view(self) -> ConsentView:
        return ConsentView(
            consent_id=self.id,
            purpose=self.purpose,
            person_id=self.person_id,
            state=self.state,
            given_by=self.given_by,
            on=self.on_day,
            way=self.way,
            withdrawn_on=self.withdrawn_on,
            recorded_by=self.recorded_by,
        )


class RiskAssessment(Base):
    """Where an official risk assessment stands, and its level."""

    __tablename__ = "risk_assessments"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    level: Mapped[str] = mapped_column(Text)
    instrument: Mapped[str] = mapped_column(Text)
    assessed_on: Mapped[date] = mapped_column(Date)
    assessed_by: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    recorded_by: Mapped[UUID] = mapped_column(Uuid)


class Goodbye(Base):
    """A last visit to the deceased: the prosecutor's permission, where, who came, what the family wishes."""

    __tablename__ = "goodbyes"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    permission: Mapped[str] = mapped_column(Text)
    permission_on: Mapped[date | None] = mapped_column(Date)
    autopsy_on: Mapped[date | None] = mapped_column(Date)
    place_kind: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    planned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    held_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    preparation: Mapped[str] = mapped_column(Text)
    attendees: Mapped[str] = mapped_column(Text)
    present: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    object_wishes: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[UUID] = mapped_column(Uuid)

    def say(self, facts: GoodbyeFacts, *, by: UUID, at: datetime) -> None:
        """Raises `NoPermission`: without it nobody says goodbye."""
        if facts.held_at is not None and facts.permission in ("asked", "refused"):
            raise NoPermission
        for name in GoodbyeFacts.__struct_fields__:
            setattr(self, name, getattr(facts, name))
        self.changed_by, self.changed_at = by, at

    def facts(self) -> GoodbyeFacts:
        return GoodbyeFacts(**{name: getattr(self, name) for name in GoodbyeFacts.__struct_fields__})


class PracticalHelp(Base):
    """One act of practical help, with its minutes."""

    __tablename__ = "practical_helps"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    done_on: Mapped[date] = mapped_column(Date)
    done_by: Mapped[UUID] = mapped_column(Uuid)
    minutes: Mapped[int] = mapped_column(Integer)
    result: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class HomeBan(Base):
    """A temporary home ban: it runs from the oral notification, may be extended once, and ends."""

    __tablename__ = "home_bans"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    state: Mapped[str] = mapped_column(Text)
    notified_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    days: Mapped[int] = mapped_column(Integer)
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ordered_by: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    banned_person_id: Mapped[UUID | None] = mapped_column(Uuid)
    hearing_by: Mapped[date] = mapped_column(Date)
    hearing_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    court: Mapped[str] = mapped_column(Text)
    extended_on: Mapped[date | None] = mapped_column(Date)
    end_reason: Mapped[str] = mapped_column(Text)
    victim_informed: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    noted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    noted_by: Mapped[UUID] = mapped_column(Uuid)

    def require_running(self, now: datetime) -> None:
        """Raises `HomeBanOver`."""
        if self.state == "ended" or self.ends_at <= now:
            raise HomeBanOver

    def end(self, reason: str) -> None:
        """Raises `HomeBanOver`."""
        if self.state == "ended":
            raise HomeBanOver
        self.state, self.end_reason = "ended", reason
