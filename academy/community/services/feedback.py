"""How many residents told a professional something back: a count per day, and no names."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from academy.community import policies, rules
from academy.community.queries.feedback import require_professional
from academy.kernel import audit, clock, policy
from academy.kernel.errors import InvalidInputError
from academy.kernel.policy import Actor
from certificates.services.evidence import drop_renewal_evidence, record_renewal_evidence

SOURCE = "resident_feedback"


def note_feedback(person_id: int, number: int, *, on: date, by: Actor) -> None:
    """Note how many residents told somebody back on a day; later numbers replace earlier ones.

    Every resident counts once for renewal; none takes the day away. Raises NotFoundError for
    somebody out of reach or without a professional's certificate, InvalidInputError.
    """
    policy.require_right(by, policies.NOTE_FEEDBACK)
    require_professional(person_id, by=by)
    _refuse_unusable(number, on)
    audit.record(
        "community:feedback:noted",
        ("person", person_id),
        by=by,
        subject_id=person_id,
        rows=number,
    )
    for place in range(1, rules.MOST_FEEDBACK + 1):
        source = (SOURCE, f"{on.isoformat()}-{place}")
        requirement = rules.FEEDBACK_REQUIREMENT
        if place <= number:
            record_renewal_evidence(person_id, requirement, on=on, source=source, by=by)
        else:
            drop_renewal_evidence(person_id, requirement, source=source, by=by)


def _refuse_unusable(number: int, on: date) -> None:
    if on > clock.today():
        sentence = _("Deze dag moet nog komen.")
        raise InvalidInputError(sentence, fields={"happened_on": sentence})
    if not 0 <= number <= rules.MOST_FEEDBACK:
        sentence = _("Kies een aantal van 0 tot %(most)d.", most=rules.MOST_FEEDBACK)
        raise InvalidInputError(sentence, fields={"number": sentence})
