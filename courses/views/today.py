"""The part of *Vandaag* that courses fills."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel import clock
from academy.kernel.feature import TodayItem
from academy.kernel.i18n import clock_time, day, moment
from academy.kernel.policy import Actor
from courses import policies
from courses.queries import today as queries
from courses.queries.practical.lists import PracticalRow, waiting_practicals
from courses.queries.practice_queue import waiting_count
from courses.views.objections_today import objection_items

THIS_WEEK = 7


def today_items(who: Actor) -> list[TodayItem]:
    """Return what this person has to do for a course, as participant and as staff."""
    items = _for_participant(who.person_id) if who.person_id is not None else []
    if who.may(policies.MARK):
        items += [_register(one) for one in queries.open_registers(who)]
    if who.may(policies.REVIEW):
        items += _to_review(waiting_count(who))
    if who.may(policies.SCORE) or who.may(policies.PLAN_FINAL):
        practicals = waiting_practicals(who)
        items += [_practical(one) for one in practicals if _waits(one)]
        items += [_other_assessor(one) for one in practicals if one.needs_other]
    if who.may(policies.MANAGE) or who.may(policies.READ_OBJECTION):
        applications, objections = queries.waiting_for_staff(who)
        items += [_applications(one) for one in applications]
        items += objection_items(objections)
    return items


def _for_participant(person_id: int) -> list[TodayItem]:
    enrolments = queries.own_enrolments(person_id)
    if not enrolments:
        return []
    session = queries.next_session(person_id)
    items = [_session(session)] if session is not None else []
    courses = queries.own_progress(enrolments)
    items += [_own_practical(one) for one in queries.planned_practicals(courses)]
    items += [_scan(one) for one in queries.open_scans(courses)]
    return items + [_assignment(one) for one in queries.missing_assignments(courses)]


def _session(one: queries.NextSession) -> TodayItem:
    held_on = one.starts_at.astimezone(clock.AMSTERDAM).date()
    days = (held_on - clock.today()).days
    return TodayItem(
        title=_("Je volgende bijeenkomst: %(title)s", title=one.title),
        why=_("%(moment)s, %(location)s", moment=moment(one.starts_at), location=one.location),
        action=_("Bekijk je leergang"),
        href=url_for("path.show", enrolment_id=one.enrolment_id),
        icon="calendar",
        urgency=0 if not days else 2 if days <= THIS_WEEK else 3,
        due_on=held_on,
        badge_kind="attention" if one.state == "moved" else "",
        badge_word=_("verzet") if one.state == "moved" else "",
    )


def _own_practical(one: queries.PlannedPractical) -> TodayItem:
    days = (one.planned_on - clock.today()).days
    return TodayItem(
        title=_("Je proeve is op %(day)s", day=day(one.planned_on)),
        why=_("Je trainer vertelt je hoe laat en waar."),
        action=_("Bekijk je proeve"),
        href=url_for("practical.own", enrolment_id=one.enrolment_id),
        icon="calendar",
        urgency=0 if not days else 2 if days <= THIS_WEEK else 3,
        due_on=one.planned_on,
        badge_kind="" if days else "attention",
        badge_word="" if days else _("vandaag"),
    )


def _scan(one: queries.OpenScan) -> TodayItem:
    return TodayItem(
        title=_("Vul de zelfscan in"),
        why=_("Deze hoort %(when)s. Niemand ziet wat jij koos.", when=one.when),
        action=_("Begin met de zelfscan"),
        href=url_for("self_scan.paper", enrolment_id=one.enrolment_id, moment=one.moment),
        icon="eye",
        urgency=2,
        badge_kind="open",
    )


def _assignment(one: queries.MissingAssignment) -> TodayItem:
    why = _("Er moet nog iets bij.") if one.add_something else _("Je deed deze nog niet.")
    return TodayItem(
        title=_("Opdracht %(number)d: %(title)s", number=one.order, title=one.title),
        why=why,
        action=_("Bekijk de opdracht"),
        href=url_for("practice.show", enrolment_id=one.enrolment_id, order=one.order),
        icon="pen",
        urgency=2 if one.add_something else 3,
        badge_kind="attention" if one.add_something else "open",
        badge_word=_("vul aan") if one.add_something else _("nog te doen"),
    )


def _register(one: queries.OpenRegister) -> TodayItem:
    waiting = ngettext(
        "%(num)d deelnemer heeft nog geen vinkje.",
        "%(num)d deelnemers hebben nog geen vinkje.",
        one.unmarked,
    )
    when = _("Vandaag om %(time)s uur.", time=clock_time(one.starts_at))
    return TodayItem(
        title=_("Presentie %(cohort)s, %(title)s", cohort=one.cohort, title=one.title),
        why=when if one.is_today else waiting,
        action=_("Vul de presentie in"),
        href=url_for("register.show", cohort_id=one.cohort_id, session_id=one.session_id),
        icon="present",
        urgency=0 if one.is_today else 1,
        due_on=one.starts_at.astimezone(clock.AMSTERDAM).date(),
        badge_kind="open" if one.is_today else "overdue",
        badge_word=_("vandaag") if one.is_today else _("nog niet klaar"),
    )


def _to_review(waiting: int) -> list[TodayItem]:
    if not waiting:
        return []
    item = TodayItem(
        title=ngettext("%(num)d opdracht wacht", "%(num)d opdrachten wachten", waiting),
        why=_("Een deelnemer is blij met een zin van jou."),
        action=_("Bekijk de opdrachten"),
        href=url_for("practice.queue"),
        icon="pen",
        urgency=2,
        badge_kind="waiting",
        badge_word=_("wacht op jou"),
    )
    return [item]


def _waits(one: PracticalRow) -> bool:
    """Say whether a practical waits for who looks: to be scored, or to be compared."""
    mine = bool(one.my_role) and not one.knows_privately
    return mine and (not one.handed_in or one.state == "both_scored")


def _practical(one: PracticalRow) -> TodayItem:
    compare = one.handed_in
    return TodayItem(
        title=_("De proeve van %(name)s", name=one.person),
        why=_("Vergelijk samen de niveaus.") if compare else _when_to_score(one),
        action=_("Open de proeve"),
        href=url_for("practical.show", attempt_id=one.id),
        icon="eye",
        urgency=2,
        due_on=one.planned_on,
        badge_kind="attention" if compare else "open",
        badge_word=_("vergelijk") if compare else _("nog te doen"),
    )


def _when_to_score(one: PracticalRow) -> str:
    if one.planned_on is None or one.planned_on < clock.today():
        return str(_("Jij scoort deze proeve."))
    return str(_("Jij scoort deze proeve. Hij is op %(day)s.", day=day(one.planned_on)))


def _other_assessor(one: PracticalRow) -> TodayItem:
    return TodayItem(
        title=_("Kies een andere beoordelaar: %(name)s", name=one.person),
        why=_("Een beoordelaar kent de deelnemer privé."),
        action=_("Open de proeve"),
        href=url_for("practical.show", attempt_id=one.id),
        icon="person",
        urgency=1,
        due_on=one.planned_on,
        badge_kind="attention",
        badge_word=_("ander nodig"),
    )


def _applications(one: queries.WaitingApplications) -> TodayItem:
    return TodayItem(
        title=_("Aanmeldingen voor %(cohort)s", cohort=one.cohort),
        why=ngettext(
            "%(num)d persoon wacht op een gesprek.",
            "%(num)d personen wachten op een gesprek.",
            one.people,
        ),
        action=_("Bekijk de aanmeldingen"),
        href=url_for("cohorts.applications", cohort_id=one.cohort_id),
        icon="person",
        urgency=2,
        due_on=one.since,
        badge_kind="waiting",
        badge_word=_("wacht op jou"),
    )
