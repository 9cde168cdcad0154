"""Black is what is not its subject's; periods run back over months and years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from academy.kernel.periods import DEFAULTS, Period, periods
from academy.privacy.rules.masking import ANOTHER, BLACK, ME, masked, masked_ids, person_word


def black(text, *, others=(), own=()):
    return masked(text, others=others, own=own)


def test_what_somebody_put_between_brackets_is_black():
    assert black("Zij belt. [[Haar man\nmag dat niet weten.]] Einde") == f"Zij belt. {BLACK} Einde"


def test_names_of_others_are_black_and_words_that_hold_them_are_not():
    text = "Jan de Wit kwam langs. De Jan de Wittens niet."
    assert black(text, others={"Jan de Wit"}) == f"{BLACK} kwam langs. De Jan de Wittens niet."


def test_mailboxes_and_numbers_of_others_are_black():
    text = "Bel 06-12345678 of 06 87654321, mail a@b.example of mij@b.example. Op 12-11-2026."
    found = black(text, own={"0612345678", "mij@b.example"})
    assert found == f"Bel 06-12345678 of {BLACK}, mail {BLACK} of mij@b.example. Op 12-11-2026."


def test_a_link_says_only_whether_it_is_you():
    assert [person_word(one, 7) for one in (7, 8, None)] == [ME, ANOTHER, None]
    assert masked_ids({"coach_id": 8, "rows": 8}, 7) == {"coach_id": ANOTHER, "rows": 8}


def test_the_last_day_of_a_shorter_month_is_taken():
    assert Period(1, "months").before(date(2026, 3, 31)) == date(2026, 2, 28)
    assert Period(1, "years").before(date(2028, 2, 29)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("stopped", "kept_until"),
    [("2026-11-23", "2027-11-23"), ("2028-02-29", "2029-02-28"), ("2026-12-31", "2027-12-31")],
)
def test_what_ended_is_kept_until_the_same_day_later_and_no_longer(stopped, kept_until):
    ended, last = date.fromisoformat(stopped), date.fromisoformat(kept_until)
    year = Period(12, "months")
    assert year.after(ended) == last
    assert year.before(last) <= ended < year.before(last + timedelta(days=2))
    assert Period(30, "days").after(ended) == ended + timedelta(days=30)


def test_an_academy_chooses_other_periods():
    found = periods("contact=1y, spam=7d")
    assert found["contact"] == Period(1, "years")
    assert found["spam"] == Period(7, "days")
    assert found["coaching"] == DEFAULTS["coaching"]


@pytest.mark.parametrize("wrong", ["contact", "contact=6", "diary=6m", "contact=6w"])
def test_a_period_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match=wrong):
        periods(wrong)
