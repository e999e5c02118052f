"""What is kept beside a call-out: decisions, corrections, rest, what the coordinator was told, and second numbers."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Date, DateTime, ForeignKey, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class Incident(Base):
    """Something with many victims, under which call-outs are gathered; `incidents/` knows the rest of it."""

    __tablename__ = "incidents"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    incident_type: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    opened_by: Mapped[UUID] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[UUID | None] = mapped_column(Uuid)
    holder: Mapped[UUID | None] = mapped_column(Uuid)
    wiped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CallOutDecision(Base):
    """Two call-outs and one person: which goes first, who decided it and why (S02). It is shown on both."""

    __tablename__ = "call_out_decisions"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    call_out_id: Mapped[UUID] = mapped_column(ForeignKey("call_outs.id"))
    other_call_out_id: Mapped[UUID] = mapped_column(ForeignKey("call_outs.id"))
    first_call_out_id: Mapped[UUID] = mapped_column(ForeignKey("call_outs.id"))
    measure: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    noted_by: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CallOutCorrection(Base):
    """A moment that was corrected: what it was, what it became, who did it, when and why."""

    __tablename__ = "call_out_corrections"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    call_out_id: Mapped[UUID] = mapped_column(ForeignKey("call_outs.id"))
    position: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    old_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    new_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    out_of_order: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    corrected_by: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RestChoice(Base):
    """When a member begins again after a call-out, with the warnings that were read and the reason."""

    __tablename__ = "call_out_rests"

    call_out_id: Mapped[UUID] = mapped_column(ForeignKey("call_outs.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    warnings: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reason: Mapped[str] = mapped_column(Text)
    chosen_by: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class MorningReport(Base):
    """The call-outs of one period that escalated or stayed without answer, told to the coordinators once (S03)."""

    __tablename__ = "morning_reports"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    on_day: Mapped[date] = mapped_column(Date)
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class MorningReportLine(Base):
    """A call-out in a report."""

    __tablename__ = "morning_report_lines"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("morning_reports.id"), primary_key=True)
    call_out_id: Mapped[UUID] = mapped_column(ForeignKey("call_outs.id"), primary_key=True)


class SecondNumber(Base):
    """Somebody who can be tried on a second number. The number itself is identity's."""

    __tablename__ = "second_numbers"

    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)


class HiddenBriefing(Base):
    """Who declared a conflict of interest sees no word of the call-out any more."""

    __tablename__ = "hidden_briefings"

    call_out_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
