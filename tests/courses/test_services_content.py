"""Reading curricula in, through the service and the command."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError
from academy.kernel.policy import SYSTEM
from courses.adapters.curriculum import Curricula, read_curricula
from courses.cli import courses
from courses.models import CourseVersion, Module, PracticeAssignment, Quiz, WorkingMethod
from courses.rules import parse_rule
from courses.services.content import import_curricula

FOLDER = Path(__file__).parents[2] / "courses" / "curricula"


@pytest.fixture(scope="module")
def curricula() -> Curricula:
    return read_curricula(FOLDER)


def _count(model: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_everything_in_the_curricula_comes_in(app: Flask, curricula: Curricula) -> None:
    with unit_of_work():
        imported = import_curricula(curricula, by=SYSTEM)
    assert (imported.tracks, imported.modules, imported.questions) == (3, 21, 123)
    assert imported.new_versions == 3
    assert imported.changed_working_methods == imported.working_methods == 34
    assert [_count(model) for model in (Module, PracticeAssignment, Quiz)] == [21, 21, 21]
    assert _count(WorkingMethod) == 34


def test_a_second_time_changes_nothing(app: Flask, curricula: Curricula) -> None:
    with unit_of_work():
        import_curricula(curricula, by=SYSTEM)
    before = db.session.scalars(sa.select(CourseVersion.imported_at)).all()
    with unit_of_work():
        again = import_curricula(curricula, by=SYSTEM)
    assert (again.new_versions, again.changed_working_methods) == (0, 0)
    assert db.session.scalars(sa.select(CourseVersion.imported_at)).all() == before


def test_the_stored_rule_is_the_rule_of_the_files(app: Flask, curricula: Curricula) -> None:
    with unit_of_work():
        import_curricula(curricula, by=SYSTEM)
    stored = db.session.scalars(sa.select(CourseVersion).order_by(CourseVersion.id)).all()
    assert [parse_rule(one.content) for one in stored] == [one.rule for one in curricula.courses]


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("residents/modules/03-luisteren-aan-de-keukentafel.md", "lesson"),
        ("residents/assessments/quiz-03.yaml", "quiz"),
        ("residents/rubric.yaml", "rubric"),
        ("residents/course.yaml", "course"),
    ],
)
def test_a_changed_file_under_the_same_version_is_refused_by_name(
    app: Flask, curricula: Curricula, file: str, part: str
) -> None:
    with unit_of_work():
        import_curricula(curricula, by=SYSTEM)
    document = json.loads(json.dumps(curricula.courses[0].document))
    if part == "lesson":
        document["modules"][2]["lesson"] += "\n\nErbij."
    elif part == "quiz":
        document["modules"][2]["quiz"]["questions"][0]["prompt"] += " Echt?"
    else:
        document[part]["title"]["nl"] += " anders"
    changed = replace(curricula.courses[0], document=document, content_hash="0" * 64)
    with pytest.raises(ConflictError, match=file), unit_of_work():
        import_curricula(replace(curricula, courses=(changed,)), by=SYSTEM)


def test_a_new_version_stands_beside_the_old_one(app: Flask, curricula: Curricula) -> None:
    newer = replace(curricula.courses[0], version="2027.1", content_hash="1" * 64)
    with unit_of_work():
        import_curricula(curricula, by=SYSTEM)
        imported = import_curricula(replace(curricula, courses=(newer,)), by=SYSTEM)
    assert imported.new_versions == 1
    assert _count(CourseVersion) == 4


def test_the_command_imports_and_says_so(app: Flask) -> None:
    result = app.test_cli_runner().invoke(courses, ["import", str(FOLDER), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["modules"] == 21


def test_the_command_prints_every_fault_and_changes_nothing(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "curricula"
    shutil.copytree(FOLDER, folder)
    course = folder / "residents" / "course.yaml"
    course.write_text(course.read_text().replace("min_present: 6", "min_present: veel"))
    result = app.test_cli_runner().invoke(courses, ["import", str(folder)])
    assert result.exit_code == 1
    assert "residents/course.yaml:" in result.stdout
    assert _count(CourseVersion) == 0


def test_the_command_refuses_a_changed_file_under_the_same_version(
    app: Flask, tmp_path: Path
) -> None:
    folder = tmp_path / "curricula"
    shutil.copytree(FOLDER, folder)
    runner = app.test_cli_runner()
    assert runner.invoke(courses, ["import", str(folder)]).exit_code == 0
    lesson = folder / "residents" / "modules" / "01-jouw-buurt-jouw-verhaal.md"
    lesson.write_text(lesson.read_text().replace("Fijn dat je er bent.", "Welkom allemaal."))
    for options in ([], ["--json"]):
        result = runner.invoke(courses, ["import", str(folder), *options])
        assert result.exit_code == 1
        assert "residents/modules/01-jouw-buurt-jouw-verhaal.md" in result.stdout


def test_the_command_prints_faults_as_json(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "curricula"
    shutil.copytree(FOLDER, folder)
    (folder / "residents" / "rubric.yaml").unlink()
    result = app.test_cli_runner().invoke(courses, ["import", str(folder), "--json"])
    assert result.exit_code == 1
    assert {"file", "line", "sentence_nl", "sentence_en"} <= set(
        json.loads(result.stdout)["faults"][0]
    )
