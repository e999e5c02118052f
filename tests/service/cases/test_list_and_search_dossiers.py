"""The list of dossiers that one may see, its pages and its count, and searching in it."""

import pytest

from shared.auth import Principal
from shared.contracts.cases import DossierPage, SearchDossiers
from shared.contracts.persons import AddPerson
from shared.db import uuid7
from tests.service.cases.conftest import audited, field_codes, listed, opened, problem
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


async def test_it_shows_ones_own_newest_change_first(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal
) -> None:
    first, second = await opened(cases, worker), await opened(cases, worker)
    await opened(cases, colleague)

    page = await listed(cases, worker)

    assert [line.dossier_id for line in page.lines] == [second.dossier_id, first.dossier_id]
    assert (page.count, page.next_after) == (2, "")


async def test_a_line_says_who_it_is_about_and_what_is_next(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "burglary", place="Molenstraat 3")
    assert (await listed(cases, worker)).lines[0].title == "Molenstraat 3"

    person = AddPerson(first_name="An", last_name="Peeters")
    await cases.post(f"/dossiers/{ref.dossier_id}/persons", person, by=worker)

    line = (await listed(cases, worker)).lines[0]
    assert line.title == "Peeters An"
    assert line.open_tasks == 2
    assert line.next_due_on is not None


async def test_pages_follow_without_a_gap_or_a_repeat(cases: ServiceUnderTest, worker: Principal) -> None:
    refs = [await opened(cases, worker) for _ in range(53)]

    first = await listed(cases, worker)
    second = await listed(cases, worker, after=first.next_after)

    ids = [line.dossier_id for line in (*first.lines, *second.lines)]
    assert (len(first.lines), len(second.lines)) == (50, 3)
    assert ids == [ref.dossier_id for ref in reversed(refs)]
    assert (first.count, second.count, second.next_after) == (53, 53, "")


async def test_it_can_be_narrowed_to_a_state(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)
    await cases.post(f"/dossiers/{ref.dossier_id}/close", {"version": 1}, by=worker)
    await opened(cases, worker)

    assert (await listed(cases, worker, state="closed")).count == 1
    assert (await listed(cases, worker, state="open")).count == 1
    assert (await listed(cases, worker)).count == 2


@pytest.mark.parametrize(
    "parameters",
    [
        {"state": "lost"},
        {"after": "never"},
        {"after": "2026-01-01_x"},
        {"after": f"0001-01-01T00:00:00+05:00_{uuid7()}"},
    ],
)
async def test_wrong_parameters_are_refused_at_their_field(
    cases: ServiceUnderTest, worker: Principal, parameters: dict[str, str]
) -> None:
    answer = await cases.get("/dossiers", by=worker, **parameters)

    assert answer.status_code == 422
    assert set(field_codes(answer)) == set(parameters)


@pytest.mark.parametrize(
    ("wish", "wrong"),
    [
        ({"search": "a"}, "search"),
        ({"search": " "}, "search"),
        ({"search": "x" * 201}, "search"),
        ({"search": "peeters", "state": "lost"}, "state"),
        ({"search": "peeters", "after": "never"}, "after"),
    ],
)
async def test_a_wrong_search_is_refused_at_its_field(
    cases: ServiceUnderTest, worker: Principal, wish: dict[str, str], wrong: str
) -> None:
    answer = await cases.post("/dossiers/search", wish, by=worker)

    assert answer.status_code == 422
    assert set(field_codes(answer)) == {wrong}


async def test_the_words_of_a_search_come_in_no_address(cases: ServiceUnderTest) -> None:
    operations = cases.app.openapi_schema.to_schema()["paths"]

    named = {
        parameter["name"]
        for path in operations.values()
        for operation in path.values()
        for parameter in operation.get("parameters", [])
    }
    codes = {"state", "scope", "after", "before", "kind", "code", "language", "figure", "key", "from"}
    described_file = "X-Document"  # a header, which no log keeps
    assert {each for each in named if not each.endswith("_id")} <= codes | {described_file}


@pytest.mark.parametrize(
    "words",
    [
        "peeters",
        "PEETERS zo",
        "zoë peet",
        "zoe",
        "85.07.30-999.32",
        "85073099932",
        "aa.12.l1",
        "SPOT-",
        "0001",
    ],
)
async def test_a_dossier_is_found_by_number_name_and_national_number(
    cases: ServiceUnderTest, worker: Principal, words: str
) -> None:
    ref = await opened(cases, worker, pv_number="AA.12.L1.000123/2026")
    person = AddPerson(first_name="Zoë", last_name="Peeters", insz="85.07.30-999.32")
    await cases.post(f"/dossiers/{ref.dossier_id}/persons", person, by=worker)

    page = await found(cases, worker, words)

    assert [line.dossier_id for line in page.lines] == [ref.dossier_id]
    assert page.count == 1


@pytest.mark.parametrize(
    "words", ["janssens", "peeters jan", "%%", "__", "\\\\", "85073099931", "zoe_", "jan\0ssens"]
)
async def test_nothing_else_is_found(cases: ServiceUnderTest, worker: Principal, words: str) -> None:
    ref = await opened(cases, worker)
    person = AddPerson(first_name="Zoë", last_name="Peeters", insz="85.07.30-999.32")
    await cases.post(f"/dossiers/{ref.dossier_id}/persons", person, by=worker)

    assert (await found(cases, worker, words)).count == 0


async def test_a_search_finds_only_what_one_may_see(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal
) -> None:
    ref = await opened(cases, worker)
    await cases.post(f"/dossiers/{ref.dossier_id}/persons", AddPerson(last_name="Peeters"), by=worker)

    for who in (colleague, stranger):
        page = await found(cases, who, "peeters")
        assert (page.count, page.lines) == (0, [])
        assert (await found(cases, who, ref.number)).count == 0


async def test_every_search_is_kept_without_its_words(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    ref = await opened(cases, worker)
    await found(cases, worker, ref.number)
    await found(cases, worker, "onvindbaar")

    rows = await audited(cases, tenant, "search_dossiers")
    assert [row["details"] for row in rows] == [
        {"count": 1, "dossiers": [str(ref.dossier_id)]},
        {"count": 0, "dossiers": []},
    ]
    assert "onvindbaar" not in str(rows)


async def test_looking_at_the_list_is_kept(cases: ServiceUnderTest, worker: Principal, tenant: str) -> None:
    await opened(cases, worker)
    await listed(cases, worker)

    assert len(await audited(cases, tenant, "dossier_page")) == 1


async def test_without_the_permission_there_is_no_list(cases: ServiceUnderTest, tenant: str) -> None:
    nobody = principal(tenant)

    assert problem(await cases.get("/dossiers", by=nobody)) == (403, "forbidden")
    assert problem(await cases.post("/dossiers/search", {"search": "peeters"}, by=nobody)) == (
        403,
        "forbidden",
    )


async def found(cases: ServiceUnderTest, by: Principal, words: str) -> DossierPage:
    return cases.read(await cases.post("/dossiers/search", SearchDossiers(search=words), by=by), DossierPage)
