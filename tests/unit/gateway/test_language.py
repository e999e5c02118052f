"""The four languages: complete catalogues, and dates, durations and money as people here read them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from services.gateway.language import LANGUAGES, Language, accepted_language, chosen_language, read_languages
from services.gateway.language.__main__ import complaints, extracted

NIGHT = datetime(2026, 3, 2, 1, 14, tzinfo=UTC)


@pytest.fixture(scope="module")
def languages() -> dict[str, Language]:
    return read_languages()


def test_every_text_is_translated_and_none_is_left_over() -> None:
    wanted = extracted()

    assert [each for code in LANGUAGES for each in complaints(code, wanted)] == []


@pytest.mark.parametrize(
    ("code", "moment", "duration", "money"),
    [
        ("nl", "ma 2 maart 2026, 02:14", "3 u 20", "€ 1.314,20"),
        ("fr", "lun. 2 mars 2026, 02:14", "3 h 20", "1 314,20 €"),
        ("de", "Mo, 2. März 2026, 02:14", "3 Std. 20", "1.314,20 €"),
        ("en", "Mon 2 March 2026, 02:14", "3 h 20", "€1,314.20"),
    ],
)
def test_moments_durations_and_money(
    languages: dict[str, Language], code: str, moment: str, duration: str, money: str
) -> None:
    language = languages[code]

    assert language.moment(NIGHT) == moment
    assert plain(language.duration(timedelta(hours=3, minutes=20))) == duration
    assert plain(language.money(Decimal("1314.20"))) == money


def test_durations_under_an_hour_and_below_nothing(languages: dict[str, Language]) -> None:
    assert plain(languages["nl"].duration(timedelta(minutes=20))) == "20 min"
    assert plain(languages["nl"].duration(timedelta(hours=9))) == "9 u"
    assert plain(languages["nl"].duration(-timedelta(hours=1, minutes=5))) == "−1 u 05"


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(days=6), "over 6 dagen"),
        (timedelta(days=1), "morgen"),
        (timedelta(days=-1), "gisteren"),
        (timedelta(hours=-2), "2 uur geleden"),
        (timedelta(minutes=9), "over 9 minuten"),
        (timedelta(seconds=5), "zonet"),
    ],
)
def test_a_moment_far_away_is_told_as_a_distance(
    languages: dict[str, Language], distance: timedelta, words: str
) -> None:
    assert languages["nl"].distance(NIGHT + distance, now=NIGHT) == words


def test_a_day_is_counted_on_the_calendar_of_brussels(languages: dict[str, Language]) -> None:
    late_in_the_evening = datetime(
        2026, 3, 1, 23, 30, tzinfo=UTC
    )  # half past midnight on 2 March in Brussels

    assert languages["nl"].distance(date(2026, 3, 2), now=late_in_the_evening) == "vandaag"
    assert languages["nl"].day(late_in_the_evening) == "ma 2 maart 2026"


def test_counted_things_follow_the_language(languages: dict[str, Language]) -> None:
    one, many = "%(count)s oproep wacht", "%(count)s oproepen wachten"

    assert languages["nl"].plural(one, many, 1) == "1 oproep wacht"
    assert languages["nl"].plural(one, many, 0) == "0 oproepen wachten"
    assert languages["fr"].plural(one, many, 0) == "0 appel en attente"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("fr-BE,fr;q=0.9,en;q=0.8", "fr"),
        ("it, de;q=0.5, nl;q=0.7", "nl"),
        ("de;q=0, en", "en"),
        ("", None),
        ("*;q=x, es", None),
    ],
)
def test_the_browser_says_which_language_it_likes(header: str, code: str | None) -> None:
    assert accepted_language(header) == code


def test_the_persons_own_choice_comes_first_and_dutch_last() -> None:
    assert chosen_language("de", "fr", "en") == "de"
    assert chosen_language(None, "xx", "en") == "en"
    assert chosen_language(None, None) == "nl"


def plain(text: str) -> str:
    """With ordinary spaces where the language wants unbreakable ones."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
