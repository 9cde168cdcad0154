"""What must be true between the files of a curriculum, beyond the schema of each file.

Every check looks only at values the schema found sound, so that one mistake is reported once, at
its own line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from courses.adapters.curriculum.checks_certificate import check_certificate
from courses.rules.course_rule import FINAL, QUIZ, SELFSCAN

if TYPE_CHECKING:
    from collections.abc import Collection

    from courses.adapters.curriculum.documents import Document, Fault, Place

BREAK_WORDS = ("auze", "unch", "Soep")
ONE_RIGHT = ("single", "scenario")


@dataclass(frozen=True)
class Library:
    """The ids that courses may refer to; None if that library could not be read."""

    working_methods: frozenset[str] | None
    sources: frozenset[str] | None


@dataclass(frozen=True)
class CourseDocuments:
    """All documents of one course, each with its own faults."""

    track: dict[str, Any]
    course: Document
    modules: tuple[Document, ...]
    quizzes: tuple[Document | None, ...]
    rubric: Document | None
    final: Document | None
    selfscan: Document | None

    @property
    def all(self) -> list[Document]:
        """Return every document that was read."""
        found = (self.course, *self.modules, *self.quizzes, self.rubric, self.final, self.selfscan)
        return [document for document in found if document is not None]


def check_course(found: CourseDocuments, library: Library) -> None:
    """Note every fault between the documents of one course."""
    _check_course_itself(found.course, found.track)
    check_certificate(found.course)
    _check_sources(found.course, library)
    _check_group_size(found.course)
    _check_pass_rule(found)
    _check_module_rules(found)
    _check_practice_minutes(found)
    for place, module in enumerate(found.modules):
        _check_module(found, module, place=place)
        _check_module_against_course(found, module)
        _check_plan(module, library)
        _check_sources(module, library)
        _check_rubric_criteria(module, found.rubric)
    _check_twice(found)
    for module, quiz in zip(found.modules, found.quizzes, strict=True):
        if quiz is not None:
            _check_quiz(found, quiz, module=module)
    _check_rubric(found)
    _check_final(found)
    _check_selfscan(found)


def remarks(found: list[CourseDocuments], library: Library) -> list[Fault]:
    """Return what is odd but no fault: criteria and working methods that no module uses."""
    notes = [note for one in found for note in _unpractised(one)]
    used = {
        step["werkvorm"] for one in found for m in one.modules for step in m.value["session_plan"]
    }
    unused = sorted((library.working_methods or frozenset()) - used)
    if unused and found:
        notes.append(
            found[0].course.remark(
                (),
                f"Geen enkele les gebruikt deze werkvormen: {', '.join(unused)}.",
                en=f"No module uses these working methods: {', '.join(unused)}.",
            )
        )
    return notes


def _unpractised(found: CourseDocuments) -> list[Fault]:
    if found.rubric is None:
        return []
    practised = {key for module in found.modules for key in module.value["rubric_criteria"]}
    return [
        found.rubric.remark(
            ("criteria", place, "id"),
            f"Geen enkele les oefent criterium {criterion['id']}.",
            en=f"No module practises criterion {criterion['id']}.",
        )
        for place, criterion in enumerate(found.rubric.value["criteria"])
        if criterion["id"] not in practised
    ]


def check_references(
    document: Document, place: Place, names: list[str], *, known: Collection[str] | None
) -> None:
    """Note a fault for every unknown name; nothing if the known names could not be read."""
    if known is None:
        return
    for position, name in enumerate(names):
        if name not in known:
            document.fault(
                (*place, position), f"{name} bestaat niet.", en=f"{name} does not exist."
            )


def _must_equal(document: Document, place: Place, *, expected: Any, why: tuple[str, str]) -> None:
    """Note a fault unless this value is the expected one; `why` says where that stands."""
    value = document.value
    for key in place:
        value = value[key]
    if value != expected:
        name = " ".join(str(key) for key in place)
        document.fault(
            place,
            f"Veld {name} is {value}, maar {why[0]} is {expected}.",
            en=f"Field {name} is {value}, but {why[1]} is {expected}.",
        )


def _check_course_itself(course: Document, track: dict[str, Any]) -> None:
    if course.sound("track"):
        why = ("de leergang in tracks.yaml", "the track in tracks.yaml")
        _must_equal(course, ("track",), expected=track["id"], why=why)
    if course.sound("certificate"):
        why = ("certificate_kind in tracks.yaml", "certificate_kind in tracks.yaml")
        kind = track["certificate_kind"]
        _must_equal(course, ("certificate", "kind"), expected=kind, why=why)


def _check_sources(document: Document, library: Library) -> None:
    if document.sound("sources"):
        names = document.value["sources"]
        check_references(document, ("sources",), names, known=library.sources)


def _check_group_size(course: Document) -> None:
    if course.sound("group_size"):
        size = course.value["group_size"]
        if not size["min"] <= size["ideal"] <= size["max"]:
            course.fault(
                ("group_size",),
                "De groep moet van klein naar groot: min, ideal, max.",
                en="The group size must go from small to large: min, ideal, max.",
            )


def _check_pass_rule(found: CourseDocuments) -> None:
    course = found.course
    if not course.sound("pass_rule", "assessments", "quiz_rule"):
        return
    criteria, assessments = course.value["pass_rule"]["all_of"], course.value["assessments"]
    for name, part in ((FINAL, "final"), (SELFSCAN, "self_assessment")):
        if name in criteria and (name not in course.value["pass_rule"] or part not in assessments):
            course.fault(
                ("pass_rule", "all_of"),
                f"{name} telt mee. Dan moeten pass_rule {name} en assessments {part} er zijn.",
                en=f"{name} counts. Then pass_rule {name} and assessments {part} must be there.",
            )
    counts = course.value["quiz_rule"]["counts_for_pass"]
    if (QUIZ in criteria) != counts or counts != ("min_percent_each" in course.value["quiz_rule"]):
        course.fault(
            ("quiz_rule",),
            "Vragen tellen mee als counts_for_pass true is, min_percent_each er is en quiz_rule"
            " in pass_rule all_of staat: alle drie, of geen.",
            en="Quizzes count if counts_for_pass is true, min_percent_each is there and quiz_rule"
            " is in pass_rule all_of: all three, or none.",
        )


def _check_module_rules(found: CourseDocuments) -> None:
    course, count = found.course, len(found.modules)
    if not course.sound("modules"):
        return
    if course.sound("attendance_rule"):
        place: Place = ("attendance_rule", "required_modules")
        required = course.value["attendance_rule"]["required_modules"]
        known = {module["id"] for module in course.value["modules"]}
        check_references(course, place, required, known=known)
        _check_sessions(course, "attendance_rule", key="sessions_total", count=count)
        _at_most(course, ("attendance_rule", "min_present"), most=count)
    if course.sound("study_load"):
        _check_sessions(course, "study_load", key="sessions", count=count)
    if course.sound("practice_rule"):
        _at_most(course, ("practice_rule", "min_done"), most=count)
        if all(module.sound("practice") for module in found.modules):
            practices = {module.value["practice"]["id"] for module in found.modules}
            required = course.value["practice_rule"]["required"]
            check_references(course, ("practice_rule", "required"), required, known=practices)


def _check_sessions(course: Document, block: str, *, key: str, count: int) -> None:
    why = ("het aantal modules", "the number of modules")
    _must_equal(course, (block, key), expected=count, why=why)


def _at_most(course: Document, place: tuple[str, str], *, most: int) -> None:
    value = course.value[place[0]][place[1]]
    if value > most:
        course.fault(
            place,
            f"Veld {place[1]} is {value}, maar er zijn {most} modules.",
            en=f"Field {place[1]} is {value}, but there are {most} modules.",
        )


def _check_practice_minutes(found: CourseDocuments) -> None:
    sound = all(module.sound("practice") for module in found.modules)
    if sound and found.course.sound("study_load", "modules"):
        total = sum(module.value["practice"]["minutes"] for module in found.modules)
        place = ("study_load", "practice_minutes_total")
        why = ("de som van alle opdrachten", "the sum of all assignments")
        _must_equal(found.course, place, expected=total, why=why)


def _check_module(found: CourseDocuments, module: Document, *, place: int) -> None:
    listed = found.course.value["modules"][place]
    if module.sound("id"):
        why = ("de id in course.yaml", "the id in course.yaml")
        _must_equal(module, ("id",), expected=listed["id"], why=why)
    if module.sound("order"):
        why = ("de plaats in course.yaml", "the place in course.yaml")
        _must_equal(module, ("order",), expected=place + 1, why=why)
    if module.sound("track"):
        why = ("de leergang", "the track")
        _must_equal(module, ("track",), expected=found.track["id"], why=why)
    if module.sound("slug"):
        expected = f"{place + 1:02d}-{module.value['slug']}.md"
        if module.file.rpartition("/")[2] != expected:
            module.fault(
                ("slug",),
                f"Het bestand moet {expected} heten.",
                en=f"The file must be called {expected}.",
            )


def _check_module_against_course(found: CourseDocuments, module: Document) -> None:
    course = found.course
    if course.sound("study_load") and module.sound("duration_minutes"):
        minutes = course.value["study_load"]["session_minutes"]
        why = ("study_load session_minutes in course.yaml",) * 2
        _must_equal(module, ("duration_minutes",), expected=minutes, why=why)
    if course.sound("attendance_rule") and module.sound("id", "attendance_required"):
        required = module.value["id"] in course.value["attendance_rule"]["required_modules"]
        why = ("attendance_rule in course.yaml",) * 2
        _must_equal(module, ("attendance_required",), expected=required, why=why)
    if course.sound("practice_rule") and module.sound("practice"):
        practice = module.value["practice"]
        required = practice["id"] in course.value["practice_rule"]["required"]
        why = ("practice_rule in course.yaml",) * 2
        _must_equal(module, ("practice", "required"), expected=required, why=why)


def _check_plan(module: Document, library: Library) -> None:
    if not module.sound("session_plan"):
        return
    plan = module.value["session_plan"]
    total = sum(step["minutes"] for step in plan)
    if module.sound("duration_minutes") and total != module.value["duration_minutes"]:
        module.fault(
            ("session_plan",),
            f"De stappen duren samen {total} minuten, maar de les"
            f" {module.value['duration_minutes']}.",
            en=f"The steps take {total} minutes, but the module"
            f" {module.value['duration_minutes']}.",
        )
    if not any(word in step["title"] for step in plan for word in BREAK_WORDS):
        module.fault(("session_plan",), "Er is geen pauze.", en="There is no break.")
    for place, step in enumerate(plan):
        method = step["werkvorm"]
        known = library.working_methods
        if method is not None and known is not None and method not in known:
            module.fault(
                ("session_plan", place, "werkvorm"),
                f"Werkvorm {method} bestaat niet.",
                en=f"Working method {method} does not exist.",
            )


def _check_rubric_criteria(module: Document, rubric: Document | None) -> None:
    if rubric is not None and rubric.sound("criteria") and module.sound("rubric_criteria"):
        known = {criterion["id"] for criterion in rubric.value["criteria"]}
        if rubric.sound("practice_only_criteria"):
            known |= set(rubric.value["practice_only_criteria"])
        names = module.value["rubric_criteria"]
        check_references(module, ("rubric_criteria",), names, known=known)


def _check_twice(found: CourseDocuments) -> None:
    """Note a fault for a practice, quiz or outcome id that an earlier module has too."""
    seen: set[str] = set()
    for module, quiz in zip(found.modules, found.quizzes, strict=True):
        if module.sound("practice"):
            _check_seen(module, ("practice", "id"), module.value["practice"]["id"], seen=seen)
        if quiz is not None and quiz.sound("id"):
            _check_seen(quiz, ("id",), quiz.value["id"], seen=seen)
        if module.sound("outcomes"):
            for place, outcome in enumerate(module.value["outcomes"]):
                _check_seen(module, ("outcomes", place, "id"), outcome["id"], seen=seen)


def _check_seen(document: Document, place: Place, name: str, *, seen: set[str]) -> None:
    if name in seen:
        document.fault(place, f"id {name} komt twee keer voor.", en=f"id {name} occurs twice.")
    seen.add(name)


def _check_quiz(found: CourseDocuments, quiz: Document, *, module: Document) -> None:
    if quiz.sound("module") and module.sound("id"):
        why = ("de les die deze vragen noemt", "the module that names this quiz")
        _must_equal(quiz, ("module",), expected=module.value["id"], why=why)
    if quiz.sound("counts_for_pass") and found.course.sound("quiz_rule"):
        counts = found.course.value["quiz_rule"]["counts_for_pass"]
        why = ("quiz_rule in course.yaml",) * 2
        _must_equal(quiz, ("counts_for_pass",), expected=counts, why=why)
    if quiz.sound("questions"):
        for place, question in enumerate(quiz.value["questions"]):
            _check_question(quiz, question, place=("questions", place))
        _check_scorable(quiz)


def _check_question(quiz: Document, question: dict[str, Any], *, place: Place) -> None:
    right = sum(option["correct"] for option in question.get("options", ()))
    if question["type"] in ONE_RIGHT and right != 1:
        quiz.fault(
            (*place, "options"),
            f"Vraag {question['id']} moet precies één goed antwoord hebben, maar heeft er {right}.",
            en=f"Question {question['id']} must have exactly one right answer, but has {right}.",
        )
    if question["type"] == "multiple" and not 0 < right < len(question["options"]):
        quiz.fault(
            (*place, "options"),
            f"Vraag {question['id']} moet goede en foute antwoorden hebben.",
            en=f"Question {question['id']} must have right and wrong answers.",
        )


def _check_scorable(quiz: Document) -> None:
    counts = quiz.sound("counts_for_pass") and quiz.value["counts_for_pass"]
    if counts and all(question["type"] == "open" for question in quiz.value["questions"]):
        quiz.fault(
            ("questions",),
            "Deze vragen tellen mee, maar er is geen vraag met een goed antwoord.",
            en="This quiz counts, but has no question with a right answer.",
        )


def _check_rubric(found: CourseDocuments) -> None:
    rubric, course = found.rubric, found.course
    if rubric is None:
        return
    _belongs(rubric, course)
    if rubric.sound("levels"):
        values = sorted(level["value"] for level in rubric.value["levels"])
        if values != [1, 2, 3, 4]:
            rubric.fault(
                ("levels",), "De niveaus moeten 1 tot en met 4 zijn.", en="Levels must be 1 to 4."
            )
    if not course.sound("pass_rule") or FINAL not in course.value["pass_rule"]:
        return
    passing = course.value["pass_rule"][FINAL]
    if rubric.sound("id"):
        why = ("de id van de kijkwijzer", "the id of the rubric")
        _must_equal(course, ("pass_rule", FINAL, "rubric"), expected=rubric.value["id"], why=why)
    if rubric.sound("pass", "criteria"):
        for key in ("min_level_all", "min_level_required", "min_total"):
            why = ("pass_rule in course.yaml",) * 2
            _must_equal(rubric, ("pass", key), expected=passing[key], why=why)
        best = 4 * len(rubric.value["criteria"])
        why = ("vier keer het aantal criteria", "four times the number of criteria")
        _must_equal(rubric, ("pass", "max_total"), expected=best, why=why)
        _check_reachable(course, best=best)


def _check_reachable(course: Document, *, best: int) -> None:
    if course.value["pass_rule"][FINAL]["min_total"] > best:
        course.fault(
            ("pass_rule", FINAL, "min_total"),
            f"Niemand kan dit halen: het hoogste totaal is {best}.",
            en=f"Nobody can reach this: the highest total is {best}.",
        )


def _belongs(document: Document, course: Document) -> None:
    if document.sound("course") and course.sound("id"):
        why = ("de id in course.yaml", "the id in course.yaml")
        _must_equal(document, ("course",), expected=course.value["id"], why=why)


def _check_final(found: CourseDocuments) -> None:
    final, course = found.final, found.course
    if final is None:
        return
    _belongs(final, course)
    if final.sound("rubric") and found.rubric is not None and found.rubric.sound("id"):
        why = ("de id van de kijkwijzer", "the id of the rubric")
        _must_equal(final, ("rubric",), expected=found.rubric.value["id"], why=why)
    if final.sound("resit") and course.sound("resit_rule"):
        for here, there in (("max_attempts", "final_attempts"), ("wait_days", "wait_days")):
            expected = course.value["resit_rule"][there]
            why = (f"resit_rule {there} in course.yaml",) * 2
            _must_equal(final, ("resit", here), expected=expected, why=why)


def _check_selfscan(found: CourseDocuments) -> None:
    scan, course = found.selfscan, found.course
    if not course.sound("pass_rule") or SELFSCAN not in course.value["pass_rule"]:
        return
    rule = course.value["pass_rule"][SELFSCAN]
    if scan is not None and scan.sound("id"):
        place: Place = ("pass_rule", SELFSCAN, "instrument")
        why = ("de id van de zelfscan", "the id of the self-scan")
        _must_equal(course, place, expected=scan.value["id"], why=why)
    if course.sound("modules"):
        known = {module["id"].replace("-", "_") for module in course.value["modules"]}
        for position, moment in enumerate(rule["moments"]):
            if moment.partition("_")[2] not in known:
                course.fault(
                    ("pass_rule", SELFSCAN, "moments", position),
                    f"Moment {moment} noemt geen module van deze opleiding.",
                    en=f"Moment {moment} names no module of this course.",
                )
