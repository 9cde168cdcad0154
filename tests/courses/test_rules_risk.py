"""Who may not make it, and whom to call."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from courses.rules import Evidence, FinalAttempt, Mark, SessionEvidence, verdict
from courses.rules.risk import Risk, needs_a_call, risk_of
from tests.courses.sample_evidence import rules_by_course

RULES = rules_by_course()
RES, PRO = RULES["res"], RULES["pro"]
STATUS = {"P": "present", "A": "absent", "E": "excused", "M": "made_up", "N": "not_applicable"}
LOW = dict.fromkeys(
    ["luisteren", "waarnemen", "kracht", "verbinden", "eigenaarschap", "grenzen"], 1
)


def evidence(letters: str, rule=RES, **values) -> Evidence:
    """Make a session a week: PAEMN marked, - planned, ? held and unmarked."""
    return Evidence(
        sessions=tuple(
            SessionEvidence(
                module.id,
                status="planned" if letter == "-" else "held",
                held_on=date(2026, 9, 1) + timedelta(weeks=week),
                mark=Mark(STATUS[letter]) if letter in STATUS else None,
            )
            for week, (module, letter) in enumerate(zip(rule.modules, letters, strict=True))
        ),
        **values,
    )


def risk(letters: str, rule=RES, **values) -> Risk | None:
    return risk_of(verdict(rule, evidence(letters, rule, **values)))


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("--------", None),
        ("PPPP----", None),
        ("PPA-----", None),
        ("PPAA----", Risk("no_more_missing", 2, 8)),
        ("PPAE----", Risk("no_more_missing", 2, 8)),
        ("PPPPPAA-", Risk("no_more_missing", 5, 8)),
        ("PAAA----", Risk("must_make_up", 1, 8, 1)),
        ("PAAAM---", Risk("must_make_up", 2, 8, 1)),
        ("AP------", Risk("must_make_up", 1, 8, 1)),
        ("MP------", None),
        ("PAAAAA--", Risk("attendance_over", 1, 8)),
        ("AAAPPPPP", Risk("must_make_up", 5, 8, 1)),
        ("PPPPPPAP", None),
        ("PPPPPPP-", None),
        ("P?-----A", Risk("must_make_up", 1, 8, 1)),
        ("PA?-----", Risk("no_more_missing", 1, 8)),
        ("P??-----", None),
    ],
)
def test_the_forecast_says_who_may_not_make_it(letters, expected):
    assert risk(letters) == expected


def test_a_practical_without_a_further_try_is_a_risk():
    tries = tuple(FinalAttempt(number=n, levels=LOW) for n in (1, 2, 3, 4))
    assert RES.practical.max_attempts is not None
    used = tries[: RES.practical.max_attempts]
    assert risk("PPPPPPPP", finals=used) == Risk("practical_over", 8, 8)
    assert risk("PPPPPPPP", finals=used[:-1]) is None


def test_an_apology_counts_as_missed_also_ahead():
    ahead = evidence("PPPPPA--")
    planned = [*ahead.sessions]
    planned[6] = SessionEvidence(RES.modules[6].id, status="planned", mark=Mark("excused"))
    found = risk_of(verdict(RES, Evidence(sessions=tuple(planned))))
    assert found == Risk("no_more_missing", 5, 8)


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("PPPP----", False),
        ("PPPA----", False),
        ("PPAA----", True),
        ("PAEA----", True),
        ("PAPA----", True),
        ("PAAP----", False),
        ("PAA?----", True),
        ("PPMM----", False),
        ("--------", False),
    ],
)
def test_whom_to_call(letters, expected):
    assert needs_a_call(evidence(letters)) is expected


def test_professionals_have_less_room():
    assert risk("PPA----", PRO) == Risk("no_more_missing", 2, 7)
