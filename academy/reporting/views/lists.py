"""Five lists of what may be forgotten, each row with one thing to do; and as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from academy.coaching.queries.overdue import OverdueRow, overdue_rows
from academy.kernel import clock
from academy.kernel.db import Page
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import day, moment, short_day
from academy.kernel.policy import Actor
from academy.kernel.web.blueprint import actor
from academy.reporting import services
from academy.reporting.adapters.spreadsheet import telephone, to_csv
from academy.reporting.policies import EXPORT, SEE_GROUPS, SEE_REGION
from academy.reporting.queries.missing import MissingRow, missing_rows
from academy.reporting.queries.standing import Judged, Judgement, everybody, judge, page_of
from academy.reporting.queries.unmarked import UnmarkedRow, unmarked_rows
from academy.reporting.queries.waiting import tally
from academy.reporting.views import words
from academy.reporting.views.blueprint import bp
from academy.reporting.views.counts import shown_counts
from academy.reporting.views.words import Badge

MOST_EXPORTED = 2000
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Line:
    """One row on a page. With `phone` the button calls, else it opens `todo_href`."""

    title: str
    href: str
    why: str
    badge: Badge
    action: str
    todo_href: str
    icon: str = "next"
    phone: str = ""


def _page(name: str, lines: Sequence[Line], cursor: str | None, found: Judgement | None) -> str:
    who = actor()
    is_first = "na" not in request.args
    judgement = (found or judge(who)) if is_first else None
    return render_template(
        f"reporting/{name}.html",
        name=name,
        lines=lines,
        next_href=url_for(f"reporting.{name}", na=cursor) if cursor else None,
        counts=shown_counts(tally(who, clock.today(), judgement), here=name),
        may_export=who.may(EXPORT),
        sees_region=who.may(SEE_REGION),
    )


# --- unmarked --------------------------------------------------------------------------------


@bp.page("/overzicht/niet-ingevuld", needs=SEE_GROUPS)
def unmarked() -> str:
    """Show the sessions whose register is open a day after they ended."""
    page = unmarked_rows(actor(), after=request.args.get("na"))
    return _page("unmarked", [_unmarked_line(row) for row in page.rows], page.next_cursor, None)


def _unmarked_line(row: UnmarkedRow) -> Line:
    days = (clock.now() - row.starts_at).days
    parts = [
        _("%(day)s.", day=day(row.starts_at)),
        ngettext(
            "%(num)d van de %(all)d heeft nog geen vinkje.",
            "%(num)d van de %(all)d hebben nog geen vinkje.",
            row.unmarked,
            all=row.people,
        ),
        _("Trainer: %(name)s.", name=row.trainer) if row.trainer else _("Er is nog geen trainer."),
    ]
    return Line(
        title=_("%(cohort)s, %(title)s", cohort=row.cohort, title=row.title),
        href=url_for("cohorts.show", cohort_id=row.cohort_id),
        why=" ".join(parts),
        badge=Badge("overdue", ngettext("%(num)d dag open", "%(num)d dagen open", days)),
        action=_("Vul de presentie in"),
        todo_href=url_for("register.show", cohort_id=row.cohort_id, session_id=row.session_id),
        icon="present",
    )


# --- at risk, to propose ---------------------------------------------------------------------


@bp.page("/overzicht/dreigt", needs=SEE_GROUPS)
def at_risk() -> str:
    """Show who may not make it, and why."""
    found = judge(actor(), after=request.args.get("na"))
    page = page_of(found.at_risk, found)
    return _page("at_risk", [_risk_line(one) for one in page.rows], page.next_cursor, found)


def _risk_line(one: Judged) -> Line:
    assert one.risk is not None  # noqa: S101 - the list holds nobody else
    return Line(
        title=one.name,
        href=url_for("enrolments.show", enrolment_id=one.enrolment_id),
        why=f"{words.risk_sentence(one.risk)} {_('Groep: %(name)s.', name=one.cohort)}",
        badge=words.risk_badge(one.risk),
        action=words.risk_action(one.risk),
        todo_href=url_for("enrolments.show", enrolment_id=one.enrolment_id),
    )


@bp.page("/overzicht/voordragen", needs=SEE_GROUPS)
def to_propose() -> str:
    """Show who has done everything and was not proposed yet."""
    found = judge(actor(), after=request.args.get("na"))
    page = page_of(found.to_propose, found)
    return _page("to_propose", [_propose_line(one) for one in page.rows], page.next_cursor, found)


def _propose_line(one: Judged) -> Line:
    return Line(
        title=one.name,
        href=url_for("enrolments.show", enrolment_id=one.enrolment_id),
        why=_("Groep: %(name)s.", name=one.cohort),
        badge=Badge("done", _("alles gehaald")),
        action=_("Draag voor"),
        todo_href=url_for("certificates.ask_propose", enrolment_id=one.enrolment_id),
        icon="certificate",
    )


# --- missing data ----------------------------------------------------------------------------


@bp.page("/overzicht/gegevens", needs=SEE_REGION)
def missing() -> str:
    """Show about whom something is missing."""
    page = missing_rows(actor(), after=request.args.get("na"))
    return _page("missing", [_missing_line(row) for row in page.rows], page.next_cursor, None)


def _missing_line(row: MissingRow) -> Line:
    dossier = url_for("enrolments.show", enrolment_id=row.enrolment_id)
    is_talk = row.gaps[0] in ("intake", "conduct")
    return Line(
        title=row.name,
        href=dossier,
        why=_("Mist: %(what)s. Groep: %(name)s.", what=_gaps(row), name=row.cohort),
        badge=Badge("open", _("vul aan")),
        action=_("Noteer het gesprek") if is_talk else _("Vul de gegevens aan"),
        todo_href=dossier if is_talk else url_for("about.data_of", person_id=row.person_id),
        icon="pen",
    )


def _gaps(row: MissingRow) -> str:
    names = words.gap_names()
    return ", ".join(names[gap] for gap in row.gaps)


# --- contact ---------------------------------------------------------------------------------


@bp.page("/overzicht/contact", needs=SEE_REGION)
def overdue() -> str:
    """Show with whom a coach has not spoken for too long."""
    page = overdue_rows(actor(), clock.today(), after=request.args.get("na"))
    return _page("overdue", [_overdue_line(row) for row in page.rows], page.next_cursor, None)


def _overdue_line(row: OverdueRow) -> Line:
    late = (clock.today() - row.due_on).days
    standing = url_for("coaching.standing", plan_id=row.plan_id)
    return Line(
        title=row.person_name,
        href=standing,
        why=_(
            "Laatste gesprek: %(last)s. Begeleider: %(name)s.",
            last=short_day(row.last_contact_on) or "–",
            name=row.coach_name or _("nog niemand"),
        ),
        badge=Badge("overdue", ngettext("%(num)d dag te laat", "%(num)d dagen te laat", late)),
        action=_("Bel %(name)s", name=row.coach_name) if row.coach_phone else _("Kijk wat er kan"),
        todo_href=standing,
        phone=row.coach_phone,
    )


# --- as a file -------------------------------------------------------------------------------


def _all_pages(fetch: Callable[[str | None], Page[Row]]) -> list[Row]:
    found: list[Row] = []
    after: str | None = None
    while len(found) < MOST_EXPORTED:
        page = fetch(after)
        found += page.rows
        after = page.next_cursor
        if after is None:
            break
    return found


Table = tuple[list[str], list[list[Any]]]


def _unmarked_table(by: Actor) -> Table:
    head = [_("Groep"), _("Bijeenkomst"), _("Wanneer"), _("Zonder vinkje"), _("Trainer")]
    rows = _all_pages(lambda after: unmarked_rows(by, after=after, limit=200))
    return head, [
        [row.cohort, row.title, moment(row.starts_at), row.unmarked, row.trainer] for row in rows
    ]


def _risk_table(by: Actor) -> Table:
    head = [_("Naam"), _("Telefoon"), _("Groep"), _("Waarom")]
    return head, [
        [one.name, telephone(one.phone), one.cohort, words.risk_sentence(one.risk)]
        for one in everybody(by)
        if one.risk is not None
    ]


def _propose_table(by: Actor) -> Table:
    head = [_("Naam"), _("Telefoon"), _("Groep")]
    return head, [
        [one.name, telephone(one.phone), one.cohort] for one in everybody(by) if one.to_propose
    ]


def _missing_table(by: Actor) -> Table:
    head = [_("Naam"), _("Telefoon"), _("Groep"), _("Wat mist")]
    rows = _all_pages(lambda after: missing_rows(by, after=after, limit=200))
    return head, [[row.name, telephone(row.phone), row.cohort, _gaps(row)] for row in rows]


def _overdue_table(by: Actor) -> Table:
    head = [_("Naam"), _("Laatste gesprek"), _("Had gemoeten"), _("Begeleider"), _("Telefoon")]
    today = clock.today()
    rows = _all_pages(lambda after: overdue_rows(by, today, after=after, limit=200))
    return head, [
        [
            row.person_name,
            short_day(row.last_contact_on),
            short_day(row.due_on),
            row.coach_name,
            telephone(row.coach_phone),
        ]
        for row in rows
    ]


TABLES: dict[str, Callable[[Actor], Table]] = {
    "unmarked": _unmarked_table,
    "at_risk": _risk_table,
    "to_propose": _propose_table,
    "missing": _missing_table,
    "overdue": _overdue_table,
}


@bp.action("/overzicht/bestand", needs=EXPORT)
def export() -> Response:
    """Give a list as a file for a spreadsheet, and record who took it along."""
    name, who = request.form.get("list", ""), actor()
    if name not in TABLES:
        raise NotFoundError
    head, rows = TABLES[name](who)
    services.record_export(name, rows=len(rows), by=who)
    answer = make_response(to_csv(head, rows))
    answer.mimetype = "text/csv"
    answer.headers["Cache-Control"] = "no-store"
    filename = f"{name.replace('_', '-')}-{clock.today().isoformat()}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer
