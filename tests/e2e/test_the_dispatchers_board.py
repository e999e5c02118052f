"""S02 and S03 on the dispatcher's board: at every moment exactly one to call for each call-out, and nothing is lost."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.e2e.test_first_job import CALL_OUT
from tests.support.pages import Person

NewPerson = Callable[..., Person]

LEVELS = ("Eerste wacht", "Tweede wacht", "Reserve", "Partnerzone", "Coördinator")
MOST_TO_ASK = 12


def request(dispatcher: Person, what: str, place: str) -> str:
    """A call-out from the board; returns its address."""
    dispatcher.open("/on-call")
    dispatcher.page.get_by_role("link", name="Start een oproep").click()
    dispatcher.page.get_by_label("Wat is er gebeurd?").select_option(what)
    dispatcher.page.get_by_label("Waar?").fill(place)
    dispatcher.page.get_by_label("Wat moet de collega weten om te vertrekken?").fill(
        "Zie de officier van dienst."
    )
    dispatcher.page.get_by_role("button", name="Start de oproep").click()
    dispatcher.page.wait_for_url(CALL_OUT)
    return str(CALL_OUT.search(dispatcher.page.url)[0])  # type: ignore[index]


def next_of(dispatcher: Person, call_out: str) -> Locator:
    """The one block that says whom to call for this call-out, as the board shows it now."""
    dispatcher.open("/on-call")
    block = dispatcher.page.locator(f"article.next-call[aria-labelledby='now-{call_out.rpartition('/')[2]}']")
    expect(block).to_have_count(1)
    expect(block.locator(".next-call__who")).to_have_count(1)
    return block


def called(block: Locator) -> str:
    """Name, level and number, in the words of the board."""
    return " · ".join(
        re.sub(r"\s+", " ", block.locator(part).first.inner_text()).strip()
        for part in (".next-call__who", ".next-call__number")
    )


def over(dispatcher: Person, call_out: str) -> None:
    """Whoever was out is free again for the journeys that follow."""
    dispatcher.open(f"{call_out}/cancel")
    dispatcher.page.get_by_label("Niet meer nodig").check()
    dispatcher.page.get_by_role("button", name="Annuleer de oproep").click()
    expect(dispatcher.page.locator("main")).to_contain_text("Geannuleerd")


def test_nobody_answers_and_the_board_always_names_exactly_one_until_the_coordinator_takes_it(
    person: NewPerson,
) -> None:
    """S03: second numbers, the levels in order, the zone that is called by hand, the coordinator, who stays."""
    dispatcher = person("pz_aalst", "dispatcher")
    coordinator = person("pz_aalst", "spot_coordinator")
    call_out = request(dispatcher, "robbery_violence", "Houtmarkt 2, Aalst")

    asked: list[str] = []
    while (
        more := (block := next_of(dispatcher, call_out)).get_by_role("button", name="Ga naar de volgende")
    ).count():
        who = called(block)
        assert who not in asked, f"{who} is asked twice"
        # Somebody at another screen is told the same.
        assert called(next_of(coordinator, call_out)) == who
        asked.append(who)
        assert len(asked) < MOST_TO_ASK, asked
        more.click()
        dispatcher.page.wait_for_url(CALL_OUT)

    ranks = [next(rank for rank, level in enumerate(LEVELS) if level in each) for each in asked]
    assert ranks == sorted(ranks)
    assert {LEVELS.index("Partnerzone"), LEVELS.index("Coördinator")} <= set(ranks)
    block = next_of(dispatcher, call_out)
    expect(block).to_contain_text("Iedereen is opgeroepen en niemand aanvaardde")
    assert called(block) == asked[-1], "the coordinator stays the one to call"
    assert dispatcher.axe() == []

    # The trail says whom, in which order and at what time; the coordinator takes it on the phone.
    trail = block.locator(".trail li").all_inner_texts()
    assert all(re.match(r"\d\d:\d\d", line) for line in trail)
    assert not any("escalated" in line for line in trail), "a code for a word"
    rung = [line for line in trail[1:] if "al op een oproep" not in line]
    assert len(rung) == len(asked)
    for line, who in zip(rung, asked, strict=True):
        assert re.split("|".join(LEVELS), who)[0].strip() in line
    block.get_by_role("button", name=re.compile("aanvaardt aan de telefoon")).click()
    expect(dispatcher.page.locator("main")).to_contain_text("aan de telefoon")
    dispatcher.open("/on-call")
    expect(
        dispatcher.page.locator(f"article[aria-labelledby='now-{call_out.rpartition('/')[2]}']")
    ).to_have_count(0)
    expect(dispatcher.page.locator("section[aria-labelledby=under-way]")).to_contain_text(
        "Houtmarkt 2, Aalst"
    )
    over(dispatcher, call_out)


def test_a_second_call_out_is_proposed_to_who_is_free_and_the_decision_stands_with_both(
    person: NewPerson,
) -> None:
    """S02: the first of the watch is out; the next is named, the ways on in their order, who decided it and why."""
    dispatcher = person("pz_aalst", "dispatcher")
    first = request(dispatcher, "robbery_violence", "Kapellestraat 9, Aalst")
    taken_by = called(next_of(dispatcher, first))
    next_of(dispatcher, first).get_by_role("button", name=re.compile("aanvaardt aan de telefoon")).click()
    dispatcher.page.wait_for_url(CALL_OUT)
    second = request(dispatcher, "death_suicide", "Dirk Martensstraat 4, Aalst")

    block = next_of(dispatcher, second)
    assert called(block) != taken_by, "who is out is not rung"
    expect(block.locator(".trail")).to_contain_text("al op een oproep")
    ways = block.locator(".proposals__list li").all_inner_texts()
    order = ("andere collega", "partnerzone", "advies aan de telefoon", "bezoek morgenvroeg")
    places = [next((place for place, way in enumerate(ways) if word in way.lower()), -1) for word in order]
    assert -1 not in places, ways
    assert places == sorted(places)
    assert dispatcher.axe() == []

    block.get_by_role("link", name="Noteer welke oproep eerst gaat, en waarom").click()
    dispatcher.page.get_by_label("De andere oproep", exact=True).first.select_option(index=1)
    dispatcher.page.get_by_label(re.compile("^Deze:")).check()
    dispatcher.page.get_by_role("radio", name=re.compile("wacht", re.IGNORECASE)).first.check()
    dispatcher.page.get_by_label("Wie besliste?").fill("Lena en commissaris De Smet")
    dispatcher.page.get_by_label("Waarom?").fill("De familie staat er alleen voor.")
    dispatcher.page.get_by_role("button", name="Noteer de beslissing").click()
    for call_out, words in ((second, "Deze oproep gaat eerst"), (first, "De andere oproep gaat eerst")):
        dispatcher.open(f"{call_out}?view=sheet")
        decided = dispatcher.page.locator("section[aria-labelledby=decisions]")
        expect(decided).to_contain_text(words)
        expect(decided).to_contain_text("Lena en commissaris De Smet")
        expect(decided).to_contain_text("De familie staat er alleen voor.")

    next_of(dispatcher, second)  # still there, still one to call
    for call_out in (second, first):
        over(dispatcher, call_out)
