"""Attendance: were you there often enough, and at the sessions that may not be missed?

Decisions the curricula leave open:

* Counting is per module, not per session, and the best mark counts: a session held again, or with
  another cohort after a transfer, repairs a missed one.
* `not_applicable` (joined later, or left) is no absence, but the minimum stays: the course
  promises "at least 6 of 8 sessions". It can be made up like any missed session.
* A make-up also repairs a compulsory session: every compulsory module has its own, heavier make-up
  task. Make-ups beyond the limit do not count; those of compulsory modules are counted first.
* A held session without a mark is not an absence: it is still open, so it never makes completion
  impossible.
* A late arrival beyond the limit counts as absent unless the trainer decided otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from courses.rules.course_rule import ATTENDANCE
from courses.rules.verdict import IMPOSSIBLE, MET, NOT_YET, CriterionVerdict, Missing, criterion
from courses.rules.words import NOTHING, Text, listed, sentences, times

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from courses.rules.course_rule import AttendanceRule, CourseRule, ModuleRule
    from courses.rules.evidence import Evidence, SessionEvidence
    from courses.rules.verdict import State

PRESENT = "present"
MADE_UP = "made_up"
UNMARKED = "unmarked"
PLANNED = "planned"
TOO_LATE = "too_late"
MISSED = "missed"
BEST_FIRST = (PRESENT, MADE_UP, UNMARKED, PLANNED, TOO_LATE, MISSED)


@dataclass(frozen=True)
class Tally:
    """Where one person stands on attendance, as modules in the order of the course.

    `lost` holds the missed modules and the make-ups beyond the limit; `open` what can still become
    present by itself.
    """

    credited: tuple[ModuleRule, ...]
    made_up: tuple[ModuleRule, ...]
    over_limit: tuple[ModuleRule, ...]
    open: tuple[ModuleRule, ...]
    unmarked: tuple[ModuleRule, ...]
    lost: tuple[ModuleRule, ...]
    required_missing: tuple[ModuleRule, ...]
    makeups_left: int
    needed: int

    @property
    def required_lost(self) -> tuple[ModuleRule, ...]:
        """Return the compulsory modules that only a make-up can still repair."""
        return tuple(module for module in self.lost if module in self.required_missing)

    @property
    def makeups_needed(self) -> int:
        """Return how many make-ups it takes if every open session is attended."""
        return max(self.needed - len(self.open), len(self.required_lost))


def attendance_verdict(rule: CourseRule, evidence: Evidence) -> CriterionVerdict:
    """Judge attendance. Source: course.yaml, `attendance_rule`."""
    standings = _standings(rule, evidence)
    tally = _tally(rule, standings)
    state = _state(tally)
    return criterion(
        ATTENDANCE,
        state,
        sentence=_sentence(rule.attendance, tally),
        missing=_missing(rule, evidence, standings=standings, tally=tally),
        forecast=_forecast(rule, tally, state=state),
    )


def tally_of(rule: CourseRule, evidence: Evidence) -> Tally:
    """Count attendance without words."""
    return _tally(rule, _standings(rule, evidence))


def _standings(rule: CourseRule, evidence: Evidence) -> dict[str, str]:
    return {module.id: _standing(module, rule.attendance, evidence) for module in rule.modules}


def _standing(module: ModuleRule, rule: AttendanceRule, evidence: Evidence) -> str:
    found = {
        _session_standing(session, rule)
        for session in evidence.sessions
        if session.module == module.id
    }
    return next((standing for standing in BEST_FIRST if standing in found), PLANNED)


def _session_standing(session: SessionEvidence, rule: AttendanceRule) -> str:
    mark = session.mark
    if mark is not None and mark.status == "made_up":
        return MADE_UP if rule.makeup_counts_as_present else MISSED
    if session.status == "cancelled":
        return PLANNED
    if mark is None:
        return UNMARKED if session.status == "held" else PLANNED
    if mark.status == "present":
        return PRESENT
    if mark.status == "late":
        in_time = (mark.minutes_late or 0) <= rule.late_after_minutes
        return PRESENT if in_time or mark.override else TOO_LATE
    return MISSED


def _tally(rule: CourseRule, standings: dict[str, str]) -> Tally:
    required = rule.attendance.required_modules
    made_up = _standing_at(rule, standings, MADE_UP)
    required_first = sorted(made_up, key=lambda module: module.id not in required)
    over_limit = required_first[rule.attendance.makeup_allowed :]
    credited = tuple(
        module
        for module in rule.modules
        if standings[module.id] in (PRESENT, MADE_UP) and module not in over_limit
    )
    may_make_up = rule.attendance.makeup_counts_as_present
    left = rule.attendance.makeup_allowed - len(made_up) if may_make_up else 0
    missed = _standing_at(rule, standings, TOO_LATE, MISSED)
    return Tally(
        credited=credited,
        made_up=tuple(module for module in made_up if module in credited),
        over_limit=tuple(over_limit),
        open=_standing_at(rule, standings, UNMARKED, PLANNED),
        unmarked=_standing_at(rule, standings, UNMARKED),
        lost=tuple(m for m in rule.modules if m in missed or m in over_limit),
        required_missing=tuple(m for m in rule.modules if m.id in required and m not in credited),
        makeups_left=max(0, left),
        needed=max(0, rule.attendance.min_present - len(credited)),
    )


def _standing_at(
    rule: CourseRule, standings: dict[str, str], *wanted: str
) -> tuple[ModuleRule, ...]:
    return tuple(module for module in rule.modules if standings[module.id] in wanted)


def _state(tally: Tally) -> State:
    if not tally.needed and not tally.required_missing:
        return MET
    if tally.makeups_needed > min(tally.makeups_left, len(tally.lost)):
        return IMPOSSIBLE
    return NOT_YET


def _sentence(rule: AttendanceRule, tally: Tally) -> Text:
    count, total, least = len(tally.credited), rule.sessions_total, rule.min_present
    if not count and not tally.lost:
        return Text(
            f"Je was er nog geen enkele keer. Je hebt er {least} van de {total} nodig.",
            f"You have not attended yet. You need {least} of {total}.",
        )
    return sentences(
        Text(
            f"Je was er {count} van de {total} keer. Je hebt er {least} nodig.",
            f"You attended {count} of {total} times. You need {least}.",
        ),
        _made_up_words(len(tally.made_up)),
    )


def _made_up_words(count: int) -> Text:
    if not count:
        return NOTHING
    return Text(
        f"Daarvan haalde je er {count} in.",
        f"{'One of these was' if count == 1 else f'{count} of these were'} made up.",
    )


def _missing(
    rule: CourseRule, evidence: Evidence, *, standings: dict[str, str], tally: Tally
) -> tuple[Missing, ...]:
    """Name the compulsory modules that miss; if the count is short, all that could add to it."""
    wanted: Iterable[ModuleRule] = tally.required_missing
    if tally.needed:
        wanted = [module for module in rule.modules if module not in tally.credited]
    return tuple(
        _missing_module(rule, evidence, module=module, standing=standings[module.id])
        for module in wanted
    )


def _missing_module(
    rule: CourseRule, evidence: Evidence, *, module: ModuleRule, standing: str
) -> Missing:
    required = module.id in rule.attendance.required_modules
    words = sentences(
        _why_missing(rule, evidence, module=module, standing=standing),
        Text("Deze mag je niet missen.", "This one is compulsory.") if required else NOTHING,
    )
    kind = "makeup_over_limit" if standing == MADE_UP else f"session_{standing}"
    return Missing(kind=kind, ref=module.id, nl=words.nl, en=words.en)


def _why_missing(
    rule: CourseRule, evidence: Evidence, *, module: ModuleRule, standing: str
) -> Text:
    name = rule.module_named(module)
    if standing == TOO_LATE:
        return _too_late(rule, evidence, module=module)
    limit = rule.attendance.makeup_allowed
    return {
        MISSED: Text(f"Je was niet bij {name.nl}.", f"You were not at {name.en}."),
        UNMARKED: Text(
            f"Je trainer moet nog invullen of je bij {name.nl} was.",
            f"Your trainer still has to fill in whether you were at {name.en}.",
        ),
        PLANNED: Text(f"Je moet nog naar {name.nl}.", f"You still have to go to {name.en}."),
        MADE_UP: Text(
            f"Je haalde {name.nl} in, maar inhalen telt {limit} keer mee.",
            f"You made up {name.en}, but only {limit} of your make-ups count.",
        ),
    }[standing]


def _too_late(rule: CourseRule, evidence: Evidence, *, module: ModuleRule) -> Text:
    name, limit = rule.module_named(module), rule.attendance.late_after_minutes
    minutes = min(
        session.mark.minutes_late
        for session in evidence.sessions
        if session.module == module.id and session.mark and session.mark.minutes_late
    )
    return Text(
        f"Je kwam {minutes} minuten te laat bij {name.nl}. Na {limit} minuten telt het niet mee.",
        f"You were {minutes} minutes late for {name.en}. After {limit} minutes it does not count.",
    )


def _forecast(rule: CourseRule, tally: Tally, *, state: State) -> Text:
    if state == MET:
        return NOTHING
    if state == IMPOSSIBLE:
        return Text(
            "Dit lukt niet meer in deze groep. Praat erover met je trainer.",
            "This can no longer be reached in this group. Talk to your trainer.",
        )
    if tally.makeups_needed:
        return _forecast_makeup(rule, tally)
    return _forecast_open(rule, tally)


def _forecast_makeup(rule: CourseRule, tally: Tally) -> Text:
    count, left = tally.makeups_needed, tally.makeups_left
    others = [module for module in tally.lost if module not in tally.required_lost]
    free = count - len(tally.required_lost)
    fixed = tally.required_lost if free < len(others) else tally.lost
    still_needed = max(0, tally.needed - count)
    return sentences(
        Text(
            f"Je moet nog {count} keer inhalen, en je mag nog {left} keer inhalen.",
            f"You still have to make up {times(count)}, and you may make up {times(left)}.",
        ),
        _named(rule, fixed, words=Text("Haal {} in.", "Make up {}.")),
        _named(rule, others, words=Text(f"Kies {free} uit {{}}.", f"Choose {free} from {{}}."))
        if 0 < free < len(others)
        else NOTHING,
        Text("Je kunt niet meer missen.", "You cannot miss any more.")
        if tally.open and still_needed == len(tally.open)
        else NOTHING,
    )


def _named(rule: CourseRule, modules: Sequence[ModuleRule], *, words: Text) -> Text:
    """Fill the names of these modules into a sentence; nothing if there are none."""
    if not modules:
        return NOTHING
    names = listed([rule.module_named(module) for module in modules])
    return Text(words.nl.format(names.nl), words.en.format(names.en))


def _forecast_open(rule: CourseRule, tally: Tally) -> Text:
    """Say how often somebody may still miss; a session without a mark is not counted on."""
    planned = [module for module in tally.open if module not in tally.unmarked]
    if not planned:
        return Text("Je trainer moet eerst nog invullen.", "Your trainer has to fill in first.")
    compulsory = [module for module in planned if module in tally.required_missing]
    spare = len(planned) - max(tally.needed, len(compulsory))
    if spare <= 0:
        return sentences(
            Text("Je kunt niet meer missen.", "You cannot miss any more."),
            _makeups_left_words(tally),
        )
    return sentences(
        Text(f"Je kunt nog {spare} keer missen.", f"You can miss {times(spare)} more."),
        _named(
            rule,
            compulsory,
            words=Text("Mis in elk geval niet {}.", "In any case do not miss {}."),
        ),
    )


def _makeups_left_words(tally: Tally) -> Text:
    if not tally.makeups_left:
        return NOTHING
    left = tally.makeups_left
    return Text(
        f"Lukt het een keer niet? Inhalen mag nog {left} keer.",
        f"Can you not make it? You may still make up {times(left)}.",
    )


def mark_line(
    session_id: int,
    enrolment_id: int,
    *,
    status: str,
    minutes_late: int | None,
    counts_anyway: bool,
) -> str:
    """Return a mark as one line that is always the same: "7:12:late:10:0"."""
    return f"{session_id}:{enrolment_id}:{status}:{minutes_late or 0}:{int(counts_anyway)}"
