"""Taking one's data along: asked for, made by a worker, fetched for some days, then gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import undefer

from academy.coaching.queries.plans import PlanHead, find_plan_head
from academy.coaching.services.documents import make_log
from academy.coaching.services.reading import note_reading
from academy.kernel import audit, clock, policy, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.policy import SYSTEM, Actor, Reach
from academy.people.models import Person
from academy.people.queries.actors import actor_for
from academy.privacy.adapters.overview import overview
from academy.privacy.adapters.zipping import locked, opened, zipped
from academy.privacy.models import DataExport
from academy.privacy.policies import FETCH_FOR, OWN_EXPORT
from academy.privacy.queries.collected import Collected, Kind, collect, names_around
from academy.privacy.queries.standing import all_plans, has_account, is_erased
from academy.privacy.rules.answers import EXPORT_DAYS
from academy.privacy.services.requests import require_may_ask

MAKE_JOB = "privacy.make_export"
FILE_NAME = "mijn-gegevens.zip"


def ask_export(person_id: int, *, by: Actor, reaches: Sequence[Reach] = ()) -> int:
    """Note that somebody wants their data, and have the file made; return the export's id.

    Raises NotFoundError out of reach, ConflictError while one is being made.
    """
    require_may_ask(person_id, by=by, reaches=reaches)
    policy.require_step_up(by, OWN_EXPORT, clock.real_now())
    if db.session.get(Person, person_id) is None or is_erased(person_id):
        raise NotFoundError
    export_id = queue.insert_once(
        DataExport,
        person_id=person_id,
        asked_by_id=by.person_id,
        asked_at=clock.now(),
        state="asked",
    )
    if export_id is None:
        raise ConflictError(_("Je gegevens worden al bij elkaar gezocht."))
    queue.enqueue(MAKE_JOB, key=str(export_id), export_id=export_id)
    _record("asked", export_id, person_id, by=by)
    return export_id


def make_export(export_id: int) -> None:
    """Make the file of an export; a second time changes nothing. The job behind `ask_export`.

    The logs of guidance are written down as read by who asked, before anything of them is read.
    """
    with unit_of_work():
        export = db.session.get(DataExport, export_id)
        if export is None or export.state != "asked":
            return
        person_id, asked_by_id = export.person_id, export.asked_by_id
        asker = actor_for(asked_by_id, origin="job")
        plans = [find_plan_head(one) for one in all_plans(person_id)]
        others = names_around(person_id)
    with force_locale("nl"):
        logs = {
            f"logboek-{one.id}.pdf": _log(one, by=asker, names=others)
            for one in plans
            if one is not None
        }
        with unit_of_work():
            found = collect(person_id)
        paper = _overview(found, by=asker)
    files = {"overzicht.pdf": paper, **logs, **found.files}
    content = zipped({one.name: one.rows for one in found.kinds}, found.done, files)
    with unit_of_work():
        export = db.session.get_one(DataExport, export_id, with_for_update=True)
        if export.state == "asked":
            export.content, export.size_bytes = locked(content), len(content)
            export.state, export.made_at = "made", clock.now()
            export.ends_at = clock.now() + timedelta(days=EXPORT_DAYS)
            _record("made", export_id, person_id, by=asker)


def _log(plan: PlanHead, *, by: Actor, names: Collection[str]) -> bytes:
    """Return a whole log, black where `names` stand.

    Who asks for another is noted as its reader; the machine makes it.
    """
    if by.person_id != plan.person_id:
        note_reading(plan.id, "export", by=by)
        by = SYSTEM
    return make_log(plan, by=by, audience=plan.call_name, names=names, is_masked=True).pdf


def _overview(found: Collected, *, by: Actor) -> bytes:
    groups: dict[str, list[Kind]] = {}
    for kind in found.kinds:
        groups.setdefault(kind.group, []).append(kind)
    return overview(
        found.name,
        [(group, [(one.name, one.rows) for one in kinds]) for group, kinds in groups.items()],
        made_by=by.display_name,
        files=sorted(found.files),
    )


def fetch_export(export_id: int, *, by: Actor) -> bytes:
    """Return the file, and record that it was fetched.

    The person fetches what is theirs; of somebody else only a privacy officer what they asked
    for themselves, and what anybody asked for who has no account. Then the logs of guidance in it
    are written down as read by that officer. Raises NotFoundError for everybody else and for a file
    that ended.
    """
    export = _fetchable(export_id, by=by)
    if by.person_id not in (export.person_id, export.asked_by_id):
        for plan_id in all_plans(export.person_id):
            note_reading(plan_id, "export", by=by)
        export = _fetchable(export_id, by=by)
    content = opened(export.content) if export.content is not None else None
    if content is None or (export.ends_at is not None and export.ends_at <= clock.now()):
        raise NotFoundError
    export.fetched_at = clock.now()
    _record("fetched", export.id, export.person_id, by=by)
    return content


def _fetchable(export_id: int, *, by: Actor) -> DataExport:
    """Return an export that is made and that `by` may fetch, held for a change."""
    export = db.session.get(
        DataExport,
        export_id,
        with_for_update=True,
        options=[undefer(DataExport.content)],
    )
    if export is None or export.state != "made" or export.content is None:
        raise NotFoundError
    if by.person_id != export.person_id and not _hands_over(export, by):
        raise NotFoundError
    policy.require_step_up(by, OWN_EXPORT, clock.real_now())
    return export


def _hands_over(export: DataExport, by: Actor) -> bool:
    """Say whether `by` fetches a file to give it to whose it is."""
    is_asker = by.person_id is not None and by.person_id == export.asked_by_id
    return by.may(FETCH_FOR) and (is_asker or not has_account(export.person_id))


def end_old() -> int:
    """Let the files go whose days are over; returns how many."""
    ended = DataExport.ends_at <= clock.now()
    stuck = sa.and_(
        DataExport.state == "asked", DataExport.asked_at < clock.now() - timedelta(days=EXPORT_DAYS)
    )
    changed: sa.CursorResult[object] = db.session.execute(  # type: ignore[assignment]
        sa.update(DataExport)
        .where(sa.or_(sa.and_(DataExport.state == "made", ended), stuck))
        .values(state="ended", content=None)
    )
    return changed.rowcount


def _record(what: str, export_id: int, person_id: int, *, by: Actor) -> None:
    audit.record(
        f"privacy:export:{what}",
        ("data_export", export_id),
        by=by,
        subject_id=person_id,
        on_behalf_of=audit.on_behalf(by, person_id),
    )
