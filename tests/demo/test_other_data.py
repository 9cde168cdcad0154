"""Any other consistent data set with the same columns loads too: nothing knows the sample's ids."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.demo.data import COLUMNS
from academy.demo.loading import load
from academy.kernel import clock
from academy.kernel.db import db, set_reading
from academy.people.models import Person
from certificates.models import Certificate
from courses.models import Enrolment
from courses.queries.progress import verdicts
from tests.demo.academies import CsvRow, close, empty_demo, read_csv, write_csv

pytestmark = pytest.mark.slow

LEFT_OUT = ("C02", "C03", "C06", "C07", "C08")
"""Cohorts that are not in the other data set, with everybody who took part in them only."""
KINDS = ("SG", "ZO", "OB", "PR", "SO", "CP", "NB", "ORG", "P", "C", "L", "A", "T", "V")
ID = re.compile(rf"\b({'|'.join(KINDS)})(\d{{2,4}})\b")


def other_id(found: re.Match[str]) -> str:
    """Give everything another id, in another order and of another form."""
    kind, digits = found.groups()
    return f"{kind.lower()}{10 ** len(digits) - int(digits)}x"


def renamed(row: CsvRow) -> CsvRow:
    return {column: ID.sub(other_id, text) for column, text in row.items()}


def smaller() -> dict[str, list[CsvRow]]:
    """Return the sample without some cohorts and all that hangs on them."""
    data = {name: read_csv(name) for name in COLUMNS}
    gone = {row["person_id"] for row in data["enrolments"] if row["cohort_id"] in LEFT_OUT} - {
        row["person_id"] for row in data["enrolments"] if row["cohort_id"] not in LEFT_OUT
    }
    names = set(LEFT_OUT) | gone
    lost = {row["entry_id"] for row in data["coaching_log"] if row["person_id"] in gone}

    def stays(row: CsvRow) -> bool:
        cells = {part for text in row.values() for part in re.split(r"[;-]", text)}
        return not cells & names and row.get("entry_id") not in lost

    kept = {name: [row for row in rows if stays(row)] for name, rows in data.items()}
    numbers = {row["certificate_no"] for row in kept["certificates"]}
    people = {row["person_id"] for row in kept["enrolments"]}
    kept["decisions"] = [
        row for row in kept["decisions"] if row["certificate_no"] in numbers | {""}
    ]
    kept["certificates"] = [row for row in kept["certificates"] if row["person_id"] in people]
    return kept


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("other")
    files = folder / "data"
    files.mkdir()
    shuffle = random.Random(7).shuffle
    for name, rows in smaller().items():
        shuffle(rows)
        if rows:
            write_csv(name, [renamed(row) for row in rows], files)
        else:
            (files / f"{name}.csv").write_text(",".join(COLUMNS[name].split()) + "\n")
    app = empty_demo(folder)
    set_reading(False)
    with app.app_context():
        load(files)
        db.session.remove()
    yield app
    close(app)


def test_it_loads_under_other_ids(other: Flask) -> None:
    rows = smaller()
    with other.app_context(), clock.at(clock.real_now()):
        people = set(db.session.scalars(sa.select(Person.source_id)))
        assert people == {renamed(row)["person_id"] for row in rows["people"]}
        states = {
            (row.source_id, row.state)
            for row in db.session.execute(sa.select(Enrolment.source_id, Enrolment.state))
        }
        assert states == {
            (renamed(row)["enrolment_id"], row["status"]) for row in rows["enrolments"]
        }
        numbers = set(db.session.scalars(sa.select(Certificate.number)))
        assert numbers == {row["certificate_no"] for row in rows["certificates"]}


def test_its_verdicts_are_those_of_the_same_people(other: Flask) -> None:
    approved = Path(__file__).parents[1] / "courses" / "verdicts_expected.csv"
    with approved.open(encoding="utf-8", newline="") as file:
        meant = {
            ID.sub(other_id, row["enrolment"]): row["complete"] == "yes"
            for row in csv.DictReader(file)
        }
    with other.app_context():
        for row in verdicts():
            assert (row["enrolment"], row["complete"]) == (
                row["enrolment"],
                meant[row["enrolment"]],
            )
