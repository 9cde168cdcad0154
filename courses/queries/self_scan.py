"""The self-scan: the statements for who fills it in, and the picture of a group.

The picture holds means only, of five people and more, and only when nothing can be added any more:
a picture that changed with one person would show what that person answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from babel.numbers import format_decimal

from academy.kernel import clock, policy
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import language, pick
from academy.kernel.policy import Actor
from academy.people.models import Person
from courses import policies
from courses.models import (
    Cohort,
    CourseVersion,
    Enrolment,
    Module,
    SelfScanAnswer,
    SelfScanCompletion,
    Session,
)
from courses.queries.practice import LEARNING, RUNNING
from courses.queries.progress import rule_of
from courses.rules import (
    CourseRule,
    SelfscanRule,
    is_open,
    is_over,
    mean_of,
    moment_of,
    moment_words,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """Statements that belong together."""

    id: str
    name: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class ScanMoment:
    """One moment at which the self-scan is filled in, as it stands now.

    `state` is done (by who asks), open, later or past; for who asks about a group there is no
    "done". `is_shown` says that the picture of this moment may be seen.
    """

    key: str
    name: str
    is_before: bool
    state: str
    is_shown: bool
    filled_in: int


@dataclass(frozen=True, slots=True)
class ShownMean:
    """A mean as it is written, and the length of its bar: 0 to 30."""

    words: str
    length: int


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One dimension with a mean per moment; None where too few people answered, or not yet."""

    name: str
    means: tuple[ShownMean | None, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The self-scan of one group."""

    cohort_id: int
    cohort: str
    title: str
    min_group: int
    moments: tuple[ScanMoment, ...]
    rows: tuple[PictureRow, ...]
    scale: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScanPaper:
    """The self-scan in front of who fills it in."""

    enrolment_id: int
    person_id: int
    person: str
    course: str
    title: str
    intro: str
    moment: ScanMoment
    dimensions: tuple[Dimension, ...]
    scale: tuple[tuple[str, str], ...]


DONT_KNOW = "none"
"""What the form sends for "weet ik niet"."""


@dataclass(frozen=True, slots=True)
class _Group:
    """A cohort with a self-scan: its rule, its texts and where its moments stand."""

    cohort_id: int
    cohort: str
    course: str
    is_running: bool
    rule: CourseRule
    scan: SelfscanRule
    texts: Mapping[str, Any]
    sessions: Mapping[str, tuple[datetime, datetime]]


def get_paper(enrolment_id: int, moment: str, *, by: Actor) -> ScanPaper:
    """Return the self-scan of a moment to who fills it in. Raises NotFoundError."""
    group, row = _own_group(enrolment_id, by=by)
    found = {one.key: one for one in _moments(group, enrolment_id, row.state)}
    if moment not in found:
        raise NotFoundError
    return ScanPaper(
        enrolment_id=enrolment_id,
        person_id=row.Person.id,
        person=row.Person.display_name,
        course=group.course,
        title=pick(group.texts["title"]),
        intro=pick(group.texts["intro"]),
        moment=found[moment],
        dimensions=tuple(_dimension(raw) for raw in group.texts["dimensions"]),
        scale=tuple(
            (DONT_KNOW if one["value"] is None else str(one["value"]), pick(one))
            for one in group.texts["scale"]
        ),
    )


def own_picture(enrolment_id: int, *, by: Actor) -> Picture:
    """Return the picture of one's own group. Raises NotFoundError."""
    group, row = _own_group(enrolment_id, by=by)
    return _picture(group, _moments(group, enrolment_id, row.state))


def group_picture(cohort_id: int, *, by: Actor) -> Picture:
    """Return the picture of a group to its staff. Raises NotFoundError."""
    group = _group(
        Cohort.id == cohort_id,
        policy.within(by, policies.READ_SCAN, cohort=Cohort.id, place=Cohort.place_id),
    )
    return _picture(group, _moments(group, None, ""))


def _own_group(enrolment_id: int, *, by: Actor) -> tuple[_Group, Any]:
    row = db.session.execute(
        sa.select(Enrolment.cohort_id, Enrolment.state, Person)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(
            Enrolment.id == enrolment_id,
            policy.within(
                by,
                policies.FILL_IN_SCAN,
                person=Enrolment.person_id,
                cohort=Enrolment.cohort_id,
                place=Cohort.place_id,
            ),
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return _group(Cohort.id == row.cohort_id), row


def _group(*conditions: sa.ColumnElement[bool]) -> _Group:
    row = db.session.execute(
        sa.select(
            Cohort.id,
            Cohort.name,
            Cohort.state,
            CourseVersion.id.label("version_id"),
            CourseVersion.content_hash,
            CourseVersion.title_nl,
            CourseVersion.title_en,
            CourseVersion.content["selfscan"].label("texts"),
        )
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .where(*conditions)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    rule = rule_of(row.version_id, row.content_hash)
    if rule.selfscan is None:
        raise NotFoundError
    return _Group(
        cohort_id=row.id,
        cohort=row.name,
        course=pick({"nl": row.title_nl, "en": row.title_en}),
        is_running=row.state in RUNNING,
        rule=rule,
        scan=rule.selfscan,
        texts=row.texts,
        sessions=_sessions(row.id),
    )


def _sessions(cohort_id: int) -> dict[str, tuple[datetime, datetime]]:
    rows = db.session.execute(
        sa.select(Module.key, Session.starts_at, Session.ends_at)
        .join(Module, Module.id == Session.module_id)
        .where(Session.cohort_id == cohort_id, Session.state != "cancelled")
    )
    return {row.key: (row.starts_at, row.ends_at) for row in rows}


def _moments(group: _Group, enrolment_id: int | None, state: str) -> tuple[ScanMoment, ...]:
    """Return the moments as they stand, for one participant or (None) for the group."""
    rows = db.session.execute(
        sa.select(Enrolment.id, Enrolment.state, SelfScanCompletion.moment)
        .outerjoin(
            SelfScanCompletion,
            sa.and_(
                SelfScanCompletion.enrolment_id == Enrolment.id,
                SelfScanCompletion.instrument == group.scan.instrument,
            ),
        )
        .where(Enrolment.cohort_id == group.cohort_id)
    ).all()
    done: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.moment is not None:
            done[row.moment].add(row.id)
    learning = {row.id for row in rows if row.state in LEARNING} if group.is_running else set()
    return tuple(
        _moment(
            group,
            key,
            is_done=enrolment_id in done[key],
            takes_answers=group.is_running and (enrolment_id is None or state in LEARNING),
            filled_in=len(done[key]),
            waits_for=len(learning - done[key]),
        )
        for key in group.scan.moments
    )


def _moment(
    group: _Group, key: str, *, is_done: bool, takes_answers: bool, filled_in: int, waits_for: int
) -> ScanMoment:
    asked, now = moment_of(key), clock.now()
    starts_at, ends_at = group.sessions.get(asked.module, (None, None))
    opened = takes_answers and is_open(asked, starts_at=starts_at, ends_at=ends_at, now=now)
    over = is_over(asked, starts_at=starts_at, now=now, waits_for=waits_for)
    still_closed = not asked.is_before and (ends_at is None or now < ends_at)
    words = moment_words(group.rule, key)
    return ScanMoment(
        key=key,
        name=words.en if language() == "en" else words.nl,
        is_before=asked.is_before,
        state="done" if is_done else "open" if opened else "later" if still_closed else "past",
        is_shown=filled_in >= group.scan.min_group and over and not still_closed,
        filled_in=filled_in,
    )


def _dimension(raw: Mapping[str, Any]) -> Dimension:
    return Dimension(
        id=raw["id"],
        name=pick(raw["name"]),
        statements=tuple(Statement(one["id"], pick(one)) for one in raw["statements"]),
    )


Counted = Mapping[tuple[str, str], tuple[int, int]]
"""Per moment and statement: how many gave a value, and the sum of those."""


def _picture(group: _Group, moments: tuple[ScanMoment, ...]) -> Picture:
    counted = _counted(group)
    return Picture(
        cohort_id=group.cohort_id,
        cohort=group.cohort,
        title=pick(group.texts["title"]),
        min_group=group.scan.min_group,
        moments=moments,
        rows=tuple(
            PictureRow(
                name=pick(raw["name"]),
                means=tuple(_mean(group, raw, moment, counted) for moment in moments),
            )
            for raw in group.texts["dimensions"]
        ),
        scale=tuple(
            f"{one['value']}: {pick(one)}"
            for one in group.texts["scale"]
            if one["value"] is not None
        ),
    )


def _counted(group: _Group) -> Counted:
    rows = db.session.execute(
        sa.select(
            SelfScanAnswer.moment,
            SelfScanAnswer.item,
            sa.func.count(SelfScanAnswer.value).label("answers"),
            sa.func.coalesce(sa.func.sum(SelfScanAnswer.value), 0).label("total"),
        )
        .where(
            SelfScanAnswer.cohort_id == group.cohort_id,
            SelfScanAnswer.instrument == group.scan.instrument,
        )
        .group_by(SelfScanAnswer.moment, SelfScanAnswer.item)
    )
    return {(row.moment, row.item): (row.answers, int(row.total)) for row in rows}


def _mean(
    group: _Group, raw: Mapping[str, Any], moment: ScanMoment, counted: Counted
) -> ShownMean | None:
    if not moment.is_shown:
        return None
    items = [str(one["id"]) for one in raw["statements"]]
    answers = {item: counted.get((moment.key, item), (0, 0)) for item in items}
    mean = mean_of(answers, min_group=group.scan.min_group)
    if mean is None:
        return None
    words = format_decimal(mean.tenths / 10, "0.0", locale=language())
    return ShownMean(words, length=mean.tenths - 10)
