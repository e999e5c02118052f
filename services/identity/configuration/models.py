"""The tenant's own settings as they are stored, and how its incident types lie over the list of all tenants."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts import configuration as contract
from shared.db import Base

ORGANISATION_FACTS = tuple(
    name for name in contract.Organisation.__struct_fields__ if name not in {"valid_from", "valid_to"}
)
TYPE_FACTS = ("group", "urgency", "recontact", "minors", "mandatory", "leaflets", "hidden", "labels")
SEEDS = {each.code: each for each in contract.SEED_INCIDENT_TYPES}


class OrganisationVersion(Base):
    """The organisation as it is from a day on."""

    __tablename__ = "organisation"

    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    service_name: Mapped[str] = mapped_column(Text)
    street: Mapped[str] = mapped_column(Text)
    postal_code: Mapped[str] = mapped_column(Text)
    municipality: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    website: Mapped[str] = mapped_column(Text)
    officer_name: Mapped[str] = mapped_column(Text)
    officer_phone: Mapped[str] = mapped_column(Text)
    officer_email: Mapped[str] = mapped_column(Text)
    statistics_period: Mapped[str] = mapped_column(Text)

    @property
    def facts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ORGANISATION_FACTS}


class TypeVersion(Base):
    """An own incident type, or one of the list that the tenant set up otherwise, from a day on."""

    __tablename__ = "incident_types"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    group: Mapped[str] = mapped_column("statistic_group", Text)
    urgency: Mapped[str] = mapped_column(Text)
    recontact: Mapped[bool]
    minors: Mapped[bool]
    mandatory: Mapped[list[str]] = mapped_column(ARRAY(Text))
    leaflets: Mapped[list[str]] = mapped_column(ARRAY(Text))
    hidden: Mapped[bool]
    labels: Mapped[dict[str, str]] = mapped_column(JSONB)


class DayOff(Base):
    """A local day on which the tenant does not work."""

    __tablename__ = "local_days_off"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    why: Mapped[str] = mapped_column(Text)


class SettingChange(Base):
    """One change of a setting, field by field."""

    __tablename__ = "setting_changes"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    area: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[UUID] = mapped_column(Uuid)
    act: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date | None] = mapped_column(Date)
    changes: Mapped[list[Any]] = mapped_column(JSONB)


def organisations(versions: Sequence[OrganisationVersion]) -> list[contract.Organisation]:
    """The versions in order of their days, each until the next."""
    return [
        contract.Organisation(valid_from=each.valid_from, valid_to=end, **each.facts)
        for each, end in zip(versions, _ends(versions), strict=True)
    ]


def incident_types(versions: Iterable[TypeVersion]) -> list[contract.IncidentType]:
    """The types of the list in their order, then the tenant's own; each with its versions by day."""
    by_code: dict[str, list[TypeVersion]] = {code: [] for code in SEEDS}
    for version in sorted(versions, key=lambda each: (each.code, each.valid_from)):
        by_code.setdefault(version.code, []).append(version)
    return [each for code, own in by_code.items() for each in _versions_of(code, own)]


def _versions_of(code: str, versions: Sequence[TypeVersion]) -> list[contract.IncidentType]:
    found = [
        contract.IncidentType(
            code=code,
            own=code not in SEEDS,
            valid_from=each.valid_from,
            valid_to=end,
            **{name: getattr(each, name) for name in TYPE_FACTS},
        )
        for each, end in zip(versions, _ends(versions), strict=True)
    ]
    if code in SEEDS:
        first = versions[0].valid_from if versions else None
        found.insert(0, msgspec.structs.replace(SEEDS[code], valid_to=first))
    return found


def _ends(versions: Sequence[OrganisationVersion] | Sequence[TypeVersion]) -> list[date | None]:
    """Each version ends where the next begins, the last one never."""
    return [*(each.valid_from for each in versions[1:]), None][: len(versions)]
