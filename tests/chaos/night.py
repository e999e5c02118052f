"""A night's call-outs, each with its own plan: answered, declined, not heard, answered late, cancelled, closed."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from tests.chaos.patience import Member, PatientClient

TENANT = "pz_aalst"
_LANES = 4
_INCIDENTS = ("ifv_physical", "burglary", "death_suicide", "assault", "traffic_accident")
_ENDED = frozenset({"closed", "reported", "validated", "cancelled"})
_CSRF = re.compile(r'name="_csrf" value="([^"]+)"')
_REACTIONS = ("accept", "accept", "accept", "accept by page", "decline", "silence", "late", "cancel")


@dataclass
class CallOut:
    """What the harness asked for and was promised; at the end the databases must say the same."""

    marker: str
    incident_type: str
    reactions: list[str]
    opens_dossier: bool
    id: str = ""
    refs: set[str] = field(default_factory=set)
    reacted: set[str] = field(default_factory=set)
    late: str = ""
    end: str = ""


@dataclass
class Night:
    """Who works tonight, and what came of each call-out."""

    client: PatientClient
    dispatchers: list[Member]
    crew: dict[str, Member]
    call_outs: list[CallOut]
    begun: int = 0
    ended: int = 0
    forwarded: int = 0
    misfortunes: list[float] = field(default_factory=list)
    """When the next ones are to come, as shares of the night: it does not run ahead of them."""

    @classmethod
    async def begin(cls, client: PatientClient, count: int) -> "Night":
        """Sign everybody in, before anything goes wrong."""
        roles = ("dispatcher", "spot_worker", "spot_coordinator")
        members = {
            role: [await client.sign_in(each) for each in client.platform.accounts(TENANT, role)]
            for role in roles
        }
        crew = {each.user_id: each for role in roles[1:] for each in members[role]}
        chance = client.chance
        call_outs = [
            CallOut(
                marker=f"Tegenslag {number:04d}",
                incident_type=chance.choice(_INCIDENTS),
                reactions=[chance.choice(_REACTIONS) for _ in range(chance.choice((1, 1, 2, 3)))],
                opens_dossier=chance.random() < 0.8,
            )
            for number in range(1, count + 1)
        ]
        return cls(client, members["dispatcher"], crew, call_outs)

    async def run(self) -> None:
        """All call-outs, some at a time, until each has ended."""
        waiting = iter(self.call_outs)

        async def lane() -> None:
            for call_out in waiting:
                await self._keep_pace()
                self.begun += 1
                await self._live(call_out)
                self.ended += 1

        async with asyncio.TaskGroup() as tasks:
            for _ in range(_LANES):
                tasks.create_task(lane())

    async def _keep_pace(self) -> None:
        """Somebody is always in the middle of something when a part dies."""
        while self.misfortunes and self.begun >= self.misfortunes[0] * len(self.call_outs) + _LANES:
            await asyncio.sleep(0.05)

    async def reached(self, share: float) -> None:
        """Return when so much of the night is over."""
        while self.ended < share * len(self.call_outs):
            await asyncio.sleep(0.05)

    async def _live(self, call_out: CallOut) -> None:
        dispatcher = self.client.chance.choice(self.dispatchers)
        briefing = {
            "incident_type": call_out.incident_type,
            "place": "Grote Markt, Aalst",
            "summary": call_out.marker,
        }
        status, ref = await self.client.tell(dispatcher, "rostering", "/call-outs", briefing)
        assert status == 201, (status, ref)
        call_out.id = ref["call_out_id"]
        while True:
            view = await self.client.ask(dispatcher, "rostering", f"/call-outs/{call_out.id}")
            call_out.refs.add(view["call_out_id"])
            if view["state"] in _ENDED:
                call_out.end = "cancelled" if view["state"] == "cancelled" else "closed"
                return
            if not await self._step(call_out, view, dispatcher):
                await asyncio.sleep(0.1)

    async def _step(self, call_out: CallOut, view: dict[str, Any], dispatcher: Member) -> bool:
        """Do what comes next; False when there is nothing to do but wait."""
        holder = self.crew.get(view.get("accepted_by") or "")
        match view["state"]:
            case "accepted" if holder:
                return await self._say(holder, call_out, "progress", state="en_route")
            case "en_route" if holder:
                return await self._say(holder, call_out, "progress", state="on_site")
            case "on_site" if holder:
                note = "" if call_out.opens_dossier else "Niemand wenste hulp"
                return await self._say(
                    holder, call_out, "close", note=note, opens_dossier=call_out.opens_dossier
                )
            case "unanswered":
                somebody = self.client.chance.choice(list(self.crew))
                return await self._say(
                    dispatcher, call_out, "reached-by-phone", user_id=call_out.late or somebody
                )
            case "ringing":
                return await self._hear(call_out, view["attempts"], dispatcher)
            case _:
                return False

    async def _hear(self, call_out: CallOut, attempts: list[dict[str, Any]], dispatcher: Member) -> bool:
        """It rings for somebody; a partner zone, which no timer rings past, is passed by hand."""
        ringing = next(each for each in attempts if each["outcome"] == "ringing")
        if ringing["user_id"] in self.crew:
            return await self._react(call_out, ringing, dispatcher)
        return await self._say(dispatcher, call_out, "escalate")

    async def _react(self, call_out: CallOut, ringing: dict[str, Any], dispatcher: Member) -> bool:
        """The person who is rung does what the plan says; each ringing is met once."""
        attempt, member = ringing["attempt_id"], self.crew[ringing["user_id"]]
        if call_out.late:
            late, call_out.late = self.crew[call_out.late], ""
            return await self._say(late, call_out, "accept")
        if attempt in call_out.reacted:
            return False
        reaction = call_out.reactions.pop(0) if call_out.reactions else "accept"
        match reaction:
            case "decline":
                return await self._say(member, call_out, "decline", reason="busy")
            case "cancel":
                return await self._say(dispatcher, call_out, "cancel", reason="no_longer_needed")
            case "silence" | "late":
                call_out.reacted.add(attempt)
                await self._let_ring_out(call_out, attempt, dispatcher)
                call_out.late = member.user_id if reaction == "late" else ""
            case "accept by page":
                await self._accept_by_page(call_out, member)
            case _:
                return await self._say(member, call_out, "accept", eta_minutes=15)
        return True

    async def _accept_by_page(self, call_out: CallOut, member: Member) -> None:
        """As on her phone: the night page, and its one button."""
        page = await self.client.page(member, f"/call-outs/{call_out.id}")
        if csrf := _CSRF.search(page):
            path = f"/call-outs/{call_out.id}/accept"
            status = await self.client.tell_by_page(member, path, {"eta_minutes": "15"}, csrf[1])
            assert status in {200, 303, 403, 409}, status

    async def _let_ring_out(self, call_out: CallOut, attempt: str, dispatcher: Member) -> None:
        """Nobody answers: the timer must do its work, however often what runs it is killed."""
        await self.fast_forward(attempt)
        while True:
            view = await self.client.ask(dispatcher, "rostering", f"/call-outs/{call_out.id}")
            outcomes = {each["attempt_id"]: each["outcome"] for each in view["attempts"]}
            if outcomes[attempt] != "ringing":
                return
            await asyncio.sleep(0.1)

    async def _say(self, member: Member, call_out: CallOut, what: str, **command: Any) -> bool:
        status, answer = await self.client.tell(
            member, "rostering", f"/call-outs/{call_out.id}/{what}", command
        )
        # somebody else was first, or it rings for another by now: the next look says how it stands
        assert status in {200, 403, 409}, (what, status, answer)
        if status == 200:
            call_out.refs.add(answer["call_out_id"])
        self.client.counts[what] += status == 200
        return status == 200

    async def fast_forward(self, attempt: str) -> None:
        """The time to answer is over: the timer's own row is made due, and the service finds it as it would then."""
        self.forwarded += 1
        while True:
            try:
                connection = await asyncpg.connect(
                    database_url(self.client.platform.facts, "rostering"), timeout=5
                )
            except (OSError, asyncpg.PostgresError, TimeoutError):
                await asyncio.sleep(0.2)
                continue
            try:
                await connection.execute(
                    "UPDATE platform.timers SET due_at = now() WHERE ref = $1::text::uuid AND due_at > now()",
                    attempt,
                )
                return
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(0.2)
            finally:
                connection.terminate()


def database_url(facts: dict[str, Any], service: str) -> str:
    """A service's database as the administrator sees it: all tenants, all rows."""
    name = facts["database_urls"][service]["service"].rsplit("/", 1)[-1]
    return str(facts["database_url"].rsplit("/", 1)[0] + "/" + name)
