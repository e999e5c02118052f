"""What can go wrong on purpose, and how it is answered: RFC 9457 problem details with a code per field."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec


class Problem(Exception):
    """An anticipated refusal. Subclasses live next to what raises them and name their `code`."""

    status: HTTPStatus = HTTPStatus.INTERNAL_SERVER_ERROR
    code: str = "internal_error"

    def __init__(
        self, fields: Mapping[str, str] | None = None, *, details: Mapping[str, str] | None = None
    ) -> None:
        """`fields` maps a field's path to its code; `details` carries codes and ids that the answer may show."""
        super().__init__(self.code)
        self.fields = dict(fields or {})
        self.details = dict(details or {})


class Invalid(Problem):
    """The request cannot be carried out as it is written; each wrong field has a code."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid"


class Unauthenticated(Problem):
    """Nobody is signed in, or the proof of it is no longer good."""

    status = HTTPStatus.UNAUTHORIZED
    code = "unauthenticated"


class Forbidden(Problem):
    """The caller is known and may not do this, whatever it is done to."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"


class StepUpNeeded(Forbidden):
    """A sensitive act asks for a recent second factor."""

    code = "step_up_needed"


class NotFound(Problem):
    """It does not exist for this caller: unknown, of another tenant, or out of sight alike."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"


class Conflict(Problem):
    """The state of things does not allow it now."""

    status = HTTPStatus.CONFLICT
    code = "conflict"


class TooMany(Problem):
    """Too many attempts; try again later."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many_attempts"


class Unavailable(Problem):
    """A part that is needed does not answer now; the same request may succeed later."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field, as a code that the reader's side translates."""

    field: str
    code: str


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of every error answer (RFC 9457), `application/problem+json`."""

    type: str
    title: str
    status: int
    code: str
    errors: list[FieldError] = []
    details: dict[str, str] = {}
    trace_id: str = ""


def details_of(problem: Problem, trace_id: str) -> ProblemDetails:
    return ProblemDetails(
        type=f"urn:vangnet:problem:{problem.code}",
        title=problem.status.phrase,
        status=problem.status.value,
        code=problem.code,
        errors=[FieldError(field, code) for field, code in problem.fields.items()],
        details=problem.details,
        trace_id=trace_id,
    )
