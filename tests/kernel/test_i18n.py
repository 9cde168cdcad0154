"""The language of a page, and days and times in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from academy.kernel import i18n

EVENING = datetime(2026, 12, 1, 18, 30, tzinfo=UTC)


@pytest.fixture
def in_language(app):
    """Return a page in the language that a browser chose."""

    def choose(language):
        cookie = f"{i18n.LANGUAGE_COOKIE}={language}"
        return app.test_request_context("/", headers={"Cookie": cookie})

    return choose


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", ["dinsdag 1 december 2026", "1 december 2026", "19.30"]),
        ("en", ["Tuesday 1 December 2026", "1 December 2026", "19.30"]),
        ("xx", ["dinsdag 1 december 2026", "1 december 2026", "19.30"]),
    ],
)
def test_days_and_times_follow_the_language_and_the_dutch_clock(in_language, language, said):
    with in_language(language):
        assert [i18n.day(EVENING), i18n.short_day(EVENING), i18n.clock_time(EVENING)] == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "Dinsdag 1 december 2026, 19.30 uur"),
        ("en", "Tuesday 1 December 2026, 19.30"),
    ],
)
def test_a_moment_that_begins_a_line_keeps_the_capitals_of_its_language(
    in_language, language, said
):
    with in_language(language):
        assert i18n.capital(i18n.moment(EVENING)) == said


def test_a_text_in_two_languages_falls_back_on_dutch(in_language):
    with in_language("en"):
        assert i18n.pick({"nl": "ja", "en": "yes"}) == "yes"
        assert i18n.pick({"nl": "ja"}) == "ja"
        assert i18n.pick(None) == ""


@pytest.mark.parametrize("text", ["1-12-2026", "01/12/2026", "1.12.2026", " 2026-12-01 "])
def test_a_day_is_read_the_way_people_type_it(text):
    assert i18n.parse_day(text) == date(2026, 12, 1)


@pytest.mark.parametrize("text", ["", "31-2-2026", "1-12", "1-12-26", "morgen", "¹-12-2026"])
def test_what_is_no_day_is_not_read(text):
    assert i18n.parse_day(text) is None


@pytest.mark.parametrize(
    ("language", "expected"),
    [("nl", "Soep & brood"), ("en", '<span lang="nl">Soep &amp; brood</span>')],
)
def test_dutch_text_says_so_on_a_page_that_is_not_dutch(in_language, language, expected):
    with in_language(language):
        assert i18n.dutch("Soep & brood") == expected
        assert i18n.dutch("") == ""
