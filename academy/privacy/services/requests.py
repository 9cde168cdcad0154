"""Asking to be forgotten, thinking again, and doing it when its day has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, mail, policy, queue
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import SYSTEM, Actor, Reach
from academy.people.models import Grant, Person
from academy.privacy.adapters.forgotten import Forgotten
from academy.privacy.models import WAYS, ErasureRequest
from academy.privacy.policies import ASK_FOR, OWN_ERASURE
from academy.privacy.queries.standing import (
    has_rights,
    has_something_open,
    held_certificates,
    is_erased,
)
from academy.privacy.rules.answers import COOLING_OFF_DAYS, LATEST_DAYS, WISHES, Wish
from academy.privacy.services.erasing import erase, salt_hash

ASKED_MAIL = "privacy/erasure_asked"
WIPE_JOB = "privacy.wipe"


def require_may_ask(person_id: int, *, by: Actor, reaches: Sequence[Reach] = ()) -> None:
    """Refuse who is not the person and not somebody who may ask where the person lies."""
    if by.person_id == person_id and by.person_id is not None:
        return
    covered = any(policy.covers(by, ASK_FOR, one) for one in (Reach(person_id=person_id), *reaches))
    if not covered:
        raise NotFoundError


def ask_erasure(
    person_id: int,
    wishes: Mapping[str, str],
    *,
    by: Actor,
    way: str = "self",
    reaches: Sequence[Reach] = (),
) -> ErasureRequest:
    """Note that somebody wants to be forgotten; it happens after some days to think again.

    `wishes` says per certificate number: keep, hide or withdraw. `by` may ask for another who
    phoned or wrote (`way`). Raises NotFoundError out of reach, ConflictError for who has rights
    or asked before, InvalidInputError for an unknown wish or way.
    """
    require_may_ask(person_id, by=by, reaches=reaches)
    policy.require_step_up(by, OWN_ERASURE, clock.real_now())
    person = db.session.get(Person, person_id, with_for_update=True)
    if person is None or is_erased(person_id):
        raise NotFoundError
    if has_rights(person_id):
        raise ConflictError(
            _("Er zijn nog rechten in de academie. Een beheerder neemt die eerst terug.")
        )
    if (by.person_id == person_id) != (way == "self") or way not in WAYS:
        sentence = _("Kies hoe de vraag kwam.")
        raise InvalidInputError(sentence, fields={"way": sentence})
    now = clock.now()
    request_id = queue.insert_once(
        ErasureRequest,
        person_id=person_id,
        asked_by_id=by.person_id,
        way=way,
        asked_at=now,
        due_at=now + timedelta(days=COOLING_OFF_DAYS),
        latest_at=now + timedelta(days=LATEST_DAYS),
        wishes=_checked(person_id, wishes),
        state="asked",
    )
    if request_id is None:
        raise ConflictError(_("Dit is al gevraagd."))
    _record("asked", request_id, person_id, by=by, way=way)
    if person.email:
        key = f"erasure-{request_id}"
        mail.send(
            ASKED_MAIL,
            to=person.email,
            person_id=person_id,
            language=person.ui_language,
            key=key,
            request_id=request_id,
        )
    return db.session.get_one(ErasureRequest, request_id)


def _checked(person_id: int, wishes: Mapping[str, str]) -> dict[str, str]:
    """Return a wish for every certificate; where none is given it stays verifiable."""
    if not set(wishes.values()) <= set(WISHES):
        sentence = _("Kies wat er met het certificaat gebeurt.")
        raise InvalidInputError(sentence, fields={"wish": sentence})
    return {one.number: wishes.get(one.number, Wish.KEEP) for one in held_certificates(person_id)}


def undo_erasure(person_id: int, *, by: Actor, reaches: Sequence[Reach] = ()) -> None:
    """Leave everything as it is.

    Raises NotFoundError out of reach and when nothing waits, ConflictError for what somebody asked
    without `by`: only they can take that back.
    """
    require_may_ask(person_id, by=by, reaches=reaches)
    request = db.session.scalars(
        sa.select(ErasureRequest)
        .where(ErasureRequest.person_id == person_id, ErasureRequest.state == "asked")
        .with_for_update()
    ).one_or_none()
    if request is None:
        raise NotFoundError
    if request.way == "self" and by.person_id != person_id:
        raise ConflictError(_("Dit is zelf gevraagd. Alleen wie het vroeg, kan het terugnemen."))
    request.state, request.closed_at = "undone", clock.now()
    _record("undone", request.id, person_id, by=by)


def mail_values(request_id: int) -> dict[str, object] | None:
    """Return what the mail prints; None when the request was undone or done."""
    request = db.session.get(ErasureRequest, request_id)
    if request is None or request.state != "asked":
        return None
    return {"on": request.due_at.astimezone(clock.AMSTERDAM).date()}


# --- when its day has come ---------------------------------------------------------------------


def due_requests() -> list[int]:
    """Return the requests whose days to think are over, the first asked first."""
    return list(
        db.session.scalars(
            sa.select(ErasureRequest.id)
            .where(ErasureRequest.state == "asked", ErasureRequest.due_at <= clock.now())
            .order_by(ErasureRequest.due_at, ErasureRequest.id)
        )
    )


def carry_out(request_id: int) -> bool:
    """Forget the person of a request, unless something must be finished first; say whether.

    What is open waits at most until the last day that was promised. Who got rights in the meantime
    stays. A second time changes nothing.
    """
    request = db.session.get(ErasureRequest, request_id, with_for_update=True)
    now = clock.now()
    if request is None or request.state != "asked" or request.due_at > now:
        return False
    waits = has_something_open(request.person_id) and now < request.latest_at
    if waits or has_rights(request.person_id):
        return False
    person_id, wishes = request.person_id, {k: str(v) for k, v in request.wishes.items()}
    erase(person_id, wishes, by=SYSTEM)
    close(person_id, "erased")
    return True


def close(person_id: int, state: str) -> None:
    """Note of a person's request that the rows are empty, or the bytes gone; wiping follows."""
    request = db.session.scalars(
        sa.select(ErasureRequest)
        .where(ErasureRequest.person_id == person_id, ErasureRequest.state.in_(("asked", "erased")))
        .with_for_update()
    ).one_or_none()
    if request is None:
        return
    request.state, request.closed_at = state, clock.now()
    if state == "erased":
        queue.enqueue(WIPE_JOB, key=f"person-{person_id}-{request.id}", person_id=person_id)


def forget_again(one: Forgotten) -> bool:
    """Forget somebody who came back with a restored backup; say whether it was needed.

    A number that was given out anew is somebody else: the salt tells.
    """
    person = db.session.get(Person, one.person, with_for_update=True)
    if person is None or is_erased(one.person) or salt_hash(one.person) != one.salt_hash:
        return False
    yesterday = clock.today() - timedelta(days=1)
    for grant in db.session.scalars(sa.select(Grant).where(Grant.person_id == one.person)):
        grant.valid_to = min(grant.valid_to or yesterday, yesterday)
    now = clock.now()
    db.session.execute(
        sa.delete(ErasureRequest).where(
            ErasureRequest.person_id == one.person, ErasureRequest.state == "asked"
        )
    )
    values = {"person_id": one.person, "asked_by_id": one.person, "way": "self", "state": "asked"}
    moments = {"asked_at": now, "due_at": now, "latest_at": now}
    db.session.add(ErasureRequest(**values, **moments, wishes=dict(one.wishes)))
    db.session.flush()  # the rows go past the session
    erase(one.person, one.wishes, by=SYSTEM)
    close(one.person, "erased")
    return True


def _record(what: str, request_id: int, person_id: int, *, by: Actor, way: str = "") -> None:
    audit.record(
        f"privacy:erasure:{what}",
        ("erasure_request", request_id),
        by=by,
        subject_id=person_id,
        on_behalf_of=audit.on_behalf(by, person_id),
        **({"way": way} if way else {}),
    )
