"""The line over which an open page hears that something changed elsewhere."""

from uuid import UUID

from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from services.gateway.live import Line
from services.gateway.rendering import AnyRequest
from services.gateway.visit import Visit


@get("/live", include_in_schema=False)
async def live_stream(
    request: AnyRequest,
    guest: NamedDependency[Visit],
    watch: FromQuery[str] = "",
    since: FromQuery[float] = 0,
) -> Response[str] | Stream:
    """204 tells a browser not to come back: nobody is signed in any more."""
    if guest.person is None:
        return Response("", status_code=204)
    line = Line(
        tenant=guest.person.tenant,
        user_id=guest.person.id,
        session_id=guest.person.session_id,
        permissions=guest.person.permissions,
        watch=guest.watches(watch) if watch else None,
        since=since,
    )
    messages = await request.app.state.live.follow(line)
    return Stream(messages, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@get("/live/who/{user_id:uuid}", include_in_schema=False, media_type=MediaType.TEXT)
async def who_changed(visit: NamedDependency[Visit], user_id: FromPath[UUID]) -> str:
    """The name of a colleague, for "changed by"; empty when it is not known."""
    return (await visit.services.staff()).name(user_id)


ROUTES = [live_stream, who_changed]
