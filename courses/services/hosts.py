"""The resident who is host of a cohort, and signs what its people get beside the trainer.

Source: domain.md, 4(c): governors get a proof of trainer and resident host.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.pdf import fonts
from academy.kernel.policy import Actor
from academy.kernel.resources import vendor_file
from academy.people.rules import clean_name
from courses import policies
from courses.models import Cohort, CohortHost, CohortTrainer, Enrolment
from courses.queries.cohorts import cohort_reach
from courses.queries.hosts import get_candidate, is_host_asked

LINE_POINTS = 62 / 25.4 * 72
LINES = 2
LETTER_POINTS = 9.5
"""How much room a name has under a signature, and its smallest letter: the designs' shared css."""

LONGEST_PARTICLE = 5
"""Words up to this long may be kept on one line with the next: "van der Heijden"."""


def set_host(cohort_id: int, person_id: int, printed_name: str, *, by: Actor) -> None:
    """Note who is host of a cohort, and the name to which the host said yes; a later one replaces.

    Papers that were granted before stay as they are. Raises NotFoundError, also for a course that
    asks for no host, InvalidInputError for a name that cannot be printed, and ConflictError for
    who trains the group or takes part in it.
    """
    cohort = _cohort_to_change(cohort_id, by=by)
    candidate = get_candidate(person_id, by)
    _refuse_insider(cohort.id, candidate.person_id, candidate.name)
    assert by.person_id is not None  # noqa: S101 - the right comes from a grant
    host = _find(cohort.id) or CohortHost(cohort_id=cohort.id)
    host.person_id = candidate.person_id
    host.printed_name = _printable(printed_name)
    host.agreed_on = clock.today()
    host.noted_by_id = by.person_id
    db.session.add(host)
    audit.record(
        "courses:host:agreed",
        ("cohort", cohort.id),
        by=by,
        subject_id=candidate.person_id,
        on_behalf_of=audit.on_behalf(by, candidate.person_id),
    )


def remove_host(cohort_id: int, *, by: Actor) -> None:
    """Take the host off a cohort: the trainer signs alone. Raises NotFoundError without a host."""
    cohort = _cohort_to_change(cohort_id, by=by)
    host = _find(cohort.id)
    if host is None:
        raise NotFoundError
    db.session.delete(host)
    audit.record("courses:host:removed", ("cohort", cohort.id), by=by, subject_id=host.person_id)


def _cohort_to_change(cohort_id: int, *, by: Actor) -> Cohort:
    cohort = db.session.get(Cohort, cohort_id, with_for_update=True)
    if cohort is None:
        raise NotFoundError
    policy.require(by, policies.MANAGE, cohort_reach(cohort))
    if not is_host_asked(cohort.id):
        raise NotFoundError
    return cohort


def _find(cohort_id: int) -> CohortHost | None:
    return db.session.scalars(
        sa.select(CohortHost).where(CohortHost.cohort_id == cohort_id)
    ).one_or_none()


def _refuse_insider(cohort_id: int, person_id: int, name: str) -> None:
    for model, sentence in (
        (CohortTrainer, _("%(name)s is trainer van deze groep. Kies een bewoner.", name=name)),
        (Enrolment, _("%(name)s doet zelf mee aan deze groep. Kies een bewoner.", name=name)),
    ):
        inside = sa.exists().where(model.cohort_id == cohort_id, model.person_id == person_id)
        if db.session.scalar(sa.select(inside)):
            raise ConflictError(sentence)


def _printable(typed: str) -> str:
    name = clean_name(typed)
    sentence = ""
    if not name:
        sentence = _("Schrijf de naam zoals hij op het bewijs moet staan.")
    elif not name.isprintable():
        sentence = _("In deze naam staan onzichtbare tekens. Typ de naam opnieuw.")
    elif missing := fonts.uncovered(name, str(vendor_file("print"))):
        shown = " ".join(missing)
        sentence = _("Deze tekens kunnen wij niet drukken: %(signs)s.", signs=shown)
    elif not fits_under_a_signature(name):
        sentence = _("Deze naam is te lang voor het papier. Kies samen een kortere.")
    if sentence:
        raise InvalidInputError(sentence, fields={"printed_name": sentence})
    return name


def fits_under_a_signature(name: str) -> bool:
    """Say whether a name takes no more than two lines under a signature, whatever breaks."""
    lines, used = 1, 0.0
    for part in _unbroken(name):
        wide = _points(part)
        if wide > LINE_POINTS:
            return False
        if used and used + _points(" ") + wide > LINE_POINTS:
            lines, used = lines + 1, wide
        else:
            used += wide + (_points(" ") if used else 0.0)
    return lines <= LINES


def _unbroken(name: str) -> list[str]:
    parts = [""]
    for word in name.split():
        parts[-1] = f"{parts[-1]} {word}".strip()
        if len(word) > LONGEST_PARTICLE:
            parts.append("")
    return [part for part in parts if part]


def _points(text: str) -> float:
    return fonts.width_points(
        text,
        stack="body bold",
        size=LETTER_POINTS,
        fonts_folder=str(vendor_file("print")),
    )
