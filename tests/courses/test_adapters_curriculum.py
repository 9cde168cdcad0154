"""Reading the curricula: what is in them, and every fault at its line, all together."""

import json
import shutil

import pytest

from courses.adapters.curriculum import CurriculumFault, read_curricula
from tests.courses.sample_evidence import CURRICULA, read_own_curricula

COURSE = "residents/course.yaml"
MODULE = "residents/modules/01-jouw-buurt-jouw-verhaal.md"
QUIZ = "residents/assessments/quiz-01.yaml"
PRO_QUIZ = "professionals/assessments/quiz-02.yaml"
RUBRIC = "residents/rubric.yaml"
FINAL = "residents/assessments/proeve.yaml"
SCAN = "governors/assessments/zelfscan-innovatievermogen.yaml"
GOV = "governors/course.yaml"
GOV_MODULE = "governors/modules/01-op-bezoek-niet-op-inspectie.md"


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(CURRICULA, tmp_path / "curricula")


def change(folder, file, old, new):
    """Replace the first place of `old` and return the line it stands at."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def faults(folder):
    with pytest.raises(CurriculumFault) as caught:
        read_curricula(folder)
    return caught.value.faults


def test_the_own_curricula_hold_three_tracks_21_modules_123_questions_and_34_methods():
    found = read_own_curricula()
    modules = [module for course in found.courses for module in course.modules]
    assert [track.id for track in found.tracks] == ["residents", "professionals", "governors"]
    assert [track.course_id for track in found.tracks] == ["res", "pro", "gov"]
    assert [track.ongoing_coaching for track in found.tracks] == ["yes", "optional", "no"]
    assert len(modules) == 21
    assert sum(len(module.quiz.questions) for module in modules) == 123
    assert (len(found.working_methods), len(found.sources)) == (34, 29)


def test_a_lesson_is_split_into_what_all_may_read_and_what_trainers_read():
    for course in read_own_curricula().courses:
        for module in course.modules:
            assert "Voor de trainer" not in module.lesson_markdown
            assert module.trainer_markdown
    first = read_own_curricula().course("res").modules[0]
    assert first.lesson_markdown.startswith("## Welkom")
    assert first.trainer_markdown.startswith("Praat zelf minder")


def test_a_trainer_section_in_the_middle_leaves_what_comes_after_it(folder):
    change(folder, MODULE, "## Onthoud", "## Voor de trainer\n\nGeheim.\n\n## Onthoud")
    module = read_curricula(folder).course("res").modules[0]
    assert "Geheim" not in module.lesson_markdown
    assert "## Onthoud" in module.lesson_markdown
    assert "Praat zelf minder" not in module.lesson_markdown


def test_every_trainer_section_is_kept(folder):
    change(folder, MODULE, "## Onthoud", "## Voor de trainer\n\nGeheim.\n\n## Onthoud")
    trainer = read_curricula(folder).course("res").modules[0].trainer_markdown
    assert "Geheim." in trainer
    assert "Praat zelf minder" in trainer


def test_everything_a_course_says_is_read():
    res, pro, gov = (read_own_curricula().course(name) for name in ("res", "pro", "gov"))
    first = res.modules[0]
    assert (first.practice.id, first.practice.minutes, first.makeup.minutes) == ("res-01-p", 90, 90)
    assert first.session_plan[1].working_method == "check-in-weerbericht"
    assert first.quiz.questions[2].answer is False
    assert first.quiz.questions[2].scoring.right == ("false",)
    assert [option.correct for option in first.quiz.questions[3].options] == [
        True,
        False,
        True,
        False,
    ]
    assert pro.modules[1].quiz.questions[3].items[0] == "Luisteren"
    assert res.final is not None
    assert (res.final.max_attempts, res.final.parts[0].minutes) == (3, 60)
    assert res.rubric.criteria[0].descriptors[3].startswith("Mensen vertellen meer")
    assert gov.final is None
    assert gov.selfscan is not None
    assert sum(len(dimension.statements) for dimension in gov.selfscan.dimensions) == 24
    assert gov.selfscan.scale[-1][0] is None
    assert (gov.certificate.promise, gov.certificate.study_hours) == (True, 16)
    assert (res.certificate.validity_months, res.certificate.number_prefix) == (36, "SLHZ-B")


def test_remarks_name_working_methods_that_no_module_uses():
    notes = [remark.sentence_nl for remark in read_own_curricula().remarks]
    assert len(notes) == 1
    assert "keukentafelgesprek" in notes[0]


def test_a_criterion_that_no_module_practises_is_a_remark(folder):
    text = (folder / RUBRIC).read_text(encoding="utf-8")
    for module in (folder / "residents" / "modules").iterdir():
        lesson = module.read_text(encoding="utf-8")
        lines = [
            line.replace("kracht", "houding") if line.startswith("rubric_criteria") else line
            for line in lesson.split("\n")
        ]
        module.write_text("\n".join(lines), encoding="utf-8")
    remarks = read_curricula(folder).remarks
    line = text[: text.index("- id: kracht")].count("\n") + 1
    assert [(note.file, note.line) for note in remarks if "kracht" in note.sentence_nl] == [
        (RUBRIC, line)
    ]


def test_the_hash_is_stable_and_changes_with_any_word_of_the_course(folder):
    before = {course.id: course.content_hash for course in read_curricula(folder).courses}
    assert before == {course.id: course.content_hash for course in read_own_curricula().courses}
    change(folder, MODULE, "Fijn dat je er bent.", "Fijn dat jij er bent.")
    after = {course.id: course.content_hash for course in read_curricula(folder).courses}
    assert [name for name in before if before[name] != after[name]] == ["res"]


def test_a_comment_or_another_order_of_fields_does_not_change_the_hash(folder):
    change(folder, COURSE, "language: nl", "# een opmerking\nlanguage: nl")
    change(folder, COURSE, "id: res\ntrack: residents\n", "track: residents\nid: res\n")
    assert (
        read_curricula(folder).course("res").content_hash
        == read_own_curricula().course("res").content_hash
    )


def test_the_document_is_json_and_gives_the_same_rule_back():
    for course in read_own_curricula().courses:
        assert json.loads(json.dumps(course.document)) == course.document
        assert course.rule.course_id == course.id


MISTAKES = [
    # what validate.py found
    ("werkvormen.yaml", "purpose: [ontmoeten, energie]", "purpose: [feesten]", "een van:"),
    ("werkvormen.yaml", "group: [3, 16]", "group: [16, 3]", "van klein naar groot"),
    (RUBRIC, "{value: 4,", "{value: 3,", "twee keer"),
    (RUBRIC, "min_total: 16,", "min_total: 17,", "min_total is 17"),
    (RUBRIC, "max_total: 24", "max_total: 20", "max_total is 20"),
    (RUBRIC, "course: res", "course: pro", "course is pro"),
    (MODULE, "id: res-01\n", "id: res-09\n", "id is res-09"),
    (MODULE, "order: 1", "order: 2", "order is 2"),
    (MODULE, "track: residents", "track: governors", "track is governors"),
    (MODULE, "slug: jouw-buurt", "slug: onze-buurt", "01-onze-buurt-jouw-verhaal.md heten"),
    (MODULE, "duration_minutes: 150", "duration_minutes: 140", "duration_minutes is 140"),
    (MODULE, "werkvorm: check-in-weerbericht", "werkvorm: polonaise", "polonaise bestaat niet"),
    (MODULE, "rubric_criteria: [houding]", "rubric_criteria: [zingen]", "zingen bestaat niet"),
    (MODULE, "sources: [seed, mijnbuurtje]", "sources: [seed, oma]", "oma bestaat niet"),
    (MODULE, "evidence: [gesproken,", "evidence: [gezongen,", "een van:"),
    (MODULE, "attendance_required: true", "attendance_required: false", "is False"),
    (MODULE, "required: false", "required: true", "practice required is True"),
    (MODULE, 'title: "Pauze"', 'title: "Stoeien"', "geen pauze"),
    (MODULE, "minutes: 90\n  required", "minutes: 80\n  required", "practice_minutes_total"),
    (COURSE, "sessions: 8", "sessions: 9", "sessions is 9"),
    (COURSE, "sessions_total: 8", "sessions_total: 7", "sessions_total is 7"),
    (COURSE, "min_present: 6", "min_present: 9", "er zijn 8 modules"),
    (COURSE, "min_done: 6", "min_done: 12", "er zijn 8 modules"),
    (COURSE, "required_modules: [res-01, res-08]", "required_modules: [res-01, x-9]", "x-9"),
    (COURSE, "required: [res-02-p,", "required: [res-99-p,", "res-99-p bestaat niet"),
    (COURSE, "sources: [seed,", "sources: [oma,", "oma bestaat niet"),
    (QUIZ, "module: res-01", "module: res-02", "module is res-02"),
    (QUIZ, "correct: true", "correct: false", "precies één goed antwoord"),
    (QUIZ, "type: truefalse", "type: guess", "een van: single"),
    (QUIZ, "counts_for_pass: false", "counts_for_pass: true", "counts_for_pass is True"),
    (QUIZ, '{id: b, text: "Beloven', '{id: a, text: "Beloven', "id a komt twee keer voor"),
    # beyond it
    (COURSE, "track: residents", "track: governors", "track is governors"),
    (COURSE, "kind: competence", "kind: participation", "kind is participation"),
    (COURSE, "ideal: 10", "ideal: 20", "van klein naar groot"),
    (COURSE, "rubric: res-proeve", "rubric: pro-proeve", "rubric is pro-proeve"),
    (COURSE, "min_total: 16", "min_total: 25", "hoogste totaal is 24"),
    (COURSE, "final_attempts: 3", "final_attempts: 2", "max_attempts is 3"),
    (COURSE, "counts_for_pass: false", "counts_for_pass: true", "alle drie, of geen"),
    (COURSE, "all_of: [attendance_rule,", "all_of: [goodwill,", "een van:"),
    (COURSE, "  final: assessments/proeve.yaml\n", "", "assessments final er zijn"),
    (COURSE, 'version: "2026.2"', "version: 2026.2", 'een versie als "2026.1"'),
    (COURSE, "language: nl", "langauge: nl", "ken ik niet"),
    (COURSE, "file: modules/01-jouw", "file: ../../01-jouw", "een bestandsnaam"),
    (COURSE, "file: modules/01-jouw", "file: modules/x/../../../01-jouw", "is er niet"),
    (COURSE, "{id: res-02, file", "{id: res-01, file", "id res-01 komt twee keer voor"),
    (FINAL, "rubric: res-proeve", "rubric: pro-proeve", "rubric is pro-proeve"),
    (FINAL, "course: res", "course: pro", "course is pro"),
    (SCAN, "id: gov-zelfscan", "id: gov-scan", "instrument is gov-zelfscan"),
    (GOV, "before_gov_03", "before_gov_13", "noemt geen module"),
    (GOV, "moments: [before_gov_03", "moments: [rond_gov_03", "before_ of after_"),
    (MODULE, "id: res-01-b", "id: res-01-a", "id res-01-a komt twee keer voor"),
    ("residents/modules/02-de-buurt-proeven.md", "id: res-02-a", "id: res-01-a", "twee keer"),
    ("tracks.yaml", "course_dir: governors", "course_dir: nergens", "is er niet"),
    ("tracks.yaml", "order: 1", "order: eerst", "een heel getal"),
    ("tracks.yaml", "ongoing_coaching: true", "ongoing_coaching: 1", "een van: True"),
    (COURSE, "title: {nl:", "title: {de:", "ken ik niet"),
    (COURSE, "sources: [seed, mijnbuurtje", "sources: {seed: mijnbuurtje} #", "een lijst"),
    (COURSE, "group_size: {min: 6, ideal: 10, max: 14}", "group_size: 10", "een blok met velden"),
    (COURSE, "makeup_counts_as_present: true", "makeup_counts_as_present: misschien", "true of"),
    (QUIZ, 'id: q1\n    type: single', 'id: q2\n    type: single', "id q2 komt twee keer voor"),
    (QUIZ, "questions:\n  - id: q1", "questions:\n  - 7\n  - id: q1", "een van: single"),
    (QUIZ, "id: quiz-res-01", "id: quiz-res-02", "komt twee keer voor"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "sentence"), MISTAKES)
def test_a_mistake_is_refused_with_a_sentence(folder, file, old, new, sentence):
    change(folder, file, old, new)
    found = faults(folder)
    assert any(sentence in fault.sentence_nl for fault in found), found
    assert all(fault.sentence_nl and fault.sentence_en and fault.line >= 1 for fault in found)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (MODULE, "order: 1", "order: 7"),
        (MODULE, "evidence: [gesproken,", "evidence: [gezongen,"),
        (COURSE, "min_present: 6", "min_present: 9"),
        (QUIZ, "answer: false", "answer: misschien"),
        (RUBRIC, "max_total: 24", "max_total: 25"),
        ("tracks.yaml", "certificate_kind: participation", "certificate_kind: diploma"),
    ],
)
def test_a_fault_names_file_and_line(folder, file, old, new):
    line = change(folder, file, old, new)
    assert (file, line) in {(fault.file, fault.line) for fault in faults(folder)}


def test_all_faults_come_together_sorted_by_file_and_line(folder):
    expected = sorted(
        [
            (COURSE, change(folder, COURSE, "min_present: 6", "min_present: 9")),
            (MODULE, change(folder, MODULE, "order: 1", "order: 7")),
            (MODULE, change(folder, MODULE, "sources: [seed, mijn", "sources: [oma, mijn")),
            (QUIZ, change(folder, QUIZ, "answer: false", "answer: 3")),
            (GOV_MODULE, change(folder, GOV_MODULE, "order: 1", "order: 2")),
        ]
    )
    found = faults(folder)
    assert [(fault.file, fault.line) for fault in found] == expected
    with pytest.raises(CurriculumFault, match="min_present"):
        read_curricula(folder)


def test_a_question_with_all_options_right_is_refused(folder):
    path = folder / QUIZ
    before, _, after = path.read_text(encoding="utf-8").partition("type: multiple")
    path.write_text(
        f"{before}type: multiple{after.replace('correct: false', 'correct: true', 2)}",
        encoding="utf-8",
    )
    assert "goede en foute" in faults(folder)[0].sentence_nl


def test_a_quiz_that_counts_needs_a_question_with_a_right_answer(folder):
    question = "  - {id: q%d, type: open, prompt: Waar, model_answer: Daar, look_for: [iets]}"
    path = folder / PRO_QUIZ
    head, _, _ = path.read_text(encoding="utf-8").partition("  - {id: q1")
    lines = [question % number for number in range(1, 6)]
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    assert [fault.sentence_nl for fault in faults(folder)] == [
        "Deze vragen tellen mee, maar er is geen vraag met een goed antwoord."
    ]


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("schema: [open\n", 2, "niet lezen als YAML"),
        ('a: 1\nb: "open\n', 3, "niet lezen als YAML"),
        ("a: &x 1\nb: *x\n", 2, "verwijzing met *"),
        ("a: &x [*x]\n", 1, "verwijzing met *"),
        ("a: 1\na: 2\n", 2, "twee keer"),
        ("a: 2026-13-45\n", 1, "Zet er aanhalingstekens om"),
        ("a: !!python/object:os.system x\n", 1, "niet lezen als YAML"),
        ("? [a, b]\n: 1\n", 1, "ken ik niet"),
        ("true: 1\n", 1, "ken ik niet"),
        ("[" * 900_000, 1, "niet lezen als YAML"),
        ("a: \x07\n", 1, "niet lezen als YAML"),
        ("", 1, "een blok met velden"),
        ("- 1\n", 1, "een blok met velden"),
        ("x" * 1_000_001, 1, "te groot"),
    ],
    ids=range(14),
)
def test_a_file_that_is_no_good_yaml_is_a_fault_and_no_crash(folder, text, line, sentence):
    (folder / "sources.yaml").write_text(text, encoding="utf-8")
    found = faults(folder)
    assert any(fault.line == line and sentence in fault.sentence_nl for fault in found), found


def test_a_file_that_is_not_utf8_is_a_fault(folder):
    (folder / COURSE).write_bytes("titel: café".encode("cp1252"))
    assert "UTF-8" in faults(folder)[0].sentence_nl


def test_a_file_with_a_byte_order_mark_is_read(folder):
    path = folder / COURSE
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_curricula(folder).course("res").version == "2026.2"


@pytest.mark.parametrize("start", ["# geen blok\n", "---\nid: a\n"])
def test_a_module_without_front_matter_is_a_fault(folder, start):
    (folder / MODULE).write_text(start, encoding="utf-8")
    found = [fault for fault in faults(folder) if fault.file == MODULE]
    assert "twee regels met ---" in found[0].sentence_nl


@pytest.mark.parametrize("file", ["tracks.yaml", "werkvormen.yaml", COURSE, MODULE, QUIZ, RUBRIC])
def test_a_missing_file_is_a_fault(folder, file):
    (folder / file).unlink()
    assert [(fault.file, fault.sentence_nl) for fault in faults(folder)] == [
        (file, "Dit bestand is er niet.")
    ]


def test_an_empty_folder_is_a_fault(tmp_path):
    assert len(faults(tmp_path)) == 3


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    outside = tmp_path / "outside.yaml"
    outside.write_text((folder / QUIZ).read_text(encoding="utf-8"), encoding="utf-8")
    (folder / QUIZ).unlink()
    (folder / QUIZ).symlink_to(outside)
    assert [fault.sentence_nl for fault in faults(folder)] == ["Dit bestand is er niet."]


def test_a_list_that_is_too_short_or_too_long_is_a_fault(folder):
    line = change(folder, MODULE, "outcomes:", "outcomes: []\nold_outcomes:")
    found = {(fault.line, fault.sentence_nl) for fault in faults(folder)}
    assert (line, "Veld outcomes heeft 0 delen; dat moeten er 3 tot en met 4 zijn.") in found


def test_a_faulty_library_does_not_make_every_reference_a_fault(folder):
    change(folder, "sources.yaml", "{id: seed,", "{id: 7,")
    change(folder, "werkvormen.yaml", "    prep: none", "    prep: weinig")
    assert {fault.file for fault in faults(folder)} == {"sources.yaml", "werkvormen.yaml"}


def test_a_duplicate_field_does_not_hide_other_faults(folder):
    line = change(folder, MODULE, "order: 1\n", "order: 1\norder: 1\n")
    later = change(folder, MODULE, "sources: [seed, mijn", "sources: [oma, mijn")
    assert [fault.line for fault in faults(folder)] == [line + 1, later]


def test_unreadable_course_or_quiz_gives_only_its_own_faults(folder):
    change(folder, COURSE, "id: res\n", "id: [res]\n")
    change(folder, QUIZ, "id: quiz-res-01", "id: Quiz 1")
    change(folder, MODULE, "quiz: assessments/quiz-01.yaml", "quiz: 7")
    assert {fault.file for fault in faults(folder)} == {COURSE, MODULE}


def test_an_unknown_course_raises_key_error():
    with pytest.raises(KeyError):
        read_own_curricula().course("nergens")
