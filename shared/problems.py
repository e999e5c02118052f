"""How a door answers what went wrong: a problem with a code per field (RFC 9457), whoever noticed it."""

import logging
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from shared.errors import FieldError, Invalid, Problem, ProblemDetails, details_of
from shared.telemetry import trace_id

PROBLEM_JSON = "application/problem+json"

log = logging.getLogger(__name__)


class BodyTooDeep(Invalid):
    """A body is nested too deep to be one of ours."""

    code = "body_too_deep"


def answer_problem(_request: Request[Any, Any, Any], problem: Problem) -> Response[ProblemDetails]:
    return Response(details_of(problem, trace_id()), status_code=problem.status, media_type=PROBLEM_JSON)


def answer_http_exception(
    _request: Request[Any, Any, Any], failure: HTTPException
) -> Response[ProblemDetails]:
    """What Litestar itself refuses: unknown paths, wrong methods, bodies that do not fit their struct."""
    status = HTTPStatus(failure.status_code)
    errors: list[FieldError] = []
    code = status.phrase.lower().replace(" ", "_")
    if isinstance(failure, ValidationException):
        status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "invalid"
        errors = [_field_error(each) for each in failure.extra or [] if isinstance(each, dict)]
    details = ProblemDetails(
        type=f"urn:vangnet:problem:{code}",
        title=status.phrase,
        status=status.value,
        code=code,
        errors=errors,
        trace_id=trace_id(),
    )
    return Response(details, status_code=status, media_type=PROBLEM_JSON)


def _field_error(extra: dict[str, Any]) -> FieldError:
    """A code for what msgspec says in English; the words themselves may quote what was typed, so they stay here."""
    message = str(extra.get("message", ""))
    name = str(extra.get("key", "")).removeprefix("$.")
    for said, code in (("missing required field", "required"), ("unknown field", "unknown_field")):
        if said in message:
            inner = message.split("`")[1]
            return FieldError(inner if name in {"", "data"} else f"{name}.{inner}", code)
    if "length" in message:
        return FieldError(name, "too_long" if "<=" in message else "too_short")
    if "enum value" in message:
        return FieldError(name, "not_a_choice")
    return FieldError(name, "wrong_type")


def answer_too_deep(_request: Request[Any, Any, Any], failure: RecursionError) -> Response[ProblemDetails]:
    """A body that is nested deeper than any of ours; what reads it counts how deep it is."""
    log.warning("request nested too deep", exc_info=failure)
    return Response(
        details_of(BodyTooDeep(), trace_id()), status_code=BodyTooDeep.status, media_type=PROBLEM_JSON
    )


def answer_failure(_request: Request[Any, Any, Any], failure: Exception) -> Response[ProblemDetails]:
    """What nobody foresaw: logged with where it happened, answered without its text."""
    log.error("request failed", exc_info=failure)
    return Response(details_of(Problem(), trace_id()), status_code=500, media_type=PROBLEM_JSON)
