"""The demo: made once by the services' own commands, true in its dates, and of nobody who exists."""

import stat
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import func, select, text

from deploy.catalogue import OWNERS
from deploy.database import ServiceDatabase, prepare_database
from deploy.demo.__main__ import DemoFile, make
from deploy.demo.script import DemoTenant, demo_stories, demo_tenants, synthetic_insz
from deploy.demo.workshop import Workshop
from deploy.local.platform import Account, Platform
from deploy.local.secrets import key
from services.cases.documents.models import Document, Letter, OwnLeaflet
from services.cases.dossiers.commands import REVIEW_OVERDUE
from services.cases.dossiers.models import BreakGlassUse, Dossier, Entry, Task
from services.cases.persons.models import Person
from services.cases.victim_support.bad_news import BadNews
from services.identity.sign_in import passwords
from services.identity.sign_in.models import Credential, SecondFactor
from services.identity.staff.models import Staff
from services.identity.staff.roles import default_roles
from services.notifications import queries as notification_queries
from services.referrals.referring.changes import TELL_PARTNER
from services.referrals.referring.models import Incoming, Referral
from services.rostering.call_outs import queries as call_outs_queries
from services.rostering.call_outs.models import CallOut
from services.rostering.rosters import queries as roster_queries
from services.rostering.rosters.models import AbsenceRow, OverrideRow
from shared import migrations
from shared.audit import AuditRow
from shared.auth import Permission
from shared.contracts.call_outs import INCIDENT_TYPES
from shared.contracts.event import decode_envelope
from shared.db import driver_of, platform_transaction
from tests.support.principals import principal

POLICE = "pz_aalst"
NOW = datetime(2026, 11, 18, 13, 30, tzinfo=UTC)

Again = Callable[[], Awaitable[None]]


@pytest.fixture(scope="session")
async def platform(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """Databases of the services with the demo tenants ready in each, as the running services make them.

    Of their own: other tests of this worker write in the shared layer of the map too.
    """
    urls: dict[str, ServiceDatabase] = {}
    for owner in OWNERS:
        urls[owner] = await prepare_database(
            admin_url,
            owner,
            service_password="test-only",
            migrator_password="test-only",
            database=f"vangnet_demo_{owner}",
        )
        await migrations.migrate(owner, urls[owner].migration_url)
    for tenant in demo_tenants():
        for owner in set(OWNERS) - {"identity"}:
            await migrations.provision(
                owner,
                urls[owner].migration_url,
                tenant.key,
                name=tenant.name,
                kind=tenant.kind,
                legal_language="nl",
            )
    environments = {
        owner: {
            "VANGNET_SERVICE_DB_URL": urls[owner].service_url,
            "VANGNET_MIGRATION_DB_URL": urls[owner].migration_url,
            "VANGNET_KEY_ENCRYPTION_KEY": key(),
            "VANGNET_DOCUMENTS_KEY": key(),
            "VANGNET_DOCUMENTS_URL": str(tmp_path_factory.mktemp("documents")),
        }
        for owner in OWNERS
    }
    return Platform(
        supervisor_pid=0, gateway_url="", service_urls={}, database_url="", database_urls={}, nats_url="",
        nats_urls={}, smtp_url="", postbox_url="", logs="", environments=environments,
    )  # fmt: skip


@pytest.fixture(scope="session")
async def demo_file(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo is made once for all tests of this file."""
    path = tmp_path_factory.mktemp("demo") / "demo.json"
    await make(platform, path, now=NOW)
    return path


@pytest.fixture
async def workshop(platform: Platform, demo_file: Path) -> AsyncIterator[Workshop]:
    workshop = Workshop(platform)
    yield workshop
    await workshop.close()


async def rows_everywhere(workshop: Workshop) -> dict[str, int]:
    """How many rows each table of each demo tenant has, and what waits in the platform's tables."""
    counts: dict[str, int] = {}
    for service in OWNERS:
        for tenant in demo_tenants():
            async with workshop.transaction(service, tenant.key) as session:
                tables = await session.scalars(
                    text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
                )
                for table in tables.all():
                    counted = await session.scalar(text(f'SELECT count(*) FROM "{table}"'))
                    counts[f"{service}.{tenant.key}.{table}"] = counted or 0
        async with platform_transaction(workshop.databases[service]) as session:
            for table in ("outbox", "timers"):
                counts[f"{service}.{table}"] = await driver_of(session).fetchval(
                    f"SELECT count(*) FROM {table}"
                )
    return counts


async def announced(workshop: Workshop, service: str) -> Counter[str]:
    keys = [tenant.key for tenant in demo_tenants()]
    async with platform_transaction(workshop.databases[service]) as session:
        rows = await driver_of(session).fetch("SELECT payload FROM outbox WHERE tenant = ANY($1)", keys)
    return Counter(decode_envelope(row["payload"]).type for row in rows)


async def found(workshop: Workshop, service: str, statement: Any, tenant: str = POLICE) -> Sequence[Any]:
    async with workshop.transaction(service, tenant) as session:
        return (await session.scalars(statement)).all()


def accounts_in(path: Path) -> list[Account]:
    return msgspec.json.decode(path.read_bytes(), type=DemoFile).accounts


async def test_a_second_run_adds_nothing(platform: Platform, workshop: Workshop, demo_file: Path) -> None:
    before, accounts = await rows_everywhere(workshop), accounts_in(demo_file)

    await make(platform, demo_file, now=NOW + timedelta(minutes=3))

    assert await rows_everywhere(workshop) == before
    assert accounts_in(demo_file) == accounts


async def test_accounts_whose_file_was_lost_get_a_new_password(
    platform: Platform, workshop: Workshop, tmp_path: Path, demo_file: Path
) -> None:
    old = {account.email: account for account in accounts_in(demo_file)}

    await make(platform, tmp_path / "demo.json", now=NOW + timedelta(minutes=3))
    new = accounts_in(tmp_path / "demo.json")
    demo_file.write_bytes((tmp_path / "demo.json").read_bytes())

    assert {account.email for account in new} == set(old)
    assert all(account.totp_secret != old[account.email].totp_secret for account in new)


async def test_every_account_has_the_password_and_second_factor_that_are_printed(
    workshop: Workshop, demo_file: Path
) -> None:
    for account in accounts_in(demo_file):
        [staff] = await found(
            workshop, "identity", select(Staff).where(Staff.email == account.email), account.tenant
        )
        [credential] = await found(
            workshop, "identity", select(Credential).where(Credential.staff_id == staff.id), account.tenant
        )
        [factor] = await found(
            workshop,
            "identity",
            select(SecondFactor).where(SecondFactor.staff_id == staff.id),
            account.tenant,
        )
        async with workshop.transaction("identity", account.tenant) as session:
            vault = session.info["vangnet_vault"]
        assert await passwords.matches(credential.password_hash, account.password)
        assert vault.open(factor.secret, about=f"totp {staff.id}").decode() == account.totp_secret
    assert stat.S_IMODE(demo_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("tenant", demo_tenants(), ids=lambda tenant: tenant.key)
async def test_every_default_role_has_somebody_who_can_sign_in(tenant: DemoTenant, demo_file: Path) -> None:
    roles = {account.role for account in accounts_in(demo_file) if account.tenant == tenant.key}

    assert roles == set(default_roles(tenant.kind))


async def test_only_what_others_must_hear_is_announced(workshop: Workshop) -> None:
    people = sum(len(tenant.people) for tenant in demo_tenants())
    by_identity = await announced(workshop, "identity")

    assert set(by_identity) == {
        "identity.tenant_provisioned.v1",
        "identity.tenant_settings_changed.v1",
        "identity.staff_changed.v1",
    }
    assert by_identity["identity.tenant_provisioned.v1"] == len(demo_tenants())
    assert by_identity["identity.staff_changed.v1"] >= people
    assert await announced(workshop, "rostering") == {}
    assert set(await announced(workshop, "cases")) == {
        "cases.break_glass_used.v1",
        "cases.dossier_changed.v1",
    }


@pytest.mark.parametrize(
    "tenant", [each for each in demo_tenants() if each.levels], ids=lambda tenant: tenant.key
)
async def test_somebody_is_on_call_at_every_level_and_no_gap_comes(
    workshop: Workshop, tenant: DemoTenant
) -> None:
    reader = principal(tenant.key, Permission.ON_CALL_READ)

    async with workshop.transaction("rostering", tenant.key) as session:
        now = await call_outs_queries.on_call_now(session, reader, now=NOW)

    assert [member.level for member in now.members] == tenant.levels
    assert all(member.user_id or member.zone for member in now.members)
    assert all(member.next_user_id or member.next_zone for member in now.members)
    assert len({member.user_id for member in now.members}) == len(tenant.levels)
    assert now.gap_starts_at is None
    assert now.waiting_call_outs == 0
    assert not now.members[0].busy


async def test_the_planning_is_alive_a_draft_has_one_hole_that_a_leave_makes(workshop: Workshop) -> None:
    planner = principal(POLICE, Permission.ROSTER_READ, Permission.ROSTER_MANAGE)

    async with workshop.transaction("rostering", POLICE) as session:
        (line,) = await roster_queries.drafts(session, planner, now=NOW)
        plan = await roster_queries.draft_by_id(session, planner, line.draft_id, now=NOW)
        rotations = await roster_queries.rotations(session, planner, now=NOW)
        period = await roster_queries.roster_period(session, planner, NOW, NOW + timedelta(days=28), now=NOW)
    (leave,) = await found(workshop, "rostering", select(AbsenceRow))
    (night,) = await found(workshop, "rostering", select(OverrideRow))

    assert {each.level for each in rotations} == {
        "primary",
        "secondary",
        "backup",
        "partner_zone",
        "coordinator",
    }
    assert plan.first_day > NOW.date()
    assert [gap.level for gap in plan.gaps] == ["primary"]
    assert leave.starts_at <= plan.gaps[0].starts_at < plan.gaps[0].ends_at <= leave.ends_at
    assert plan.changes, "publishing it would give somebody duty"
    assert plan.warnings == []
    assert period.gaps == []
    assert [shift.user_id for shift in period.shifts if shift.starts_at == night.starts_at] == [night.user_id]


async def test_call_outs_have_their_own_dates_and_one_is_open(workshop: Workshop) -> None:
    stories = demo_stories()

    call_outs = await found(workshop, "rostering", select(CallOut).order_by(CallOut.requested_at))

    states = Counter(call_out.state for call_out in call_outs)
    assert len(call_outs) == len(stories.stories) + 1
    assert states["on_site"] == 1
    assert states["closed"] == sum(not story.report for story in stories.stories)
    assert call_outs[0].requested_at < NOW - timedelta(days=45)
    assert [call_out.number for call_out in call_outs] == sorted(call_out.number for call_out in call_outs)
    assert {call_out.incident_type for call_out in call_outs} <= set(INCIDENT_TYPES)


async def test_each_closed_call_out_has_one_dossier_with_a_true_timeline(workshop: Workshop) -> None:
    stories = demo_stories().stories

    dossiers = await found(workshop, "cases", select(Dossier))
    entries = await found(workshop, "cases", select(Entry))
    looks = await found(workshop, "cases", select(AuditRow))

    call_outs = Counter(dossier.call_out_id for dossier in dossiers)
    assert call_outs.pop(None) == 1, "the one of bad news for another zone"
    assert len(call_outs) == sum(call_outs.values()) == len(stories)
    assert Counter(dossier.state for dossier in dossiers)["closed"] == sum(story.closed for story in stories)
    opened: dict[UUID, datetime] = {dossier.id: dossier.opened_at for dossier in dossiers}
    assert all(entry.at < NOW for entry in entries)
    assert all(
        entry.at >= opened[entry.dossier_id]
        for entry in entries
        if entry.author_service != "rostering" and entry.kind != "system"
    )
    assert sum(entry.kind == "report" for entry in entries) == sum(bool(story.report) for story in stories)
    assert all(look.at < NOW for look in looks)


async def test_there_is_work_to_do_and_some_of_it_is_late(workshop: Workshop) -> None:
    tasks = await found(workshop, "cases", select(Task).where(Task.state == "open"))

    late = [task for task in tasks if task.due_on < NOW.date()]
    assert len(tasks) > 5
    assert 1 <= len(late) <= 4


async def test_one_break_glass_waits_for_its_review(workshop: Workshop) -> None:
    uses = await found(workshop, "cases", select(BreakGlassUse).order_by(BreakGlassUse.opened_at))

    assert [use.state for use in uses] == ["justified", "open"]
    assert uses[-1].review_by > NOW.date()
    async with platform_transaction(workshop.databases["cases"]) as session:
        timers = await driver_of(session).fetch(
            "SELECT ref FROM timers WHERE tenant = $1 AND kind = $2", POLICE, REVIEW_OVERDUE
        )
    assert [timer["ref"] for timer in timers] == [uses[-1].id]


async def test_one_letter_left_and_one_lies_on_the_desk_each_with_its_papers(workshop: Workshop) -> None:
    letters = await found(workshop, "cases", select(Letter).order_by(Letter.written_at))
    papers = await found(workshop, "cases", select(Document).where(Document.letter_id.is_not(None)))

    assert [(each.state, each.way, each.template) for each in letters] == [
        ("sent", "post", "invitation"), ("draft", "", "contact_confirmation"),
    ]  # fmt: skip
    assert all(each.written_at <= NOW for each in letters)
    assert Counter((each.part, each.language) for each in papers) == {
        ("legal", "nl"): 2, ("pictogram", "nl"): 1, ("courtesy", "fr"): 1,
    }  # fmt: skip


async def test_bad_news_for_another_zone_was_brought_and_waits_to_be_confirmed(workshop: Workshop) -> None:
    (news,) = await found(workshop, "cases", select(BadNews))
    tasks = await found(workshop, "cases", select(Task).where(Task.dossier_id == news.dossier_id))

    assert (news.state, news.source) == ("delivered", "other_zone")
    assert news.received_at < news.verified_at < news.delivered_at < NOW
    assert ("confirm_bad_news", "open") in {(task.kind, task.state) for task in tasks}
    assert ("bad_news", "done") in {(task.kind, task.state) for task in tasks}


async def test_a_leaflet_of_the_zones_own_stands_beside_ours(workshop: Workshop) -> None:
    (leaflet,) = await found(workshop, "cases", select(OwnLeaflet))

    assert leaflet.code == "after_carnival"
    assert leaflet.suggested_for == ["carnival"]
    assert leaflet.valid_from < NOW.date()


async def test_the_last_weekly_test_missed_one_member_who_must_be_spoken_to(workshop: Workshop) -> None:
    coordinator = principal(POLICE, Permission.ROSTER_MANAGE)
    async with workshop.transaction("notifications", POLICE) as session:
        page = await notification_queries.self_tests(session, coordinator, now=NOW)

    (test,) = page.tests
    assert test.closed
    assert test.started_at < test.closes_at < NOW
    assert [each.user_id for each in page.missed] == [
        each.user_id for each in test.people if not each.reached
    ]
    assert len(page.missed) == 1
    assert len(test.people) > 1


async def test_no_client_has_a_number_that_is_ever_issued(workshop: Workshop) -> None:
    numbers = await found(workshop, "cases", select(Person.insz).where(func.length(Person.insz) > 0))

    assert len(numbers) > 15
    assert all(number[6:9] == "999" for number in numbers)


def test_a_synthetic_number_is_the_one_of_the_register() -> None:
    assert synthetic_insz(datetime(1985, 7, 30, tzinfo=UTC).date()) == "85073099932"
    assert synthetic_insz(datetime(2017, 7, 30, tzinfo=UTC).date()) == "17073099988"


async def test_the_shared_layer_of_the_map_has_its_first_content(workshop: Workshop) -> None:
    async with workshop.transaction("referrals", "sociale_kaart") as session:
        driver = driver_of(session)
        assert await driver.fetchval("SELECT count(*) FROM map_imports WHERE state = 'done'") == 2
        assert (
            await driver.fetchval("SELECT count(*) FROM platform.map_entries WHERE kind = 'location'") == 779
        )


async def test_referrals_stand_in_every_kind_of_state_and_one_came_to_another_tenant(
    workshop: Workshop,
) -> None:
    sent = await found(workshop, "referrals", select(Referral))
    came = await found(workshop, "referrals", select(Incoming), "kortrijk")
    lines = await found(workshop, "cases", select(Entry).where(Entry.code.like("referral_%")))

    assert {each.state for each in sent} == {
        "accepted", "consent_refused", "consent_pending", "withdrawn", "sent",
    }  # fmt: skip
    assert [(each.sender, each.state, each.urgency) for each in came] == [(POLICE, "sent", "urgent")]
    assert came[0].fields
    assert all(each.text == "" for each in lines)
    assert Counter(each.code for each in lines)["referral_sent"] == 6


async def test_of_what_waits_for_a_partner_outside_the_mail_really_leaves(workshop: Workshop) -> None:
    waits = select(Referral.id).where(Referral.state == "sent", Referral.recipient_kind == "partner_link")
    async with platform_transaction(workshop.databases["referrals"]) as session:
        timers = await driver_of(session).fetch(
            "SELECT ref FROM timers WHERE tenant = $1 AND kind = $2", POLICE, TELL_PARTNER
        )

    assert [timer["ref"] for timer in timers] == list(await found(workshop, "referrals", waits))
    assert len(timers) == 1


async def test_the_first_worker_waits_for_one_answer_and_for_one_too_long(workshop: Workshop) -> None:
    first = next(each for each in demo_tenants() if each.key == POLICE).people[0]
    (lena,) = await found(workshop, "identity", select(Staff.id).where(Staff.name == first.name))
    hers = [each for each in await found(workshop, "referrals", select(Referral)) if each.follower == lena]
    reminded = select(Task).where(Task.kind == "referral_follow_up", Task.assignee == lena)

    late = {each.id for each in hers if each.state == "sent" and each.answer_by < NOW.date()}
    waits = {each.id for each in hers if each.state == "sent" and each.answer_by >= NOW.date()}
    tasks = await found(workshop, "cases", reminded)

    assert (len(late), len(waits)) == (1, 1)
    assert [task.why["of"] for task in tasks if task.state == "open"] == [str(each) for each in late]
