"""The doors of planning: the roster of a period, rotations, drafts, overrides, leave, gaps and calendars."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from services.rostering.rosters import commands, queries
from shared.app import Door
from shared.contracts import rosters as contract

From = Annotated[datetime, QueryParameter(name="from")]
Until = Annotated[datetime, QueryParameter(name="until")]


@get("/roster", operation_id="rosterPeriod")
async def roster_period(
    door: NamedDependency[Door], starts_at: From, ends_at: Until
) -> contract.RosterPeriod:
    return await door.ask(queries.roster_period, starts_at, ends_at)


@get("/duties", operation_id="ownDuties")
async def own_duties(door: NamedDependency[Door]) -> contract.OwnDuties:
    return await door.ask(queries.own_duties)


@get("/rotations", operation_id="rotations")
async def rotations(door: NamedDependency[Door]) -> list[contract.Rotation]:
    return await door.ask(queries.rotations)


@post("/rotations", operation_id="enterRotation")
async def enter_rotation(
    door: NamedDependency[Door], data: JSONBody[contract.KeepRotation]
) -> contract.RotationRef:
    return await door.do(commands.keep_rotation, data)


@post("/rotations/{rotation_id:uuid}", operation_id="changeRotation", status_code=200)
async def change_rotation(
    door: NamedDependency[Door], data: JSONBody[contract.KeepRotation], rotation_id: FromPath[UUID]
) -> contract.RotationRef:
    return await door.do(commands.keep_rotation, data, rotation_id)


@get("/roster-drafts", operation_id="rosterDrafts")
async def drafts(door: NamedDependency[Door]) -> list[contract.DraftLine]:
    return await door.ask(queries.drafts)


@post("/roster-drafts", operation_id="beginDraft")
async def begin_draft(door: NamedDependency[Door], data: JSONBody[contract.BeginDraft]) -> contract.DraftRef:
    return await door.do(commands.begin_draft, data)


@get("/roster-drafts/{draft_id:uuid}", operation_id="draftById")
async def draft_by_id(door: NamedDependency[Door], draft_id: FromPath[UUID]) -> contract.DraftView:
    return await door.ask(queries.draft_by_id, draft_id)


@post("/roster-drafts/{draft_id:uuid}/fill", operation_id="fillDraft", status_code=200)
async def fill_draft(
    door: NamedDependency[Door], data: JSONBody[contract.FillDraft], draft_id: FromPath[UUID]
) -> contract.DraftRef:
    return await door.do(commands.fill_draft, data, draft_id)


@post("/roster-drafts/{draft_id:uuid}/shifts", operation_id="planDraftShift")
async def plan_draft_shift(
    door: NamedDependency[Door], data: JSONBody[contract.PlanDraftShift], draft_id: FromPath[UUID]
) -> contract.DraftRef:
    return await door.do(commands.plan_draft_shift, data, draft_id)


@post(
    "/roster-drafts/{draft_id:uuid}/shifts/{draft_shift_id:uuid}/remove",
    operation_id="removeDraftShift",
    status_code=200,
)
async def remove_draft_shift(
    door: NamedDependency[Door],
    data: JSONBody[contract.ChangeDraft],
    draft_id: FromPath[UUID],
    draft_shift_id: FromPath[UUID],
) -> contract.DraftRef:
    return await door.do(commands.remove_draft_shift, data, draft_id, draft_shift_id)


@post("/roster-drafts/{draft_id:uuid}/publish", operation_id="publishDraft", status_code=200)
async def publish_draft(
    door: NamedDependency[Door], data: JSONBody[contract.ChangeDraft], draft_id: FromPath[UUID]
) -> contract.Published:
    return await door.do(commands.publish_draft, data, draft_id)


@post("/roster-drafts/{draft_id:uuid}/discard", operation_id="discardDraft", status_code=200)
async def discard_draft(
    door: NamedDependency[Door], data: JSONBody[contract.ChangeDraft], draft_id: FromPath[UUID]
) -> contract.DraftRef:
    return await door.do(commands.discard_draft, data, draft_id)


@get("/roster-overrides", operation_id="rosterOverrides")
async def overrides(
    door: NamedDependency[Door], starts_at: From, ends_at: Until
) -> list[contract.RosterOverride]:
    return await door.ask(queries.overrides, starts_at, ends_at)


@post("/roster-overrides", operation_id="enterOverride")
async def enter_override(
    door: NamedDependency[Door], data: JSONBody[contract.EnterOverride]
) -> contract.OverrideRef:
    return await door.do(commands.enter_override, data)


@post("/roster-overrides/{override_id:uuid}/undo", operation_id="undoOverride", status_code=200)
async def undo_override(door: NamedDependency[Door], override_id: FromPath[UUID]) -> contract.OverrideRef:
    return await door.do(commands.undo_override, None, override_id)


@get("/absences", operation_id="absences")
async def absences(door: NamedDependency[Door], starts_at: From, ends_at: Until) -> list[contract.Absence]:
    return await door.ask(queries.absences, starts_at, ends_at)


@post("/absences", operation_id="enterAbsence")
async def enter_absence(
    door: NamedDependency[Door], data: JSONBody[contract.EnterAbsence]
) -> contract.AbsenceRef:
    return await door.do(commands.enter_absence, data)


@post("/absences/{absence_id:uuid}/remove", operation_id="removeAbsence", status_code=200)
async def remove_absence(door: NamedDependency[Door], absence_id: FromPath[UUID]) -> contract.AbsenceRef:
    return await door.do(commands.remove_absence, None, absence_id)


@post("/intended-gaps", operation_id="markGap")
async def mark_gap(door: NamedDependency[Door], data: JSONBody[contract.MarkGap]) -> contract.IntendedGapRef:
    return await door.do(commands.mark_gap, data)


@post("/intended-gaps/{intended_gap_id:uuid}/remove", operation_id="unmarkGap", status_code=200)
async def unmark_gap(door: NamedDependency[Door], intended_gap_id: FromPath[UUID]) -> contract.IntendedGapRef:
    return await door.do(commands.unmark_gap, None, intended_gap_id)


@get("/calendar-feeds", operation_id="ownFeeds")
async def own_feeds(door: NamedDependency[Door]) -> list[contract.CalendarFeed]:
    return await door.ask(queries.own_feeds)


@post("/calendar-feeds", operation_id="openFeed")
async def open_feed(
    door: NamedDependency[Door], data: JSONBody[contract.OpenFeed]
) -> contract.CalendarFeedRef:
    return await door.do(commands.open_feed, data)


@post("/calendar-feeds/{feed_id:uuid}/revoke", operation_id="revokeFeed", status_code=200)
async def revoke_feed(door: NamedDependency[Door], feed_id: FromPath[UUID]) -> contract.CalendarFeedRef:
    return await door.do(commands.revoke_feed, None, feed_id)


@get("/calendar-feeds/content", operation_id="feedContent")
async def feed_content(door: NamedDependency[Door], digest: FromQuery[str]) -> contract.FeedContent:
    return await door.ask(queries.feed_content, digest)


ROUTES = [
    roster_period,
    own_duties,
    rotations,
    enter_rotation,
    change_rotation,
    drafts,
    begin_draft,
    draft_by_id,
    fill_draft,
    plan_draft_shift,
    remove_draft_shift,
    publish_draft,
    discard_draft,
    overrides,
    enter_override,
    undo_override,
    absences,
    enter_absence,
    remove_absence,
    mark_gap,
    unmark_gap,
    own_feeds,
    open_feed,
    revoke_feed,
    feed_content,
]
