"""What the hot reads share: PostgreSQL builds the JSON, and the row that says who read goes in the same statement."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    DateTime,
    FromClause,
    ScalarSelect,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    insert,
    literal,
    literal_column,
    select,
)

from services.cases.dossiers.access import caller
from shared.audit import AuditRow
from shared.auth import Principal
from shared.telemetry import trace_id

_COLUMNS = [
    "at", "user_id", "session_id", "service", "action", "object_kind", "object_id", "subject_id", "outcome",
    "details", "trace_id",
]  # fmt: skip


def reader(principal: Principal, *, now: datetime) -> dict[str, Any]:
    """The values of the parameters in `visible` and in `audit_of`."""
    return {
        **caller(principal, now=now),
        "session_id": principal.session_id,
        "service": principal.service,
        "trace_id": trace_id(),
    }


def audit_of(
    action: str | ColumnElement[str],
    object_kind: str,
    details: ColumnElement[Any],
    *,
    read: FromClause | None = None,
    dossier_id: ColumnElement[UUID] | None = None,
) -> CTE:
    """Writes an audit row for each row of `read` (so none where nothing was found), or one without `read`."""
    row: Select[Any] = select(
        bindparam("now", type_=DateTime(timezone=True)),
        bindparam("user_id", type_=Uuid),
        bindparam("session_id", type_=Uuid),
        bindparam("service", type_=Text),
        literal(action, Text) if isinstance(action, str) else action,
        literal(object_kind, Text),
        cast(None, Uuid) if dossier_id is None else dossier_id,
        cast(None, Uuid) if dossier_id is None else dossier_id,
        literal("done", Text),
        details,
        bindparam("trace_id", type_=Text),
    )
    if read is not None:
        row = row.select_from(read)
    return insert(AuditRow).from_select(_COLUMNS, row).cte("audited")


def json_rows(lines: Select[*tuple[Any, ...]], name: str) -> ScalarSelect[Any]:
    """The lines as one JSON array, keyed by their column names."""
    rows = lines.subquery(name)
    return select(
        func.coalesce(func.json_agg(rows.table_valued()), literal_column("'[]'::json"))
    ).scalar_subquery()
