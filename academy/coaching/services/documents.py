"""The coaching log on paper: made on demand, sealed, for somebody and on a day, never stored.

Three editions: the participant's own, a dossier, and what a new coach gets at a handover. All are
sealed with the leaf for coaching, so that none can pass for a certificate.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching.adapters.printed import lay_out, render
from academy.coaching.models import LogEntry
from academy.coaching.queries.handover import horizon_for
from academy.coaching.queries.log import EntryView, all_actions, all_entries, all_reads
from academy.coaching.queries.plans import PlanHead
from academy.coaching.rules.masking import beginnings
from academy.coaching.services.editions import (
    HANDED_OVER,
    Contents,
    Making,
    month,
    page_values,
    texts_of,
    watermark,
    without_black,
    without_others,
)
from academy.coaching.services.reading import note_document, note_reading
from academy.coaching.services.third_parties import called, phrases
from academy.kernel import clock
from academy.kernel.documents import DocumentError
from academy.kernel.i18n import pick
from academy.kernel.pdf.paper import DocumentNotMadeError
from academy.kernel.policy import Actor
from academy.kernel.settings import current
from certificates.services.sealing import SealedDocument, seal_coaching_log

MOST_FIGURES = 8


def make_log(
    plan: PlanHead,
    *,
    by: Actor,
    audience: str,
    edition: str = "participant",
    names: Collection[str] = (),
    is_masked: bool = False,
) -> SealedDocument:
    """Return the log of a plan as a sealed PDF/UA file, for `audience` (a short text).

    `edition` is participant, dossier or handover; the caller knows that this may be, for a handover
    that the participant said yes. Without signals. The reading is written down first, the file's
    hash after. It holds no more than `by` may read; black is what somebody marked, and every name
    in `names`. A handover and what `is_masked` name nobody else. Raises DocumentNotMadeError and
    ReadingNotNotedError.
    """
    at = note_reading(plan.id, "pdf", by=by, edition=edition)
    contents = _contents(plan, edition, by=by, names=names)
    if is_masked or edition == "handover":
        contents = _masked(contents)
    maker = by.display_name if by.person_id is not None else current().name
    making = Making(edition, audience, maker, at)
    page = lay_out(
        page_values(contents, making),
        energy=[(month(on), figure) for on, figure in contents.energy],
        watermark=watermark(making),
    )
    try:
        made = seal_coaching_log(
            render(page),
            reason=_("Dit logboek is niet veranderd nadat de academie het maakte."),
            field_label=_("Zegel van de academie"),
        )
    except DocumentError as error:
        sentence = pick({"nl": error.sentence, "en": error.sentence_en})
        raise DocumentNotMadeError(sentence) from error
    note_document(plan.id, made.sha256, by=by, at=at)
    return made


def _contents(plan: PlanHead, edition: str, *, by: Actor, names: Collection[str]) -> Contents:
    """Return what this edition holds: no more than `by` may read, black what is marked."""
    today = clock.today()
    within = horizon_for(plan, by).entries()
    is_handover = edition == "handover"
    if is_handover:
        within = sa.and_(within, LogEntry.happened_on >= today - HANDED_OVER)
    entries = all_entries(plan.id, now=clock.now(), within=within)
    contents = Contents(
        plan=plan,
        entries=entries,
        actions=all_actions(plan.id, today=today, within=within),
        energy=_energy(entries),
        reads=all_reads(plan.id) if edition == "dossier" else (),
    )
    return without_black(contents, names=names)


def _masked(contents: Contents) -> Contents:
    among = called(beginnings(texts_of(contents)))
    return without_others(contents, called=among, phrases=phrases(contents.plan.place_name))


def _energy(entries: tuple[EntryView, ...]) -> tuple[tuple[date, int], ...]:
    """Return the latest figures that the participant gave, oldest first."""
    standing = sorted((one.standing for one in entries), key=lambda one: one.happened_on)
    given = [(one.happened_on, one.energy) for one in standing if one.energy is not None]
    return tuple(given[-MOST_FIGURES:])
