"""What signing in leaves behind: a password's hash, a second factor, challenges, sessions, reset links."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.staff.models import Staff
from shared.auth import TOKEN_LIFETIME
from shared.db import Base
from shared.errors import Conflict, Invalid, NotFound, TooMany, Unauthenticated

CHALLENGE_LIFETIME = timedelta(minutes=5)
RESET_INTERVAL = timedelta(minutes=5)
RESET_LIFETIME = timedelta(hours=24)
INVITATION_LIFETIME = timedelta(days=7)

SECOND_FACTOR = "second_factor"
ENROLMENT = "enrolment"


class WrongProof(Exception):
    """A guess that failed: it stays counted. Mixed into the refusals that say so."""


class SignInRefused(WrongProof, Unauthenticated):
    """Tenant, address or password: one answer for all."""

    code = "sign_in_refused"


class CodeWrong(WrongProof, Invalid):
    """Not the code of now, or one that was used."""

    code = "code_wrong"


class PasswordWrong(WrongProof, Invalid):
    """The present password is another one."""

    code = "password_wrong"


class ChallengeOver(Unauthenticated):
    """The five minutes are over, or it was used: begin again."""

    code = "challenge_over"


class SessionOver(Unauthenticated):
    """Ended, timed out, revoked, or never there."""

    code = "session_over"


class ResetOver(Conflict):
    """The link was used, replaced, or is too old."""

    code = "reset_over"


class ResetUnknown(NotFound):
    """No such reset here."""


class Locked(TooMany):
    """Too many wrong attempts on this name; the same for a name that nobody has."""


class Credential(Base):
    """A password. Passkeys and a tenant's own provider (OIDC) will be other ways to the same challenge."""

    __tablename__ = "credentials"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey(Staff.id), primary_key=True)
    password_hash: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SecondFactor(Base):
    """A sealed TOTP secret and the newest step that was used."""

    __tablename__ = "second_factors"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey(Staff.id), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(BigInteger)
    enrolled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RecoveryCode(Base):
    """A code on paper, good once."""

    __tablename__ = "recovery_codes"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey(Staff.id), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Challenge(Base):
    """The password was right; the second step is due. Good for its purpose alone."""

    __tablename__ = "challenges"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey(Staff.id))
    purpose: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    pending_secret: Mapped[bytes | None] = mapped_column(LargeBinary)

    def open(self, purpose: str, now: datetime) -> bool:
        return self.purpose == purpose and self.used_at is None and now < self.expires_at


class Session(Base):
    """Somebody is signed in, until idle too long, the end of the day's session, or revocation."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey(Staff.id))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    strong_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_why: Mapped[str | None] = mapped_column(Text)

    def open(self, idle_minutes: int, now: datetime) -> bool:
        """Idle time counts from the end of the last token: what happens while it is good is not seen here."""
        idle_from = self.seen_at + TOKEN_LIFETIME
        return (
            self.ended_at is None and now < self.ends_at and now < idle_from + timedelta(minutes=idle_minutes)
        )

    def end(self, why: str, now: datetime) -> None:
        self.ended_at, self.ended_why = now, why


class PasswordReset(Base):
    """Somebody may choose a password by a link, once."""

    __tablename__ = "password_resets"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey(Staff.id))
    invitation: Mapped[bool] = mapped_column(Boolean)
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    def open(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at
