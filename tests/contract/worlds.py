"""What another tenant has of everything, made by the services' own commands: the ids that a stranger might send."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.auth import Compartment, Permission, Principal
from shared.contracts.documents import AddDocument
from shared.contracts.map_imports import StartImport
from shared.contracts.referrals import PartnerMailDue
from shared.db import driver_of, uuid7
from tests.service.referrals.loop import handed_over_to, open_loop
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

World = Callable[[ServiceUnderTest, Principal], Awaitable[dict[str, UUID | str]]]


async def planning_world(
    service: ServiceUnderTest, owner: Principal, *, now: datetime
) -> dict[str, UUID | str]:
    """One of everything that a roster is planned with."""
    me, begins = str(owner.user_id), now + timedelta(days=60)
    later = {
        "starts_at": (now + timedelta(days=3)).isoformat(),
        "ends_at": (now + timedelta(days=4)).isoformat(),
    }
    told: dict[str, tuple[str, dict[str, Any]]] = {
        "rotation_id": ("/rotations", {"name": "Week", "level": "primary", "kind": "weekly", "holders": [me],
                        "hand_over": "08:00:00", "first_day": "2031-01-06"}),
        "draft_id": ("/roster-drafts", {"first_day": str(begins.date()), "last_day": str(begins.date() + timedelta(days=30))}),
        "override_id": ("/roster-overrides", {"kind": "add", "level": "backup", "user_id": me, **later}),
        "absence_id": ("/absences", {"user_id": me, "reason": "leave", **later}),
        "intended_gap_id": ("/intended-gaps", {"level": "primary", "reason": "other", **later}),
        "feed_id": ("/calendar-feeds", {"digest": "0" * 64}),
    }  # fmt: skip
    ids: dict[str, UUID | str] = {}
    for name, (path, data) in told.items():
        answer = await service.post(path, data, by=owner)
        assert answer.is_success, answer.text
        ids[name] = answer.json()[name]
    draft = f"/roster-drafts/{ids['draft_id']}"
    shift = {"version": 1, "level": "primary", "user_id": me, "starts_at": (begins + timedelta(days=2)).isoformat(),
             "ends_at": (begins + timedelta(days=3)).isoformat()}  # fmt: skip
    assert (await service.post(f"{draft}/shifts", shift, by=owner)).is_success
    view = (await service.get(draft, by=owner)).json()
    return {**ids, "draft_shift_id": view["shifts"][0]["shift_id"]}


async def rostering_world(service: ServiceUnderTest, owner: Principal) -> dict[str, UUID | str]:
    now = datetime.now(UTC)
    shift = {"user_id": str(owner.user_id), "level": "primary", "starts_at": (now - timedelta(hours=1)).isoformat(),
             "ends_at": (now + timedelta(hours=9)).isoformat()}  # fmt: skip
    planned = await service.post("/shifts", shift, by=owner)
    zone = await service.post("/partner-zones", {"name": "PZ Ninove", "phone": "054 31 32 32"}, by=owner)
    asked = await service.post(
        "/call-outs",
        {"incident_type": "fire", "place": "Markt 1", "summary": "Brand in een woning"},
        by=owner,
    )
    assert planned.is_success, planned.text
    assert asked.is_success, asked.text
    assert zone.is_success, zone.text
    block = await service.post(
        "/own-hours",
        {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=4)).isoformat()},
        by=owner,
    )
    assert block.is_success, block.text
    escalated = await service.post(f"/call-outs/{asked.json()['call_out_id']}/escalate", {}, by=owner)
    assert escalated.is_success, escalated.text
    async with service.transaction(owner.tenant) as session:
        report = await driver_of(session).fetchval("SELECT id FROM morning_reports")
    return {
        **await planning_world(service, owner, now=now),
        "report_id": report,
        "block_id": block.json()["block_id"],
        **await _incident(service, owner),
        "user_id": owner.user_id,
        "partner_zone_id": zone.json()["partner_zone_id"],
        "shift_id": planned.json()["shift_id"],
        "call_out_id": asked.json()["call_out_id"],
    }


async def _incident(service: ServiceUnderTest, owner: Principal) -> dict[str, UUID | str]:
    opened = await service.post(
        "/incidents", {"incident_type": "disaster", "title": "Busongeval", "place": "E40, Aalst"}, by=owner
    )
    assert opened.is_success, opened.text
    incident = f"/incidents/{opened.json()['incident_id']}"
    victim = await service.post(f"{incident}/victims", {"status": "injured", "name": "An Smet"}, by=owner)
    asked = await service.post(
        f"{incident}/enquiries", {"sought": "An Smet", "enquirer": "Jo Smet"}, by=owner
    )
    for answer in (victim, asked):
        assert answer.is_success, answer.text
    return {
        "incident_id": opened.json()["incident_id"],
        "victim_id": victim.json()["victim_id"],
        "enquiry_id": asked.json()["enquiry_id"],
        "dossier_id": uuid7(),
    }


async def cases_world(service: ServiceUnderTest, owner: Principal) -> dict[str, UUID | str]:
    opened = await service.post(
        "/dossiers", {"incident_type": "fire", "summary": "Brand in een woning"}, by=owner
    )
    assert opened.is_success, opened.text
    dossier = opened.json()["dossier_id"]
    task = await service.post(
        f"/dossiers/{dossier}/tasks", {"title": "Bellen", "due_on": "2031-01-06"}, by=owner
    )
    granted = await service.post(
        f"/dossiers/{dossier}/grants", {"ground": "grant", "user_id": str(uuid7())}, by=owner
    )
    blocked = await service.post(
        f"/dossiers/{dossier}/conflicts", {"reason": "related", "user_id": str(uuid7())}, by=owner
    )
    access = await service.get(f"/dossiers/{dossier}/access", by=owner)
    person = await service.post(
        f"/dossiers/{dossier}/persons", {"last_name": "Peeters", "phone": "0470 12 34 56"}, by=owner
    )
    child = await service.post(f"/dossiers/{dossier}/persons", {"last_name": "Peeters"}, by=owner)
    relation = await service.post(
        f"/dossiers/{dossier}/relations",
        {
            "person_id": person.json()["person_id"],
            "kind": "parent_of",
            "other_id": child.json()["person_id"],
        },
        by=owner,
    )
    shown = await service.get(f"/dossiers/{dossier}", by=owner)
    followed = await aftercare_world(service, owner, dossier, person.json()["person_id"])
    sought = await outreach_world(service, owner, dossier)
    emergency = principal(
        owner.tenant,
        Permission.BREAK_GLASS_OPEN,
        Permission.DOSSIER_READ,
        compartments=[Compartment.POL_CARE],
    )
    glass = await service.post(
        "/break-glass",
        {
            "dossier_number": opened.json()["number"],
            "reason": "emergency",
            "text": "De nabestaande staat aan de balie.",
        },
        by=emergency,
    )
    document = await service.upload(
        f"/dossiers/{dossier}/documents", b"Een nota.", AddDocument(name="nota.txt"), by=owner
    )
    code = unknown("code")
    leaflet = await service.post(
        f"/leaflets/{code}",
        {"texts": {"nl": {"title": "Na de brand", "text": "Bel ons."}}, "seen": 0},
        by=owner,
    )
    for answer in (task, person, relation, granted, blocked, access, glass, document, leaflet):
        assert answer.is_success, answer.text
    letter = uuid7()
    async with service.transaction(owner.tenant) as session:
        await driver_of(session).execute(
            "INSERT INTO letters (id, dossier_id, template, template_version, language, state, written_at,"
            " written_by, way, override) VALUES ($1, $2, 'invitation', 1, 'nl', 'draft', now(), $3, '', '')",
            letter,
            dossier,
            owner.user_id,
        )
    return {
        "user_id": owner.user_id,
        "team_id": uuid7(),
        "dossier_id": dossier,
        "beside": dossier,
        **followed,
        **sought,
        "task_id": task.json()["task_id"],
        "grant_id": access.json()["grants"][-1]["grant_id"],
        "conflict_id": blocked.json()["conflict_id"],
        "person_id": person.json()["person_id"],
        "other_id": child.json()["person_id"],
        "contact_via": child.json()["person_id"],
        "relation_id": relation.json()["relation_id"],
        "phone_id": shown.json()["phones"][0]["phone_id"],
        "break_glass_id": glass.json()["break_glass_id"],
        "document_id": document.json()["document_id"],
        "letter_id": letter,
        "code": code,
    }


async def outreach_world(service: ServiceUnderTest, owner: Principal, dossier: str) -> dict[str, UUID | str]:
    """Somebody who is looked for, and a proposal that waits for its second; a ladder in the other dossier too."""
    async with service.transaction(owner.tenant) as session:
        await driver_of(session).execute(
            "INSERT INTO outreach_ladders (dossier_id, state, stopped_why, signalled_at, rounds, resumed_after, version,"
            " changed_at, changed_by) VALUES ($1, 'open', '', now(), 0, 0, 1, now(), $2)",
            UUID(dossier),
            owner.user_id,
        )
    signal = {"source": "own", "seen": ["smell"]}
    taken = await service.post("/outreach", {"place": "Zandstraat 8", "signal": signal}, by=owner)
    assert taken.is_success, taken.text
    path = f"/dossiers/{taken.json()['dossier_id']}/outreach"
    asked = {
        "version": taken.json()["version"],
        "kind": "ask_partner",
        "ground": "NECESSITY",
        "reason": "x" * 24,
    }
    assert (await service.post(f"{path}/decisions", asked, by=owner)).is_success
    view = (await service.get(path, by=owner)).json()
    return {
        "signal_id": view["signals"][0]["signal_id"],
        "decision_id": view["decisions"][0]["decision_id"],
        "together_with": owner.user_id,
    }


async def aftercare_world(
    service: ServiceUnderTest, owner: Principal, dossier: str, person_id: str
) -> dict[str, UUID | str]:
    news = await service.post(
        "/bad-news", {"about": "Jan", "recipients": [{"name": "Maria"}], "dossier_id": dossier}, by=owner
    )
    goodbye = await service.post(f"/dossiers/{dossier}/goodbyes", {}, by=owner)
    ban = await service.post(
        f"/dossiers/{dossier}/home-bans",
        {"notified_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()},
        by=owner,
    )
    consent = await service.post(
        f"/dossiers/{dossier}/consents", {"purpose": "school", "person_id": person_id}, by=owner
    )
    for answer in (news, goodbye, ban, consent):
        assert answer.is_success, answer.text
    return {
        "bad_news_id": news.json()["bad_news_id"],
        "goodbye_id": goodbye.json()["goodbye_id"],
        "home_ban_id": ban.json()["home_ban_id"],
        "consent_id": consent.json()["consent_id"],
        "banned_person_id": person_id,
        "consent_by": person_id,
        "given_by": person_id,
        "incident_id": uuid7(),
        "list_id": uuid7(),
    }


async def notifications_world(service: ServiceUnderTest, owner: Principal) -> dict[str, UUID | str]:
    message = uuid7()
    async with service.transaction(owner.tenant) as session:
        columns = await driver_of(session).fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'messages'"
            " AND table_schema = current_schema()"
        )
        assert {"id", "user_id"} <= {row[0] for row in columns}
        await driver_of(session).execute(
            "INSERT INTO messages (id, user_id, kind, ref, refs, urgent, at)"
            " VALUES ($1, $2, 'call_out_ringing', $1, '{}', false, now())",
            message,
            owner.user_id,
        )
        await driver_of(session).execute(
            "INSERT INTO push_devices (id, user_id, endpoint, p256dh, auth, label, added_at)"
            " VALUES ($1, $2, $3, '', '', '', now())",
            message,
            owner.user_id,
            f"https://fcm.googleapis.com/{message}",
        )
    return {
        "user_id": owner.user_id,
        "message_id": message,
        "ref": message,
        "device_id": message,
        "test_id": uuid7(),
    }


async def identity_world(service: ServiceUnderTest, owner: Principal) -> dict[str, UUID | str]:
    registered = await service.post("/staff", {"name": "Lena Peeters", "email": "lena@example.org"}, by=owner)
    team = await service.post("/teams", {"name": "Centrum"}, by=owner)
    assert registered.is_success, registered.text
    assert team.is_success, team.text
    return {
        "user_id": registered.json()["user_id"],
        "team_id": team.json()["team_id"],
        "session_id": owner.session_id,
        "reset_id": uuid7(),
        "code_id": uuid7(),
        "notice_id": uuid7(),
        "channel": "phone",
        "key": "own_role",
    }


CODES = {"key", "channel"}
"""Parameters that are no ids: the same for everybody."""


def unknown(name: str) -> UUID | str:
    """What nobody has: an id, or the code of something that a tenant named itself."""
    return f"own_{uuid7().hex}" if name == "code" else uuid7()


async def referrals_world(service: ServiceUnderTest, owner: Principal) -> dict[str, UUID | str]:
    worry = await service.post("/worries", WORRY, by=owner)
    assert worry.is_success, worry.text
    loop = await open_loop(service, owner.tenant, "somewhere_else", lena=owner)
    ref = await loop.propose()
    offer = await loop.offer(ref)
    handed = await service.post("/handed-over", handed_over_to(owner.tenant), by=owner)
    assert handed.is_success, handed.text
    incoming = (await service.get("/incoming-referrals", by=owner)).json()["referrals"][0]
    head = StartImport("contract", "organizations.csv")
    begun = await service.upload("/social-map/imports", b"id,name\n1,CAW\n", head, by=owner)
    assert begun.is_success, begun.text
    entries = {}
    for name, kind in (("gone", "organization"), ("organization", "organization"), ("location", "location")):
        made = await service.post("/map/entries", {"kind": kind, "content": {"name": "Partner"}}, by=owner)
        assert made.is_success, made.text
        entries[name] = made.json()["entry_id"]
    one = {"kept": entries["organization"], "gone": entries.pop("gone"), "kept_version": 1, "gone_version": 1}
    merged = await service.post("/social-map/merges", one, by=owner)
    assert merged.is_success, merged.text
    sent = await loop.sent(loop.by_link)
    await service.run_timers(datetime.now(UTC))
    mails = [each for each in await service.published(owner.tenant) if isinstance(each, PartnerMailDue)]
    return {
        "worry_id": worry.json()["worry_id"],
        "dossier_id": loop.dossier_id,
        "service_id": loop.on_paper,
        "referral_id": sent.referral_id,
        "consent_id": offer.consent_id,
        "incoming_id": incoming["incoming_id"],
        "person_id": loop.victim,
        "user_id": owner.user_id,
        "code": "words_of_theirs",
        "import_id": begun.json()["import_id"],
        "merge_id": merged.json()["merge_id"],
        **dict.fromkeys(("entry_id", "first", "kept"), loop.on_paper),
        **dict.fromkeys(("other_id", "second", "gone"), loop.by_link),
        **{f"{kind}_id": entry_id for kind, entry_id in entries.items()},
        "mail_id": mails[0].message_id,
    }


WORRY = {
    "reasons": ["child"],
    "urgency": "today",
    "consent": "no",
    "report_duty": "to_do",
    "place": "Hoogstraat 4",
}


WORLDS: dict[str, World] = {
    "referrals": referrals_world,
    "rostering": rostering_world,
    "cases": cases_world,
    "notifications": notifications_world,
    "identity": identity_world,
}
