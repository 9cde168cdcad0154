"""The coaching log: drafts, entries, the participant's own words, corrections, agreed actions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching import policies, rules
from academy.coaching.events import ContactLogged
from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry, OwnWords
from academy.coaching.queries.promises import organisation_near
from academy.coaching.queries.standing import latest_energies, version_that_stands, versions_of
from academy.coaching.services.actions import Settling, settle_carried
from academy.coaching.services.dates import check_kind, move_dates, note_review
from academy.coaching.services.plans import end_pause, get_plan
from academy.coaching.services.sheets import settle_told
from academy.kernel import audit, clock, events
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor

TEXT_LENGTH = 8000
ACTION_LENGTH = 300
_FINALISE = (
    sa.update(LogEntry)
    .where(LogEntry.state == "shared", LogEntry.shared_at <= sa.bindparam("shared_before"))
    .values(state="final", final_at=sa.bindparam("now"))
)
_FINALISE_OF_PLAN = _FINALISE.where(LogEntry.plan_id == sa.bindparam("plan"))


@dataclass(frozen=True, slots=True)
class NewAction:
    """One agreement: who does what before when."""

    text: str
    due_on: date
    owner: str = "participant"
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """What a coach writes down of one contact. `energy` is the participant's own figure, 1 to 5.

    `settled` is what became of agreements from before, `steps_done` which steps of the plan are
    done; a draft does neither yet.
    """

    kind: str
    happened_on: date
    minutes: int | None = None
    discussed: str = ""
    went_well: str = ""
    is_hard: str = ""
    energy: int | None = None
    actions: tuple[NewAction, ...] = field(default=())
    settled: tuple[Settling, ...] = field(default=())
    steps_done: tuple[int, ...] = ()


def save_draft(
    plan_id: int,
    contact: Contact,
    *,
    by: Actor,
    form_key: str | None = None,
    source_id: str | None = None,
) -> LogEntry:
    """Keep what the coach is writing; only the coach sees it. One draft per plan and coach.

    A yearly review has one of its own. Raises ConflictError when this form was sent already, or
    another draft is open.
    """
    plan = _plan_to_write(plan_id, by)
    entry = _find_draft(plan_id, by, of_review=contact.kind == "yearly_review")
    sent = _find_by_key(form_key, plan_id)
    if sent is not None and sent.state != "draft":
        raise ConflictError(_("Dit gesprek staat al in het logboek."))
    if entry is not None and entry.form_key != form_key:
        raise ConflictError(_("Je schreef al iets op over een ander gesprek. Maak dat eerst af."))
    is_new = entry is None
    if entry is None:
        entry = _new_entry(plan, by, form_key=form_key, source_id=source_id)
    _fill(entry, contact)
    _set_actions(entry, contact.actions, plan, is_new=is_new)
    return entry


def log_contact(
    plan_id: int,
    contact: Contact,
    *,
    by: Actor,
    form_key: str | None = None,
    source_id: str | None = None,
) -> LogEntry:
    """Add an entry that the participant can read at once; the draft of the same form becomes it.

    Sent twice with one `form_key`, it stays one entry. The next contact moves along.
    """
    plan = _plan_to_write(plan_id, by)
    _check(contact)
    entry = _find_by_key(form_key, plan_id)
    if entry is not None and entry.state != "draft":
        return entry
    is_new = entry is None
    if entry is None:
        entry = _new_entry(plan, by, form_key=form_key, source_id=source_id)
    _mark_shared(entry)
    _fill(entry, contact)
    _set_actions(entry, contact.actions, plan, is_new=is_new)
    settle_carried(plan, contact.settled, by=by)
    settle_told(plan, contact.steps_done, by=by)
    _share(entry, plan, by)
    return entry


def share(entry_id: int, *, by: Actor) -> LogEntry:
    """Show the draft of a talk to the participant as it is."""
    plan = _plan_to_write(_plan_id_of(entry_id), by)
    entry = get_entry(entry_id)
    is_talk = entry.state == "draft" and entry.kind != "yearly_review"
    if not is_talk or entry.coach_id != by.person_id:
        raise NotFoundError
    _mark_shared(entry)
    _share(entry, plan, by)
    return entry


def correct(
    entry_id: int, contact: Contact, *, by: Actor, source_id: str | None = None
) -> LogEntry:
    """Put a correction under an entry; what stood there stays readable.

    It counts instead: a day that was wrong moves the next contact. Sent twice it stays one.
    """
    plan = get_plan(_plan_id_of(entry_id))
    policies.require_guide(by, plan)
    wrong = get_entry(entry_id)
    if wrong.state == "draft":
        raise ConflictError(_("Dit gesprek is nog niet af. Verander het gewoon."))
    before = version_that_stands(wrong.corrects_id or wrong.id)
    _check(contact)
    if _says(before, contact, by):
        return before
    check_kind(before, contact.kind)
    entry = _new_entry(plan, by, form_key=None, source_id=source_id)
    entry.corrects_id = wrong.corrects_id or wrong.id
    _mark_shared(entry)
    _fill(entry, contact)
    if (before.happened_on, before.kind) != (entry.happened_on, entry.kind):
        move_dates(entry, plan, was=before.kind, by=by)
    plan.is_energy_low = _is_energy_low(plan.id)
    _record("corrected", entry, by)
    return entry


def mark_seen(entry_id: int, *, by: Actor, on_behalf_of: int | None = None) -> LogEntry:
    """Note that the participant read a talk (or heard it read aloud); it is final then.

    The corrections stand under it: they are read with it.
    """
    entry = get_entry(entry_id)
    _require_for_participant(entry, by, on_behalf_of)
    for one in versions_of(entry.corrects_id or entry.id):
        if one.seen_at is None:
            one.seen_at = clock.now()
            if one.state == "shared":
                one.state, one.final_at = "final", one.seen_at
            _record("seen", one, by, on_behalf_of=on_behalf_of)
    return entry


def add_own_words(
    entry_id: int, words: str, *, by: Actor, on_behalf_of: int | None = None
) -> OwnWords:
    """Add the participant's own words to an entry; a coach may type them on their behalf.

    Sent twice they stand there once.
    """
    entry = get_entry(entry_id)
    _require_for_participant(entry, by, on_behalf_of)
    words = words.strip()
    if not words or len(words) > TEXT_LENGTH:
        sentence = _("Schrijf wat jij erbij wilt zetten.")
        raise InvalidInputError(sentence, fields={"words": sentence})
    mark_seen(entry_id, by=by, on_behalf_of=on_behalf_of)
    before = sa.select(OwnWords).where(
        OwnWords.entry_id == entry_id, OwnWords.by_id == by.person_id
    )
    for one in db.session.scalars(before):
        if one.words == words:
            return one
    own = OwnWords(entry_id=entry.id, words=words, at=clock.now(), by_id=by.person_id)
    db.session.add(own)
    _record("own-words-added", entry, by, on_behalf_of=on_behalf_of)
    return own


def finalise_due() -> int:
    """Store that entries shared more than a week ago are final; they count as final already."""
    return _finalise(_FINALISE)


def get_entry(entry_id: int) -> LogEntry:
    """Return the entry, locked for changing. Raises NotFoundError."""
    entry = db.session.get(LogEntry, entry_id, with_for_update=True)
    if entry is None:
        raise NotFoundError
    return entry


# --- parts -----------------------------------------------------------------------------------


def _plan_to_write(plan_id: int, by: Actor) -> CoachingPlan:
    plan = get_plan(plan_id)
    policies.require_guide(by, plan)
    if plan.state not in rules.LIVE_STATES:
        raise ConflictError(_("Jullie zijn nog niet begonnen, of zijn gestopt."))
    return plan


def _plan_id_of(entry_id: int) -> int:
    """Return the plan of an entry: it is locked first, then the entry, everywhere."""
    plan_id = db.session.scalar(sa.select(LogEntry.plan_id).where(LogEntry.id == entry_id))
    if plan_id is None:
        raise NotFoundError
    return plan_id


def _find_draft(plan_id: int, by: Actor, *, of_review: bool) -> LogEntry | None:
    return db.session.scalars(
        sa.select(LogEntry)
        .where(
            LogEntry.plan_id == plan_id,
            LogEntry.coach_id == by.person_id,
            LogEntry.state == "draft",
            (LogEntry.kind == "yearly_review") == of_review,
        )
        .with_for_update()
    ).one_or_none()


def _find_by_key(form_key: str | None, plan_id: int) -> LogEntry | None:
    if form_key is None:
        return None
    return db.session.scalars(
        sa.select(LogEntry)
        .where(LogEntry.form_key == form_key, LogEntry.plan_id == plan_id)
        .with_for_update()
    ).one_or_none()


def _new_entry(
    plan: CoachingPlan, by: Actor, *, form_key: str | None, source_id: str | None
) -> LogEntry:
    now = clock.now()
    return LogEntry(
        source_id=source_id,
        plan_id=plan.id,
        person_id=plan.person_id,
        coach_id=by.person_id,
        state="draft",
        form_key=form_key,
        created_at=now,
        saved_at=now,
    )


def _check(contact: Contact) -> None:
    texts = (contact.discussed, contact.went_well, contact.is_hard)
    checks = (
        ("kind", contact.kind in rules.ENTRY_KINDS, _("Kies hoe jullie elkaar spraken.")),
        (
            "happened_on",
            contact.happened_on <= clock.today(),
            _("Deze dag moet nog komen. Kies de dag van het gesprek."),
        ),
        (
            "minutes",
            contact.minutes is None or 0 <= contact.minutes <= rules.MOST_MINUTES,
            _("Vul 0 tot 600 minuten in."),
        ),
        (
            "discussed",
            bool(contact.discussed.strip()),
            _("Schrijf in één zin waar het over ging."),
        ),
        (
            "discussed",
            max(map(len, texts)) <= TEXT_LENGTH,
            _("Deze tekst is te lang. Schrijf het korter."),
        ),
        ("energy", contact.energy in (None, 1, 2, 3, 4, 5), _("Kies een cijfer van 1 tot 5.")),
        (
            "action",
            all(len(action.text) <= ACTION_LENGTH for action in contact.actions),
            _("Schrijf de afspraak in één zin."),
        ),
    )
    wrong = {field: sentence for field, holds, sentence in checks if not holds}
    if wrong:
        raise InvalidInputError(next(iter(wrong.values())), fields=wrong)


def _says(entry: LogEntry, contact: Contact, by: Actor) -> bool:
    """Say whether this very correction was made already: what waited on a device comes twice."""
    texts = (contact.discussed, contact.went_well, contact.is_hard)
    figures = (contact.kind, contact.happened_on, contact.minutes, contact.energy)
    return (
        entry.corrects_id is not None
        and entry.coach_id == by.person_id
        and (entry.kind, entry.happened_on, entry.minutes, entry.energy) == figures
        and (entry.discussed, entry.went_well, entry.is_hard) == tuple(map(str.strip, texts))
    )


def _fill(entry: LogEntry, contact: Contact) -> None:
    entry.kind, entry.happened_on = contact.kind, contact.happened_on
    entry.minutes, entry.energy = contact.minutes, contact.energy
    entry.discussed = contact.discussed.strip()[:TEXT_LENGTH]
    entry.went_well = contact.went_well.strip()[:TEXT_LENGTH]
    entry.is_hard = contact.is_hard.strip()[:TEXT_LENGTH]
    entry.saved_at = clock.now()
    db.session.add(entry)
    db.session.flush()  # actions and the audit name the row


def _set_actions(
    entry: LogEntry, actions: Iterable[NewAction], plan: CoachingPlan, *, is_new: bool
) -> None:
    """Let the entry, a draft still, have exactly these actions."""
    if not is_new:
        db.session.execute(sa.delete(AgreedAction).where(AgreedAction.entry_id == entry.id))
    db.session.add_all(
        AgreedAction(
            source_id=action.source_id,
            entry_id=entry.id,
            plan_id=entry.plan_id,
            owner=action.owner,
            text=action.text.strip()[:ACTION_LENGTH],
            due_on=action.due_on,
            state="open",
            organisation_id=organisation_near(plan.place_id) if action.owner == "client" else None,
        )
        for action in actions
        if action.text.strip()
    )
    db.session.flush()  # a shared entry's actions are read in the same unit


def _share(entry: LogEntry, plan: CoachingPlan, by: Actor) -> None:
    plan.last_contact_on = max(plan.last_contact_on or entry.happened_on, entry.happened_on)
    if entry.kind == "yearly_review":
        note_review(entry, plan, by=by)
    _move_next_contact(plan)
    db.session.flush()  # the figures below read the table
    plan.is_energy_low = _is_energy_low(plan.id)
    _finalise(_FINALISE_OF_PLAN, plan=plan.id)
    _record("shared", entry, by)
    events.emit(ContactLogged(entry.id, plan.id, plan.person_id, entry.kind, entry.happened_on))


def _mark_shared(entry: LogEntry) -> None:
    entry.state, entry.shared_at = "shared", clock.now()


def _move_next_contact(plan: CoachingPlan) -> None:
    due = rules.next_contact_due(plan.last_contact_on or clock.today(), plan.rhythm_days)
    if plan.state == "paused" and plan.paused_until is not None:
        if plan.paused_until > clock.today():
            due = max(due, plan.paused_until)
        else:
            end_pause(plan)
    plan.next_contact_due = due


def _is_energy_low(plan_id: int) -> bool:
    """Say whether the last two figures that no correction replaced are low."""
    return rules.energy_low_twice(latest_energies(plan_id))


def _finalise(which: sa.Update, **values: int) -> int:
    now = clock.now()
    shared_before = now - rules.FINAL_AFTER
    result = db.session.execute(
        which,
        {"now": now, "shared_before": shared_before, **values},
        execution_options={"synchronize_session": False},
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def _require_for_participant(entry: LogEntry, by: Actor, on_behalf_of: int | None) -> None:
    """Let the participant act on a shared entry, or the coach on their behalf."""
    if entry.state == "draft":
        raise NotFoundError
    is_own = by.person_id == entry.person_id and on_behalf_of is None
    for_them = on_behalf_of == entry.person_id and policies.guides(by, entry.person_id)
    state = db.session.scalar(sa.select(CoachingPlan.state).where(CoachingPlan.id == entry.plan_id))
    if not (is_own or (for_them and state != "stopped")):
        raise NotFoundError


def _record(what: str, entry: LogEntry, by: Actor, *, on_behalf_of: int | None = None) -> None:
    audit.record(
        f"coaching:entry:{what}",
        ("coaching_log_entry", entry.id),
        by=by,
        subject_id=entry.person_id,
        on_behalf_of=on_behalf_of,
    )
