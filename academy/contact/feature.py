"""Manifest of contact."""

from __future__ import annotations

from datetime import date

from flask import url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from academy.contact import policies, queries, services, views
from academy.contact.queries import RequestRow
from academy.kernel import clock, mail
from academy.kernel.feature import Feature, NavItem, TodayItem
from academy.kernel.i18n import short_day
from academy.kernel.policy import Actor

mail.register_values(services.CONFIRMATION, services.confirmation_values)

MOST_ON_TODAY = 5
EXCERPT_LETTERS = 90


def today(actor: Actor) -> list[TodayItem]:
    """Return the talks of today or before, and the messages that wait, oldest first."""
    if not actor.may(policies.HANDLE):
        return []
    page = queries.request_rows(actor, waiting=True, limit=MOST_ON_TODAY)
    return [_item(row) for row in page.rows]


def _item(row: RequestRow) -> TodayItem:
    name = row.name or gettext("Iemand")
    if row.state == "talk_planned" and row.talk_on is not None:
        return _talk(row, name, row.talk_on)
    late = ""
    if row.days_late:
        late = ngettext("%(num)d werkdag te laat", "%(num)d werkdagen te laat", row.days_late)
    return TodayItem(
        title=gettext("%(name)s schreef ons", name=name),
        why=_why(row),
        action=gettext("Open het bericht"),
        href=url_for("contact.show", request_id=row.id),
        icon="message",
        urgency=1 if row.days_late else 2,
        due_on=row.answer_by,
        badge_kind="overdue" if row.days_late else "",
        badge_word=late,
    )


def _talk(row: RequestRow, name: str, talk_on: date) -> TodayItem:
    """A talk waits on its day, and afterwards until somebody says how it went."""
    is_over, is_today = talk_on < clock.today(), talk_on == clock.today()
    word = gettext("vandaag") if is_today else gettext("hoe ging het?") if is_over else ""
    return TodayItem(
        title=gettext("Gesprek met %(name)s", name=name),
        why=gettext("Op %(day)s. %(why)s", day=short_day(talk_on), why=_why(row)),
        action=gettext("Open het bericht"),
        href=url_for("contact.show", request_id=row.id),
        icon="message",
        urgency=1 if is_over or is_today else 3,
        due_on=talk_on,
        badge_kind="overdue" if is_over else "waiting" if is_today else "",
        badge_word=word,
    )


def _why(row: RequestRow) -> str:
    message = row.message[:EXCERPT_LETTERS] + ("…" if len(row.message) > EXCERPT_LETTERS else "")
    day = short_day(row.received_at)
    said: str = gettext("Bericht van %(day)s: ‘%(message)s’", day=day, message=message)
    if row.handed_at is None:
        return said
    by = row.handed_by or gettext("iemand")
    handed: str = gettext(
        "Doorgegeven door %(name)s op %(day)s.", name=by, day=short_day(row.handed_at)
    )
    return f"{handed} {said}"


FEATURE = Feature(
    name="contact",
    blueprints=(views.bp,),
    capabilities=policies.ALL,
    today=today,
    navigation=(NavItem(_("Berichten"), "contact.inbox", "message", policies.HANDLE, 22),),
)
