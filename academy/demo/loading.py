"""Loading the fictional academy into an empty database: all of it, or nothing."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import NoReturn

import sqlalchemy as sa
from flask_babel import gettext as _
from tqdm import tqdm

import courses
from academy.demo import (
    certifying,
    coaching,
    cohorts,
    community,
    contacting,
    guiding,
    learning,
    people,
    practicals,
    research,
    sign_ins,
)
from academy.demo.agreement import finish
from academy.demo.data import DataSet, read_data
from academy.demo.memory import LOADER, Memory
from academy.demo.passwords import give_passwords
from academy.demo.second_factors import give_second_factors
from academy.demo.steps import Step, in_order, take
from academy.demo.today import DAY, TODAY
from academy.kernel import clock, demo_clock, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError
from academy.kernel.mail import OutgoingMail
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from academy.people.queries.directory import is_empty
from courses.adapters.curriculum import read_curricula
from courses.services.content import import_curricula

SAMPLE_DATA = Path(__file__).parent / "data"
CURRICULA = Path(courses.__file__).parent / "curricula"
SECONDS_BETWEEN_LINES = 5.0
BAR = "{desc} {percentage:3.0f}% |{bar}| {n_fmt}/{total_fmt} rijen, {elapsed}"
SUBJECTS = (
    people,
    cohorts,
    learning,
    practicals,
    certifying,
    coaching,
    guiding,
    research,
    community,
    contacting,
)


def load(folder: Path = SAMPLE_DATA) -> None:
    """Load the data set in `folder` and let the academy's time run on from its day.

    Raises DataFault for a row that cannot be brought in and ConflictError for a database that is
    not an empty demo; nothing of the load stays then, neither rows nor files.
    """
    data = read_data(folder)
    with unit_of_work():
        _refuse_unless_empty_demo()
    with _no_files_after_a_fault(), unit_of_work():
        _load(data)
    queue.run_pending()


@contextmanager
def _no_files_after_a_fault() -> Iterator[None]:
    """Remove what the block wrote beside the database, if it fails."""
    storage = Storage(current().storage)
    there = set(storage.hashes())
    try:
        yield
    except BaseException:
        for sha256 in set(storage.hashes()) - there:
            storage.path(sha256).unlink()
        sign_ins.forget()
        raise


def _load(data: DataSet) -> None:
    with clock.at(clock.local(people.first_day(data), 6)):
        import_curricula(read_curricula(CURRICULA), by=LOADER)
    memory = Memory(data)
    _take_all(in_order(_steps(data, memory)))
    with clock.at(TODAY):
        finish(data, memory)
        sign_ins.write(give_passwords(data, memory))
        give_second_factors(DAY)
    _send_no_mail()
    demo_clock.start(TODAY)


def _refuse_unless_empty_demo() -> None:
    if not current().demo:
        raise ConflictError(_("Dit is geen demo-academie: ACADEMY_DEMO is niet 1."))
    if not is_empty():
        raise ConflictError(_("In deze database staan al mensen. De demo vult alleen een lege."))


def _steps(data: DataSet, memory: Memory) -> Iterator[Step]:
    return chain.from_iterable(subject.steps(data, memory) for subject in SUBJECTS)


def _take_all(steps: list[Step]) -> None:
    for step in steps:
        if step.day > DAY:
            raise step.row.fault(f"deze dag ({step.day.isoformat()}) moet nog komen.")
    with _progress_bar(sum(step.rows for step in steps)) as bar:
        for step in steps:
            bar.set_description(f"{step.day.isoformat()} {step.row.file:<23}", refresh=False)
            take(step)
            bar.update(step.rows)


def _progress_bar(rows: int) -> tqdm[NoReturn]:
    """Return a bar over all rows; outside a terminal it speaks only now and then."""
    interval = 0.1 if sys.stderr.isatty() else SECONDS_BETWEEN_LINES
    columns = shutil.get_terminal_size().columns
    return tqdm(total=rows, mininterval=interval, ncols=columns, bar_format=BAR)


def _send_no_mail() -> None:
    """Settle every mail of the past: nobody needs it, and nobody of these people exists."""
    waiting = sa.update(OutgoingMail).where(OutgoingMail.outcome.is_(None))
    db.session.execute(waiting.values(outcome="demo"))
