"""When residents have solved a problem."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academy.research.rules import (
    REOPENED,
    SOLVED,
    Said,
    identifies,
    may_move,
    solved,
    standing,
    step_after_confirmation,
    was_solved,
)

START = date(2026, 1, 1)


def said(number, experience="yes", took_part=True, *, talk=None, day=None):
    """What resident `number` said, a day after the one before; `talk` is a day number too."""
    on = START + timedelta(days=number if day is None else day)
    talk_on = None if talk is None else START + timedelta(days=talk)
    return Said(number, experience, took_part, on, talk_on)


def yes_yes(*numbers):
    return [said(number) for number in numbers]


def test_three_residents_who_worked_on_it_and_see_it_solve_a_problem():
    verdict = solved(yes_yes(1, 2, 3))
    assert verdict.is_solved
    assert verdict.yes_yes == 3
    assert [reason.state for reason in verdict.reasons] == ["met", "met"]


def test_two_do_not():
    verdict = solved(yes_yes(1, 2))
    assert not verdict.is_solved
    assert verdict.reasons[0].sentence.nl.startswith("2 bewoners zeiden")


@pytest.mark.parametrize(
    ("count", "nl", "en"),
    [(0, "Nog geen bewoner", "No resident"), (1, "1 bewoner zei", "1 resident said")],
)
def test_few_are_counted_in_words(count, nl, en):
    reason = solved(yes_yes(*range(count))).reasons[0]
    assert reason.sentence.nl.startswith(nl)
    assert reason.sentence.en.startswith(en)
    assert reason.state == "not_yet"


@pytest.mark.parametrize(("experience", "took_part"), [("yes", False), ("a_bit", True)])
def test_neither_watching_nor_a_bit_counts(experience, took_part):
    assert not solved([*yes_yes(1, 2), said(3, experience, took_part)]).is_solved
    assert solved([*yes_yes(1, 2, 3), said(4, experience, took_part)]).is_solved


def test_a_project_may_ask_for_more_but_never_for_less():
    assert not solved(yes_yes(1, 2, 3), needed=4).is_solved
    with pytest.raises(ValueError, match="three"):
        solved(yes_yes(1, 2), needed=2)


def test_an_open_no_keeps_a_problem_open():
    verdict = solved([*yes_yes(1, 2, 3, 4), said(5, "no")])
    assert not verdict.is_solved
    assert verdict.open_noes == (5,)
    assert verdict.reasons[1].missing[0].nl == (
        "De nee van 6 januari 2026: praat er eerst over met bewoners."
    )
    assert "talk about it with residents first" in verdict.reasons[1].missing[0].en


def test_confirmations_before_the_talk_do_not_answer_a_no():
    verdict = solved([said(1, "no", talk=10), *yes_yes(2, 3, 4, 11, 12)])
    assert not verdict.is_solved
    assert "zijn er 2 van de 3" in verdict.reasons[1].missing[0].nl
    assert "2 of the 3" in verdict.reasons[1].missing[0].en


def test_a_confirmation_on_the_day_of_the_talk_does_not_count_after_it():
    assert not solved([said(1, "no", talk=10), said(2, day=10), *yes_yes(11, 12)]).is_solved


def test_a_talk_and_three_confirmations_after_it_answer_a_no():
    verdict = solved([said(1, "no", talk=10), *yes_yes(11, 12, 13)])
    assert verdict.is_solved
    assert verdict.open_noes == ()
    assert verdict.reasons[1].sentence.nl.startswith("Iemand zei nee. Daar is")


def test_every_no_needs_its_own_answer():
    verdict = solved([said(1, "no", talk=10), said(2, "no"), *yes_yes(11, 12, 13)])
    assert verdict.open_noes == (2,)


def test_a_later_no_reopens():
    everything = [*yes_yes(1, 2, 3), said(9, "no")]
    assert standing("confirming", yes_yes(1, 2, 3)) == SOLVED
    assert standing("confirming", everything) == REOPENED
    assert was_solved(everything)


def test_a_talk_of_later_did_not_answer_a_no_earlier():
    everything = [*yes_yes(1, 2), said(3, "no", talk=20), said(4), *yes_yes(21, 22)]
    assert not was_solved(everything)
    assert standing("doing", everything) == "doing"
    assert standing("doing", [*everything, said(23)]) == SOLVED


def test_nothing_said_leaves_the_step():
    assert standing("named", []) == "named"


def test_a_confirmation_brings_a_key_under_way_and_wakes_nobody():
    assert step_after_confirmation("key_found") == "confirming"
    assert step_after_confirmation("doing") == "confirming"
    assert step_after_confirmation("resting") == "resting"
    assert step_after_confirmation("named") == "named"


def test_a_project_only_goes_forward():
    assert may_move("proposed", "keys")
    assert not may_move("keys", "walking")
    assert not may_move("keys", "keys")
    assert not may_move("keys", "nonsense")


@pytest.mark.parametrize(
    "text",
    ["Tulpstraat 14", "bij de Hoofdweg 3a", "1234 AB", "bel 06-00000307", "mail a@b.example"],
)
def test_what_identifies_is_recognised(text):
    assert identifies(text)


@pytest.mark.parametrize(
    "text",
    [
        "Op het plein staan zes bankjes.",
        "Welkom nieuwe buur op 4",
        "nummer vier van de rij",
        "na de weg 10 stappen",
    ],
)
def test_what_does_not_identify_passes(text):
    assert not identifies(text)


SAID = st.lists(
    st.builds(
        lambda day, experience, took_part, talk: (day, experience, took_part, talk),
        st.integers(0, 30),
        st.sampled_from(["yes", "a_bit", "no"]),
        st.booleans(),
        st.none() | st.integers(0, 10),
    ),
    max_size=12,
).map(
    lambda rows: [
        said(n, e, t, day=day, talk=None if talk is None or e != "no" else day + talk)
        for n, (day, e, t, talk) in enumerate(rows, 1)
    ]
)


@given(SAID)
def test_solved_means_exactly_what_residents_are_promised(everything):
    verdict = solved(everything)
    both = [one for one in everything if one.experience == "yes" and one.took_part]
    unanswered = [
        no
        for no in everything
        if no.experience == "no"
        and (no.talk_on is None or sum(one.confirmed_on > no.talk_on for one in both) < 3)
    ]
    assert verdict.is_solved == (len(both) >= 3 and not unanswered)
    assert verdict.open_noes == tuple(one.number for one in unanswered)
    assert verdict.is_solved == all(reason.state == "met" for reason in verdict.reasons)
    if verdict.is_solved:
        assert standing("named", everything) == SOLVED
