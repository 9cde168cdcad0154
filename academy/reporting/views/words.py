"""The words of the overview and its lists: one place, so that every page says the same."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from academy.kernel.i18n import moment
from academy.reporting.queries.groups import GroupRow
from academy.reporting.rules import RUNNING, Gap
from courses.rules.risk import Risk


@dataclass(frozen=True, slots=True)
class Badge:
    """How something stands: a kind that the badge component knows, and a word."""

    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class Todo:
    """The one thing to do: how it stands, why, the verb on the button and where it leads."""

    badge: Badge
    why: str
    action: str
    href: str
    icon: str


def track_names() -> dict[str, str]:
    """Return what each track is called."""
    return {
        "residents": _("Inwoners"),
        "professionals": _("Professionals"),
        "governors": _("Bestuurders en toezichthouders"),
    }


def state_names() -> dict[str, str]:
    """Return what each state of a group is called, as a choice."""
    return {
        "draft": _("In voorbereiding"),
        "open": _("Open voor aanmelden"),
        "full": _("Vol"),
        "running": _("Bezig"),
        "finishing": _("Bijna klaar"),
        "completed": _("Afgelopen"),
        "cancelled": _("Gaat niet door"),
    }


def how_it_stands(row: GroupRow) -> str:
    """Say in a few short sentences what kind of group it is and how it goes."""
    parts = [
        _("%(track)s, %(place)s.", track=track_names().get(row.track, row.track), place=row.place),
        _("%(state)s.", state=state_names()[row.state]),
        _next_session(row),
        ngettext("%(num)d doet mee.", "%(num)d doen mee.", row.taking_part),
    ]
    if row.at_risk:
        parts.append(
            ngettext(
                "%(num)d dreigt het niet te halen.",
                "%(num)d dreigen het niet te halen.",
                row.at_risk,
            )
        )
    if row.to_propose:
        parts.append(ngettext("%(num)d is klaar.", "%(num)d zijn klaar.", row.to_propose))
    return " ".join(part for part in parts if part)


def _next_session(row: GroupRow) -> str:
    if row.next_session_at is not None:
        return str(_("Volgende keer: %(moment)s.", moment=moment(row.next_session_at)))
    return str(_("Er is geen bijeenkomst meer gepland.")) if row.state in RUNNING else ""


def todo(row: GroupRow) -> Todo | None:
    """Return what to do first for a group, or None when nothing waits."""
    return _about_people(row) or _about_planning(row)


def _about_people(row: GroupRow) -> Todo | None:
    n = row.waiting
    match row.step:
        case "register":
            return Todo(
                Badge("overdue", _("presentie mist")),
                ngettext(
                    "Van %(num)d bijeenkomst is de presentie niet klaar.",
                    "Van %(num)d bijeenkomsten is de presentie niet klaar.",
                    n,
                ),
                _("Vul de presentie in"),
                url_for("register.show", cohort_id=row.id, session_id=row.target_id),
                "present",
            )
        case "call":
            return Todo(
                Badge("attention", _("bel even")),
                ngettext(
                    "%(num)d deelnemer miste twee keer of meer, ook de laatste keer.",
                    "%(num)d deelnemers misten twee keer of meer, ook de laatste keer.",
                    n,
                ),
                _("Kijk wie je belt"),
                url_for("enrolments.show", enrolment_id=row.target_id),
                "phone",
            )
        case "third_assessor":
            return Todo(
                Badge("waiting", _("beoordelaars zijn het oneens")),
                ngettext(
                    "%(num)d proeve wacht op een derde beoordelaar.",
                    "%(num)d proeven wachten op een derde beoordelaar.",
                    n,
                ),
                _("Vraag een derde beoordelaar"),
                url_for("practical.third", attempt_id=row.target_id),
                "eye",
            )
        case "practical":
            return Todo(
                Badge("open", _("proeve plannen")),
                ngettext(
                    "%(num)d deelnemer heeft nog geen proeve en geen beoordelaars.",
                    "%(num)d deelnemers hebben nog geen proeve en geen beoordelaars.",
                    n,
                ),
                _("Plan een proeve"),
                url_for("practical.plan", enrolment_id=row.target_id),
                "eye",
            )
        case "propose":
            return Todo(
                Badge("done", _("kan voorgedragen")),
                ngettext(
                    "%(num)d deelnemer heeft alles gehaald.",
                    "%(num)d deelnemers hebben alles gehaald.",
                    n,
                ),
                _("Draag voor"),
                url_for("certificates.ask_propose", enrolment_id=row.target_id),
                "certificate",
            )
    return None


def _about_planning(row: GroupRow) -> Todo | None:
    n = row.waiting
    match row.step:
        case "trainer":
            return Todo(
                Badge("attention", _("geen trainer")),
                _("Nog niemand geeft deze groep les."),
                _("Kies een trainer"),
                url_for("sessions.index", cohort_id=row.id),
                "person",
            )
        case "sessions":
            return Todo(
                Badge("open", _("niet alles gepland")),
                ngettext(
                    "%(num)d bijeenkomst heeft nog geen dag.",
                    "%(num)d bijeenkomsten hebben nog geen dag.",
                    n,
                ),
                _("Plan bijeenkomsten"),
                url_for("sessions.index", cohort_id=row.id),
                "calendar",
            )
        case "stranded":
            return Todo(
                Badge("overdue", _("gaat niet door")),
                ngettext(
                    "%(num)d mens zit nog in deze groep.",
                    "%(num)d mensen zitten nog in deze groep.",
                    n,
                ),
                _("Zoek een andere groep"),
                url_for("cohorts.show", cohort_id=row.id),
                "group",
            )
        case "applications":
            return Todo(
                Badge("waiting", _("aanmelding wacht")),
                ngettext(
                    "%(num)d aanmelding wacht op een antwoord.",
                    "%(num)d aanmeldingen wachten op een antwoord.",
                    n,
                ),
                _("Bekijk de aanmeldingen"),
                url_for("cohorts.applications", cohort_id=row.id),
                "person",
            )
    return None


def risk_badge(risk: Risk) -> Badge:
    """Return how somebody stands who may not make it."""
    return {
        "attendance_over": Badge("attention", _("lukt niet meer")),
        "practical_over": Badge("attention", _("lukt niet meer")),
        "must_make_up": Badge("overdue", _("moet inhalen")),
        "no_more_missing": Badge("waiting", _("mag niet meer missen")),
    }[risk.kind]


def risk_sentence(risk: Risk) -> str:
    """Say in one sentence why somebody may not make it."""
    was_there = {"there": risk.attended, "all": risk.total}
    match risk.kind:
        case "attendance_over":
            sentence = _("Was er %(there)d van de %(all)d keer, en dat is te weinig.", **was_there)
        case "practical_over":
            sentence = _("De proeve lukte niet, en nog een keer mag niet.")
        case "must_make_up":
            sentence = ngettext(
                "Was er %(there)d van de %(all)d keer en moet %(num)d keer inhalen.",
                "Was er %(there)d van de %(all)d keer en moet %(num)d keer inhalen.",
                risk.make_up,
                **was_there,
            )
        case _:
            sentence = _(
                "Was er %(there)d van de %(all)d keer en kan niet meer missen.", **was_there
            )
    return str(sentence)


def risk_action(risk: Risk) -> str:
    """Return the verb on the button."""
    is_open = risk.kind == "must_make_up"
    return str(_("Spreek inhalen af") if is_open else _("Open het dossier"))


def gap_names() -> dict[Gap, str]:
    """Return what each gap is called."""
    return {
        "reach": _("telefoon of mail"),
        "intake": _("kennismaking"),
        "conduct": _("ja op de gedragscode"),
        "printed_name": _("naam op het certificaat"),
    }
