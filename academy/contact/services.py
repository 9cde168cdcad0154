"""Changes to contact requests: one function per thing a person does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.contact import policies, rules
from academy.contact.models import ContactHandover, ContactRequest, ContactStep
from academy.contact.queries import answers_requests, region_choices
from academy.kernel import audit, clock, limits, mail, once, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.limits import Limit
from academy.kernel.policy import NOBODY, Actor
from academy.people.rules import clean_mailbox, looks_like_mailbox
from academy.people.services import persons
from academy.people.services.persons import NewPerson
from courses.policies import APPLY
from courses.queries.known import find_in_reach
from courses.services import enrolment

WRITE_LIMIT = Limit("contact", 6, timedelta(hours=1))
FORM = "contact"
CONFIRMATION = "contact/confirmation"
MOST_LETTERS = 4000


@dataclass(frozen=True, slots=True)
class Message:
    """What a visitor wrote. `reach` is a phone number or an e-mail address."""

    name: str
    reach: str
    place_words: str
    message: str


def send_message(written: Message, *, address: str) -> ContactRequest | None:
    """Store a message from the public form and confirm it by mail where that is possible.

    The same words twice in a day are one message: None for the second. Raises InvalidInputError
    when nobody could be called back, TooManyError after six an hour.
    """
    words = repr(written)
    if once.was_sent(FORM, words):
        return None
    limits.spend(WRITE_LIMIT, address)
    fields = {}
    if not written.reach.strip():
        fields["reach"] = _(
            "Vul je telefoonnummer of je e-mailadres in. Dan kunnen we je bereiken."
        )
    if not written.message.strip():
        fields["message"] = _("Vertel kort wat je wilt. Eén zin is genoeg.")
    if fields:
        raise InvalidInputError(next(iter(fields.values())), fields=fields)
    return receive(written) if once.is_first(FORM, words) else None


def receive(written: Message, *, source_id: str | None = None) -> ContactRequest:
    """Store a message, whoever brought it, and promise an answer within five working days."""
    request = ContactRequest(
        source_id=source_id,
        received_at=clock.now(),
        name=written.name.strip(),
        reach=written.reach.strip(),
        place_words=written.place_words.strip(),
        message=written.message.strip()[:MOST_LETTERS],
        kind="unknown",
        state="new",
        is_open=True,
        answer_by=rules.answer_by(clock.today()),
        tries=0,
    )
    db.session.add(request)
    db.session.flush()  # the mail and the audit name the row
    audit.record("contact:request:received", ("contact_request", request.id), by=NOBODY)
    mailbox = clean_mailbox(request.reach)
    if looks_like_mailbox(mailbox):
        key = f"contact-{request.id}"
        mail.send(CONFIRMATION, to=mailbox, key=key, request_id=request.id)
    return request


def confirmation_values(request_id: int) -> dict[str, object] | None:
    """Return what the confirmation prints; None when the request is gone or spam."""
    request = db.session.get(ContactRequest, request_id)
    if request is None or request.state == "spam":
        return None
    return {"name": rules.greeting_name(request.name), "answer_by": request.answer_by}


def get_request(request_id: int, *, by: Actor) -> ContactRequest:
    """Return a request within reach, locked for changing. Raises NotFoundError.

    One that came from another region is picked up with that: its giver cannot take it back.
    """
    policy.require_right(by, policies.HANDLE)
    request = db.session.scalars(
        sa.select(ContactRequest)
        .where(ContactRequest.id == request_id, policies.in_reach(by))
        .with_for_update()
    ).one_or_none()
    if request is None:
        raise NotFoundError
    handover = _last_handover(request_id)
    if handover is not None and handover.outcome is None:
        _end(handover, "picked_up", by=by)
        _record(request, "picked-up", by)
    return request


def _last_handover(request_id: int) -> ContactHandover | None:
    return db.session.scalars(
        sa.select(ContactHandover)
        .where(ContactHandover.request_id == request_id)
        .order_by(ContactHandover.id.desc())
        .limit(1)
    ).one_or_none()


def _end(handover: ContactHandover, outcome: str, *, by: Actor) -> None:
    handover.outcome = outcome
    handover.ended_at = clock.now()
    handover.ended_by_id = by.person_id


def sort_out(request_id: int, *, by: Actor, kind: str, place_id: int | None) -> None:
    """Say what kind of message it is and where it comes from."""
    request = get_request(request_id, by=by)
    if kind not in rules.KINDS:
        raise InvalidInputError(_("Kies wat voor bericht het is."))
    request.kind = kind
    request.place_id = place_id
    _record(request, "sorted", by)


def assign(request_id: int, person_id: int, *, by: Actor) -> None:
    """Hand a request to somebody who answers requests, from now on theirs.

    Raises InvalidInputError for anybody else.
    """
    policy.require_right(by, policies.ASSIGN)
    request = get_request(request_id, by=by)
    if not answers_requests(person_id, by=by):
        sentence = _("Kies iemand die berichten beantwoordt.")
        raise InvalidInputError(sentence, fields={"person": sentence})
    request.handled_by_id = person_id
    _record(request, "assigned", by)


def hand_over(request_id: int, place_id: int, *, by: Actor) -> None:
    """Hand a request that waits over to the coordinators of another region.

    It leaves the own list; until somebody there does anything with it, it can be taken back. Who
    wrote it hears nothing: they were promised a call, and that stays. Raises InvalidInputError
    for a place where no other coordinator works, ConflictError when nobody waits any more.
    """
    policy.require_right(by, policies.ASSIGN)
    request = get_request(request_id, by=by)
    if not request.is_open:
        raise ConflictError(_("Dit bericht is klaar. Doorgeven hoeft niet meer."))
    if place_id not in {one.id for one in region_choices(by)}:
        sentence = _("Kies een regio waar een andere coördinator werkt.")
        raise InvalidInputError(sentence, fields={"region": sentence})
    db.session.add(
        ContactHandover(
            request_id=request.id,
            from_place_id=request.place_id,
            from_handler_id=request.handled_by_id,
            to_place_id=place_id,
            at=clock.now(),
            by_id=by.person_id,
        )
    )
    request.place_id, request.handled_by_id = place_id, None
    _record(request, "handed-over", by)


def take_back(request_id: int, *, by: Actor) -> None:
    """Undo a handover: the request is back where it was.

    Raises NotFoundError for what never left the actor's region, ConflictError when somebody
    picked it up.
    """
    policy.require_right(by, policies.ASSIGN)
    request = db.session.get(ContactRequest, request_id, with_for_update=True)
    handover = db.session.scalars(
        sa.select(ContactHandover)
        .where(ContactHandover.request_id == request_id, policies.gave_away(by))
        .order_by(ContactHandover.id.desc())
        .limit(1)
    ).one_or_none()
    if request is None or handover is None:
        raise NotFoundError
    if handover.outcome is not None:
        raise ConflictError(_("Dit bericht is al opgepakt. Bel de coördinator van die regio."))
    request.place_id, request.handled_by_id = handover.from_place_id, handover.from_handler_id
    _end(handover, "taken_back", by=by)
    _record(request, "taken-back", by)


def take_step(request_id: int, step: str, *, by: Actor, talk_on: date | None = None) -> None:
    """Bring a request to its next state; who does it handles it, unless somebody already does.

    Raises ConflictError when the step does not follow, InvalidInputError without a day for a talk.
    """
    request = get_request(request_id, by=by)
    if step not in rules.STATES or not rules.may_follow(request.state, step):
        raise ConflictError(
            _("Deze stap kan nu niet. Kijk eerst hoe het bericht er nu voor staat.")
        )
    if step == "talk_planned":
        if talk_on is None or talk_on < clock.today():
            sentence = _("Kies een dag voor het gesprek: vandaag of later.")
            raise InvalidInputError(sentence, fields={"talk_on": sentence})
        request.talk_on = talk_on
    if not request.is_open and step in rules.WAITING:
        request.answer_by = rules.answer_by(clock.today())  # who comes back waits from today
    request.state = step
    request.is_open = step in rules.WAITING
    request.handled_by_id = request.handled_by_id or by.person_id
    if step == "spam":
        request.kind = "spam"
    db.session.add(
        ContactStep(request_id=request.id, to_state=step, at=clock.now(), by_id=by.person_id)
    )
    _record(request, step.replace("_", "-"), by)


def note_no_answer(request_id: int, *, by: Actor) -> None:
    """Count a call that nobody answered; after three the request rests."""
    request = get_request(request_id, by=by)
    if request.state not in rules.WAITING:
        raise ConflictError(_("Dit bericht wacht niet meer op een telefoontje."))
    request.tries += 1
    request.handled_by_id = request.handled_by_id or by.person_id
    _record(request, "called", by)
    if request.tries >= rules.MOST_TRIES:
        take_step(request_id, "no_answer", by=by)


def link_person(request_id: int, person_id: int, *, by: Actor) -> None:
    """Say which of the people we know wrote the message.

    Raises NotFoundError for who is out of the actor's reach, ConflictError when nobody waits for
    an answer any more.
    """
    policy.require_right(by, APPLY)
    request = _request_to_link(request_id, by=by)
    if find_in_reach(person_id, by, APPLY) is None:
        raise NotFoundError
    _link(request, person_id, by=by)


def unlink_person(request_id: int, *, by: Actor) -> None:
    """Take back who wrote the message: it was somebody else. Raises as `link_person` does."""
    policy.require_right(by, APPLY)
    request = _request_to_link(request_id, by=by)
    _record(request, "unlinked", by)
    request.person_id = None


def _request_to_link(request_id: int, *, by: Actor) -> ContactRequest:
    request = get_request(request_id, by=by)
    if not request.is_open:
        raise ConflictError(_("Dit bericht is al klaar. Wie het schreef, verandert niet meer."))
    return request


def _link(request: ContactRequest, person_id: int, *, by: Actor) -> None:
    request.person_id = person_id
    _record(request, "linked", by)


def _record(request: ContactRequest, action: str, by: Actor) -> None:
    audit.record(
        f"contact:request:{action}",
        ("contact_request", request.id),
        by=by,
        subject_id=request.person_id,
        state=request.state,
    )


def make_application(request_id: int, new: NewPerson, cohort_id: int, *, by: Actor) -> int:
    """Turn a message into an application to a cohort, adding the person if we do not know them.

    Returns the enrolment's id. Raises what adding the person or applying refuses, and
    InvalidInputError for an e-mail address that is none.
    """
    request = get_request(request_id, by=by)
    if new.email and not looks_like_mailbox(clean_mailbox(new.email)):
        sentence = _("Dit lijkt geen e-mailadres.")
        raise InvalidInputError(sentence, fields={"email": sentence})
    if request.person_id is None:
        person = persons.add_person(new, by=by)
        _link(request, person.id, by=by)
    assert request.person_id is not None  # noqa: S101 - linked just now
    enrolment_id = enrolment.apply(request.person_id, cohort_id, by=by)
    take_step(request.id, "application", by=by)
    return enrolment_id
