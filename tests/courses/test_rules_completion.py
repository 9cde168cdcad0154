"""The rules of completion, criterion by criterion, on small made-up evidence."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.rules import (
    Change,
    Evidence,
    FinalAttempt,
    Mark,
    RuleUnreadableError,
    SessionEvidence,
    parse_rubric,
    parse_rule,
    verdict,
    what_if,
)
from tests.courses.sample_evidence import read_own_curricula, rules_by_course

RULES = rules_by_course()
RES, PRO, GOV = RULES["res"], RULES["pro"], RULES["gov"]
RANK = {"impossible": 0, "not_yet": 1, "met": 2}
GOOD = dict.fromkeys(["luisteren", "waarnemen", "kracht", "verbinden", "eigenaarschap"], 3) | {
    "grenzen": 3
}
OPEN = {"-": ("planned", None), "?": ("held", None), "x": ("cancelled", None)}
LETTERS = {"P": "present", "A": "absent", "M": "made_up", "N": "not_applicable", "E": "excused"}


def session(module, letter):
    """Make a session: PAMNE marked, L late, T too late, - planned, ? unmarked, x cancelled."""
    if letter in OPEN:
        return SessionEvidence(module, status=OPEN[letter][0])
    if letter in "LT":
        return SessionEvidence(module, mark=Mark("late", minutes_late=30 if letter == "L" else 31))
    return SessionEvidence(module, mark=Mark(LETTERS[letter]))


def attended(letters, rule=RES):
    """Make evidence of one session per module, one letter each."""
    pairs = zip(rule.modules, letters, strict=True)
    return Evidence(sessions=tuple(session(module.id, letter) for module, letter in pairs))


def judged(evidence, name="attendance_rule", rule=RES):
    return verdict(rule, evidence).criterion(name)


def refs(criterion):
    return [missing.ref for missing in criterion.missing]


def complete_resident():
    return replace(
        attended("PPPPPPPP"),
        practice={module.practice_id: "done" for module in RES.modules},
        finals=(FinalAttempt(1, levels=GOOD, decided_on=date(2026, 1, 5)),),
    )


@pytest.mark.parametrize(
    ("letters", "state", "missing"),
    [
        ("PPPPPPPP", "met", []),
        ("PAAPPPPP", "met", []),
        ("PLLPPPPP", "met", []),
        ("PMMPPPAP", "met", []),
        ("MPPPPAAM", "met", []),
        ("PPPPPP--", "not_yet", ["res-08"]),
        ("PAAPPP--", "not_yet", ["res-02", "res-03", "res-07", "res-08"]),
        ("PPPPPPPA", "not_yet", ["res-08"]),
        ("PPPPPPPT", "not_yet", ["res-08"]),
        ("PPPPPPP?", "not_yet", ["res-08"]),
        ("PPPPPPPx", "not_yet", ["res-08"]),
        ("AAAAPPPP", "not_yet", ["res-01", "res-02", "res-03", "res-04"]),
        ("NNPPPPPA", "not_yet", ["res-01", "res-02", "res-08"]),
        ("PAAAAPPP", "not_yet", ["res-02", "res-03", "res-04", "res-05"]),
        ("AAAAAPPP", "impossible", ["res-01", "res-02", "res-03", "res-04", "res-05"]),
        ("PMMAPPPA", "impossible", ["res-08"]),
        ("PMMMAAPP", "impossible", ["res-04", "res-05", "res-06"]),
        ("--------", "not_yet", [module.id for module in RES.modules]),
    ],
)
def test_attendance(letters, state, missing):
    found = judged(attended(letters))
    assert (found.state, refs(found)) == (state, missing)


def test_five_of_eight_says_how_many_and_which():
    found = judged(attended("PAAAPPPP"))
    assert found.nl == "Je was er 5 van de 8 keer. Je hebt er 6 nodig."
    assert found.en == "You attended 5 of 8 times. You need 6."
    assert found.missing[0].nl == "Je was niet bij les 2 (De buurt proeven)."


@pytest.mark.parametrize(
    ("letters", "forecast"),
    [
        ("PPPPPPPP", ""),
        ("PPPPP---", "Je kunt nog 2 keer missen. Mis in elk geval niet les 8"),
        ("PAAPPP--", "Je kunt niet meer missen. Lukt het een keer niet? Inhalen mag nog 2 keer."),
        ("PMMAAP--", "Je kunt niet meer missen."),
        ("PMMAAA--", "Dit lukt niet meer in deze groep."),
        ("PPPPPPPA", "Je moet nog 1 keer inhalen, en je mag nog 2 keer inhalen. Haal les 8"),
        ("PAAAPPPP", "Kies 1 uit les 2 (De buurt proeven), les 3"),
        ("AAAAPP--", "Kies 1 uit les 2"),
        ("AAPAPPP-", "Haal les 1 (Jouw buurt, jouw verhaal) in."),
        ("PPPPMMAA", "Dit lukt niet meer"),
        ("APAPP---", "Haal les 1 (Jouw buurt, jouw verhaal) in."),
        ("PPPPPP?P", ""),
        ("PPPP??AP", "Je trainer moet eerst nog invullen."),
        ("PPPPP?--", "Je kunt nog 1 keer missen."),
        ("?PPPPP-A", "Haal les 8"),
    ],
)
def test_the_forecast_says_what_can_still_happen(letters, forecast):
    found = judged(attended(letters))
    said = found.forecast_nl
    assert forecast in said if forecast else said == ""


def test_no_more_misses_without_makeups_left_promises_no_makeup():
    found = judged(attended("PMMAPP--"))
    assert found.state == "not_yet"
    assert "Inhalen mag" not in judged(attended("PMMAAPPP")).forecast_nl


def test_a_makeup_that_must_be_done_with_every_open_session_needed():
    found = judged(attended("PAAAPP--"))
    assert found.forecast_nl.endswith("Je kunt niet meer missen.")


def test_the_minutes_late_are_named_with_the_limit():
    found = judged(attended("PPPPPPPT"))
    assert found.missing[0].kind == "session_too_late"
    assert "31 minuten te laat" in found.missing[0].nl
    assert "Na 30 minuten" in found.missing[0].nl


def test_a_trainer_may_let_a_late_arrival_count():
    evidence = attended("PPPPPPP-")
    late = SessionEvidence("res-08", mark=Mark("late", minutes_late=60, override=True))
    assert judged(replace(evidence, sessions=(*evidence.sessions, late))).state == "met"


def test_late_without_minutes_counts_as_present():
    evidence = attended("PPPPPPP-")
    late = SessionEvidence("res-08", mark=Mark("late"))
    assert judged(replace(evidence, sessions=(*evidence.sessions, late))).state == "met"


def test_a_session_held_again_repairs_a_missed_one():
    evidence = attended("PPPPPPPA")
    assert judged(evidence).state == "not_yet"
    again = replace(evidence, sessions=(*evidence.sessions, session("res-08", "P")))
    assert judged(again).state == "met"


def test_a_module_without_a_session_is_still_to_come():
    found = judged(Evidence())
    assert (found.state, len(found.missing)) == ("not_yet", 8)
    assert found.nl == "Je was er nog geen enkele keer. Je hebt er 6 van de 8 nodig."


def test_makeups_beyond_the_limit_do_not_count_and_say_so():
    found = judged(attended("PMMMPPAA"))
    assert [m.kind for m in found.missing if m.ref == "res-04"] == ["makeup_over_limit"]


def test_where_makeups_do_not_count_a_made_up_session_stays_missed():
    rule = replace(RES, attendance=replace(RES.attendance, makeup_counts_as_present=False))
    found = judged(attended("PPPPPPPM"), rule=rule)
    assert found.state == "impossible"


def test_one_makeup_is_said_in_the_singular():
    assert judged(attended("PMPPPPPP")).en.endswith("One of these was made up.")
    assert judged(attended("PMMPPPPP")).en.endswith("2 of these were made up.")


def practised(**states):
    return Evidence(practice={f"res-0{number[1]}-p": state for number, state in states.items()})


def test_practice_counts_done_only():
    done = {f"m{number}": "done" for number in range(1, 7)} | {"m7": "submitted"}
    found = judged(practised(**done), "practice_rule")
    assert (found.state, refs(found)) == ("not_yet", ["res-07-p"])
    assert found.missing[0].nl.startswith("Je trainer kijkt nog naar je opdracht bij les 7")
    assert judged(practised(**done | {"m7": "done"}), "practice_rule").state == "met"


def test_practice_names_the_compulsory_ones_and_the_choice():
    done = {"m2": "done", "m3": "done", "m1": "done", "m4": "add_something"}
    found = judged(practised(**done), "practice_rule")
    assert [(m.kind, m.ref) for m in found.missing] == [
        ("practice_choice", "res-04-p"),
        ("practice_choice", "res-05-p"),
        ("practice_choice", "res-06-p"),
        ("practice_required", "res-07-p"),
        ("practice_choice", "res-08-p"),
    ]
    assert "moet nog iets bij" in found.missing[0].nl
    assert found.forecast_nl == (
        "Je moet nog 3 opdrachten doen. 1 daarvan ligt vast. De rest kies je zelf."
    )


def test_practice_that_is_all_choice_says_so():
    done = {"m2": "done", "m3": "done", "m7": "done", "m1": "done", "m4": "done"}
    found = judged(practised(**done), "practice_rule")
    assert found.forecast_nl == "Je moet nog 1 opdracht doen. Je mag kiezen welke."


def test_practice_sentence_counts():
    found = judged(Evidence(), "practice_rule")
    assert found.nl == "Je deed 0 van de 8 opdrachten. Je hebt er 6 nodig."
    assert "3 daarvan liggen vast" in found.forecast_nl


def test_a_quiz_below_the_percentage_and_one_not_made_are_named():
    percents = {f"quiz-pro-0{number}": 60 for number in range(1, 7)} | {"quiz-pro-01": 59}
    found = judged(Evidence(quiz_percents=percents), "quiz_rule", PRO)
    assert [(m.kind, m.ref) for m in found.missing] == [
        ("quiz_low", "quiz-pro-01"),
        ("quiz_open", "quiz-pro-07"),
    ]
    assert "59 procent" in found.missing[0].nl
    done = percents | {"quiz-pro-01": 60, "quiz-pro-07": 100}
    assert judged(Evidence(quiz_percents=done), "quiz_rule", PRO).state == "met"


def test_quizzes_for_learning_are_always_in_order():
    rule = replace(RES, criteria=(*RES.criteria, "quiz_rule"))
    assert judged(Evidence(), "quiz_rule", rule).state == "met"


def tried(*attempts):
    finals = tuple(
        FinalAttempt(number, levels=levels, decided_on=date(2026, 1, number))
        for number, levels in enumerate(attempts, 1)
    )
    return Evidence(finals=finals)


def test_the_practical_must_still_be_done():
    found = judged(Evidence(), "final_rubric")
    assert (found.state, [m.kind for m in found.missing]) == ("not_yet", ["final"])


def test_a_good_practical_is_met():
    found = judged(tried(GOOD), "final_rubric")
    assert (found.state, found.nl) == ("met", "Je proeve is gelukt: 18 van de 24 punten.")


def test_assessors_still_busy_is_not_yet_even_at_the_last_attempt():
    found = judged(tried(GOOD | {"grenzen": 1}, GOOD | {"grenzen": 2}, None), "final_rubric")
    assert (found.state, [m.kind for m in found.missing]) == ("not_yet", ["final_pending"])


def test_a_short_criterion_is_named_with_its_levels_and_the_next_date():
    found = judged(tried(GOOD | {"grenzen": 2}), "final_rubric")
    assert refs(found) == ["grenzen"]
    assert found.missing[0].nl == (
        "Bij Grenzen, veiligheid en privacy sta je op niveau 2 (Op weg)."
        " Je hebt niveau 3 (Laat het zien) nodig."
    )
    assert found.forecast_nl.endswith("Dat kan vanaf 15 januari 2026.")


def test_a_short_total_is_named():
    low = dict(GOOD, waarnemen=2, kracht=2, verbinden=2)
    found = judged(tried(low), "final_rubric")
    assert [(m.kind, m.nl) for m in found.missing] == [
        ("total", "Je hebt 15 punten. Je hebt er 16 nodig.")
    ]


def test_after_the_last_attempt_it_is_impossible():
    low = GOOD | {"grenzen": 2}
    found = judged(tried(low, low, low), "final_rubric")
    assert found.state == "impossible"
    assert "3 keer gedaan" in found.forecast_nl


def test_a_stopped_practical_is_no_attempt():
    low = GOOD | {"grenzen": 2}
    evidence = tried(low, low, low)
    stopped = replace(evidence.finals[2], void=True)
    found = judged(replace(evidence, finals=(*evidence.finals[:2], stopped)), "final_rubric")
    assert found.state == "not_yet"


def test_a_resit_keeps_what_was_in_order_and_may_score_only_the_rest():
    low = GOOD | {"grenzen": 2}
    assert judged(tried(low, {"grenzen": 3}), "final_rubric").state == "met"
    assert judged(tried(low, {"grenzen": 3, "luisteren": 1}), "final_rubric").state == "met"


def test_without_a_limit_the_practical_stays_possible():
    final = replace(RES.practical, max_attempts=None)
    low = GOOD | {"grenzen": 2}
    evidence = Evidence(finals=tuple(FinalAttempt(number, levels=low) for number in range(1, 6)))
    found = judged(evidence, "final_rubric", replace(RES, final=final))
    assert (found.state, found.forecast_nl) == ("not_yet", "Je mag je proeve opnieuw doen.")


def test_the_selfscan_names_the_moment():
    found = judged(Evidence(), "self_assessment_twice", GOV)
    assert found.missing[0].nl == "Je moet de zelfscan voor bijeenkomst 3 nog invullen."
    assert found.missing[1].en == "You still have to fill in the self-scan after module 6."
    both = frozenset({"before_gov_03", "after_gov_06"})
    done = judged(Evidence(selfscan_moments=both), "self_assessment_twice", GOV)
    assert done.state == "met"


def test_complete_needs_every_criterion():
    assert verdict(RES, complete_resident()).complete
    for without in (
        replace(complete_resident(), sessions=()),
        replace(complete_resident(), practice={}),
        replace(complete_resident(), finals=()),
    ):
        assert not verdict(RES, without).complete


def test_criteria_come_in_the_order_of_the_course():
    names = ["attendance_rule", "practice_rule", "quiz_rule", "final_rubric"]
    assert [criterion.id for criterion in verdict(PRO, Evidence()).criteria] == names


def test_json_has_the_promised_shape():
    found = verdict(GOV, attended("PPPPPP", GOV)).to_json()
    assert found["complete"] is False
    assert found["criteria"][0] == {"id": "attendance_rule", "state": "met", "missing": []}
    assert found["criteria"][2]["missing"][0]["ref"] == "before_gov_03"


def test_the_trace_is_json_and_holds_rule_evidence_and_answer():
    evidence = replace(
        complete_resident(),
        sessions=(SessionEvidence("res-01", held_on=date(2026, 1, 5), mark=Mark("present")),),
        selfscan_moments=frozenset({"b", "a"}),
    )
    found = verdict(RES, evidence)
    trace = json.loads(json.dumps(found.trace()))
    assert (trace["course"], trace["version"], trace["engine"]) == ("res", "2026.2", 1)
    assert trace["evidence"]["sessions"][0]["held_on"] == "2026-01-05"
    assert trace["evidence"]["selfscan_moments"] == ["a", "b"]
    assert trace["rule"]["attendance"]["min_present"] == 6
    assert [criterion["state"] for criterion in trace["criteria"]] == ["not_yet", "met", "met"]
    assert found.missing == found.criteria[0].missing


def test_what_if_changes_the_answer_and_not_the_evidence():
    evidence = attended("PPPPPP-A")
    change = Change(
        attends=("res-07",),
        makes_up=("res-08",),
        finishes=tuple(module.practice_id for module in RES.modules),
        final=FinalAttempt(1, levels=GOOD),
    )
    assert what_if(RES, evidence, change=change).complete
    assert not verdict(RES, evidence).complete
    missed = what_if(RES, attended("PAAPPP--"), change=Change(misses=("res-07", "res-08")))
    assert missed.criterion("attendance_rule").state == "not_yet"
    assert refs(missed.criterion("attendance_rule")) == ["res-02", "res-03", "res-07", "res-08"]


def test_what_if_a_quiz_goes_worse_keeps_the_best():
    evidence = Evidence(quiz_percents={"quiz-pro-01": 80})
    change = Change(quiz_percents={"quiz-pro-01": 20, "quiz-pro-02": 60})
    found = what_if(PRO, evidence, change=change)
    assert found.evidence.quiz_percents == {"quiz-pro-01": 80, "quiz-pro-02": 60}


def test_what_if_a_moment_is_filled_in():
    found = what_if(GOV, Evidence(), change=Change(fills_in=("before_gov_03",)))
    assert refs(found.criterion("self_assessment_twice")) == ["after_gov_06"]


def content(course_id="res"):
    return json.loads(json.dumps(read_own_curricula().course(course_id).document))


def test_a_course_with_an_unknown_criterion_is_refused():
    broken = content()
    broken["course"]["pass_rule"]["all_of"].append("looks_nice")
    with pytest.raises(RuleUnreadableError, match="looks_nice"):
        parse_rule(broken)


def test_a_course_without_a_rule_block_is_refused():
    broken = content()
    del broken["course"]["attendance_rule"]
    with pytest.raises(RuleUnreadableError, match="attendance_rule"):
        parse_rule(broken)


def test_a_course_without_a_practical_or_selfscan_says_so():
    with pytest.raises(RuleUnreadableError):
        parse_rubric(content("gov"))
    with pytest.raises(RuleUnreadableError):
        _ = RES.self_assessment
    assert parse_rubric(content()).max_total == 24


def test_a_module_is_called_what_its_track_calls_it():
    assert [rule.module_word.nl for rule in (RES, PRO, GOV)] == ["les", "dagdeel", "bijeenkomst"]
    assert replace(RES, track="other").module_word.nl == "les"


def test_a_quiz_with_open_questions_only_is_never_asked_for():
    changed = content("pro")
    for question in changed["modules"][0]["quiz"]["questions"]:
        question["type"] = "open"
    found = judged(Evidence(), "quiz_rule", parse_rule(changed))
    assert "quiz-pro-01" not in refs(found)


OPEN_KINDS = ("session_planned", "session_unmarked")
LETTER = st.sampled_from("PAMNELT-?x")
RES_ATTENDANCE = st.lists(
    st.tuples(st.sampled_from([module.id for module in RES.modules]), LETTER), max_size=16
)


def of(pairs):
    return Evidence(sessions=tuple(session(module, letter) for module, letter in pairs))


@given(pairs=RES_ATTENDANCE, module=st.sampled_from(RES.modules), letter=st.sampled_from("PL"))
def test_one_more_mark_of_presence_never_worsens(pairs, module, letter):
    before, after = judged(of(pairs)), judged(of([*pairs, (module.id, letter)]))
    assert RANK[after.state] >= RANK[before.state]


@given(pairs=RES_ATTENDANCE, module=st.sampled_from(RES.modules))
def test_one_more_makeup_never_undoes_attendance_that_is_met(pairs, module):
    if judged(of(pairs)).state == "met":
        assert judged(of([*pairs, (module.id, "M")])).state == "met"


@given(data=st.data(), pairs=RES_ATTENDANCE)
def test_the_order_of_the_marks_has_no_meaning(data, pairs):
    assert judged(of(pairs)) == judged(of(data.draw(st.permutations(pairs))))


@given(pairs=RES_ATTENDANCE)
def test_attendance_that_is_not_met_always_names_something(pairs):
    found = judged(of(pairs))
    assert bool(found.missing) == (found.state != "met")


@given(pairs=RES_ATTENDANCE)
def test_whoever_attends_and_makes_up_all_that_is_left_gets_there_unless_impossible(pairs):
    found = judged(of(pairs))
    missing = {m.ref: m.kind for m in found.missing}
    attends = [ref for ref, kind in missing.items() if kind in OPEN_KINDS]
    present = {module for module, letter in pairs if letter in "PL"}
    used = {module for module, letter in pairs if letter == "M"} - present
    lost = [ref for ref in missing if ref not in attends]
    lost.sort(key=lambda ref: ref not in RES.attendance.required_modules)
    change = Change(attends=tuple(attends), makes_up=tuple(lost[: max(0, 2 - len(used))]))
    after = what_if(RES, of(pairs), change=change).criterion("attendance_rule")
    assert (after.state == "met") == (found.state != "impossible")
