"""S11: another zone asks by mail to bring bad news; twice nobody is home, the third time it is delivered and confirmed."""

from datetime import UTC, datetime, timedelta

from services.cases.dossiers.deadlines import local_day
from shared.auth import Permission, Principal
from shared.contracts.bad_news import (
    AssignBadNews,
    BadNewsRecipient,
    BadNewsRef,
    ConfirmBadNews,
    DeliverBadNews,
    GiveUpBadNews,
    ReceiveBadNews,
    TryBadNews,
    VerifyBadNews,
)
from shared.contracts.cases import CloseDossier, DossierRef
from shared.contracts.tasks import CompleteTask
from tests.service.cases.conftest import (
    CARE,
    aftercare_of,
    field_codes,
    open_kinds,
    opened,
    problem,
    seen,
    task_of,
)
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

REQUEST = ReceiveBadNews(
    about="Jan Peeters, 1998, overleden in Gent",
    recipients=[
        BadNewsRecipient(name="Maria Claes", relation="moeder", age=54, address="Markt 1, Aalst"),
        BadNewsRecipient(name="Lotte Peeters", relation="zus", age=15, address="Markt 1, Aalst"),
    ],
    source="other_zone",
    way="mail",
    requester="PZ Gent, HINP De Smet",
    reference="GE.60.L2.004711/2026",
    incident_type="death_traffic",
)


async def received(cases: ServiceUnderTest, by: Principal) -> BadNewsRef:
    return cases.read(await cases.post("/bad-news", REQUEST, by=by), BadNewsRef)


async def test_the_whole_story(cases: ServiceUnderTest, worker: Principal, colleague: Principal) -> None:
    news = await received(cases, worker)
    ref = DossierRef(dossier_id=news.dossier_id, number="")
    path = f"/bad-news/{news.bad_news_id}"
    assert (await task_of(cases, ref, worker, "bad_news")).due_on == local_day(datetime.now(UTC))

    early = DeliverBadNews(deliverers=[worker.user_id, colleague.user_id])
    assert problem(await cases.post(f"{path}/deliver", early, by=worker)) == (409, "not_verified")
    checked = VerifyBadNews(how="Teruggebeld naar het dispatch van PZ Gent")
    assert (await cases.post(f"{path}/verify", checked, by=worker)).is_success
    two = AssignBadNews(deliverers=[worker.user_id], others="Inspecteur Claeys")
    assert (await cases.post(f"{path}/assign", two, by=worker)).is_success

    next_at = datetime.now(UTC) + timedelta(days=1)
    for neighbours in ("not_asked", "nothing_told"):
        absent = TryBadNews(outcome="nobody_home", neighbours=neighbours, next_at=next_at)
        assert (await cases.post(f"{path}/attempts", absent, by=worker)).is_success
    assert (await task_of(cases, ref, worker, "bad_news")).due_on == local_day(next_at)

    third = DeliverBadNews(
        place="Markt 1, Aalst",
        reaction="Verstild, wil haar zus bellen",
        children_informed_by="moeder, met ons erbij",
        network_called="zus van mevrouw",
        goodbye_wish="yes",
        donation_told=True,
        autopsy_told=True,
        lift_embargo=True,
    )
    delivered = cases.read(await cases.post(f"{path}/deliver", third, by=worker), BadNewsRef)
    assert delivered.state == "delivered"
    assert "confirm_bad_news" in await open_kinds(cases, ref, worker)
    confirmed = await cases.post(f"{path}/confirm", ConfirmBadNews(to="PZ Gent, HINP De Smet"), by=worker)
    assert cases.read(confirmed, BadNewsRef).state == "confirmed_to_requester"

    (view,) = (await aftercare_of(cases, ref, worker)).bad_news
    assert [each.neighbours for each in view.attempts] == ["not_asked", "nothing_told"]
    assert (view.first_recipient, view.goodbye_wish, view.embargo) == (0, "yes", False)
    assert view.warnings == []
    assert await open_kinds(cases, ref, worker) == ["recontact", "recontact"]
    codes = [entry.code for entry in reversed((await seen(cases, ref, worker)).timeline)]
    assert [code for code in codes if code.startswith("bad_news")] == [
        "bad_news_received", "bad_news_verified", "bad_news_assigned", "bad_news_attempted", "bad_news_attempted",
        "bad_news_delivered", "bad_news_confirmed",
    ]  # fmt: skip


async def test_what_could_not_be_delivered_is_told_to_who_asked_too(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    news = await received(cases, worker)
    ref = DossierRef(dossier_id=news.dossier_id, number="")

    given_up = await cases.post(
        f"/bad-news/{news.bad_news_id}/not-deliverable", GiveUpBadNews(reason="abroad"), by=worker
    )

    assert cases.read(given_up, BadNewsRef).state == "not_deliverable"
    kinds = await open_kinds(cases, ref, worker)
    assert "confirm_bad_news" in kinds
    assert "bad_news" not in kinds


async def test_own_news_in_a_dossier_needs_no_confirmation_and_must_be_brought_before_closing(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal
) -> None:
    ref = await opened(cases, worker, "death_traffic")
    command = ReceiveBadNews(
        about="Jan Peeters", recipients=[BadNewsRecipient(name="Maria Claes")], dossier_id=ref.dossier_id
    )
    news = cases.read(await cases.post("/bad-news", command, by=worker), BadNewsRef)
    path = f"/bad-news/{news.bad_news_id}"

    closing = await cases.post(f"/dossiers/{ref.dossier_id}/close", CloseDossier(version=1), by=worker)
    assert problem(closing) == (409, "compulsory_tasks_open")
    task = await task_of(cases, ref, worker, "bad_news")
    by_hand = await cases.post(f"/tasks/{task.task_id}/complete", CompleteTask(result="done"), by=worker)
    assert problem(by_hand) == (409, "done_by_its_own_act")
    await cases.post(f"{path}/verify", VerifyBadNews(how="Zelf ter plaatse vastgesteld"), by=worker)
    two = DeliverBadNews(deliverers=[worker.user_id, colleague.user_id])
    assert (await cases.post(f"{path}/deliver", two, by=worker)).is_success
    assert await open_kinds(cases, ref, worker) == ["recontact", "recontact"]


async def test_a_request_from_elsewhere_says_who_asks(cases: ServiceUnderTest, worker: Principal) -> None:
    body = {"about": "Jan", "recipients": [{"name": "Maria"}], "source": "abroad"}

    assert field_codes(await cases.post("/bad-news", body, by=worker)) == {"requester": "required"}


async def test_two_who_deliver_at_once_deliver_once(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal
) -> None:
    import asyncio

    news = await received(cases, worker)
    path = f"/bad-news/{news.bad_news_id}"
    await cases.post(f"{path}/verify", VerifyBadNews(how="Teruggebeld"), by=worker)
    two = DeliverBadNews(deliverers=[worker.user_id, colleague.user_id])

    answers = await asyncio.gather(*(cases.post(f"{path}/deliver", two, by=worker) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_who_does_not_see_the_dossier_does_nothing_with_its_news(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal, tenant: str
) -> None:
    news = await received(cases, worker)
    reader = principal(tenant, Permission.DOSSIER_READ, compartments=CARE)
    path = f"/bad-news/{news.bad_news_id}/verify"

    for who in (colleague, stranger):
        assert problem(await cases.post(path, VerifyBadNews(how="x"), by=who)) == (404, "not_found")
    assert problem(await cases.post(path, VerifyBadNews(how="x"), by=reader)) == (403, "forbidden")
