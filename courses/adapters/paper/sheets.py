"""Sheets of a group: the one that goes round, the trainer's own, and the whole course at a glance.

The first takes names alone, so that nothing else can stand on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from babel.dates import format_date

from academy.kernel import clock
from academy.kernel.pdf.paper import Details, Sheet, make_paper
from courses.adapters.paper.heads import PAGES, VERSION, code_of, head, lesson_word
from courses.queries.paper import Contact, Name, PaperCohort, PaperSession
from courses.rules.paper import WALK_INS

ATTENDANCE = Sheet(PAGES, "attendance", VERSION)
OWN = Sheet(PAGES, "own_sheet", VERSION, icons=("warning",))
OVERVIEW = Sheet(PAGES, "overview", VERSION)

CHANNELS = {"letter": "brief", "phone": "bellen", "message": "appje", "email": "e-mail"}
MARKS = {
    "present": "er",
    "late": "later",
    "excused": "afgemeld",
    "absent": "niet",
    "made_up": "ingehaald",
    "not_applicable": "telt niet",
}
THERE = ("present", "late", "made_up")


def attendance_sheet(
    cohort: PaperCohort, session: PaperSession, names: tuple[Name, ...], *, of: int, made_by: str
) -> bytes:
    """Return the sheet that goes round: names, boxes, room to sign, and rows for who walks in."""
    values = {
        "facts": [*head(cohort, session, of=of), ("Code", code_of(cohort, session))],
        "names": [one.name for one in names],
        "walk_ins": list(range(len(names) + 1, len(names) + WALK_INS + 1)),
    }
    foot = "Presentielijst"
    title = f"Presentielijst: {cohort.name}, {lesson_word(cohort).lower()} {session.order}"
    return make_paper(ATTENDANCE, values, Details(title, foot, made_by))


def own_sheet(
    cohort: PaperCohort,
    session: PaperSession,
    contacts: tuple[Contact, ...],
    *,
    of: int,
    made_by: str,
) -> bytes:
    """Return the trainer's own sheet: how to reach everybody, what helps, and who is no photo."""
    values = {
        "facts": head(cohort, session, of=of),
        "people": [
            {
                "name": one.name,
                "phone": one.phone or "geen telefoon",
                "email": one.email or "geen e-mail",
                "channel": CHANNELS[one.channel],
                "support": one.support,
                "photo": "Foto mag" if one.photo else "Geen foto",
                "no_photo": not one.photo,
                "phone_list": "Nummer mag op de lijst" if one.phone_list else "Nummer niet delen",
            }
            for one in contacts
        ],
    }
    title = f"Blad voor de trainer: {cohort.name}, {lesson_word(cohort).lower()} {session.order}"
    return make_paper(
        OWN, values, Details(title, "Blad voor de trainer, niet laten liggen", made_by)
    )


def overview(
    cohort: PaperCohort,
    sessions: tuple[PaperSession, ...],
    names: tuple[Name, ...],
    marks: Mapping[int, Mapping[int, str]],
    *,
    made_by: str,
) -> bytes:
    """Return everybody against all sessions; an empty cell is not marked yet."""
    values = {
        "cohort": cohort.name,
        "course": cohort.course,
        "word": lesson_word(cohort),
        "columns": [
            {"number": str(one.order), "title": one.title, "day": _short(one.starts_at)}
            for one in sessions
        ],
        "rows": [_row(one, sessions, marks.get(one.enrolment_id, {})) for one in names],
    }
    title = f"Presentie van {cohort.name}"
    foot = "Overzicht voor de trainer"
    return make_paper(OVERVIEW, values, Details(title, foot, made_by))


def _row(
    name: Name, sessions: tuple[PaperSession, ...], marks: Mapping[int, str]
) -> dict[str, object]:
    said = [marks.get(one.id, "") for one in sessions]
    return {
        "name": name.name,
        "cells": [{"word": MARKS.get(mark, ""), "there": mark in THERE} for mark in said],
        "total": f"{sum(mark in THERE for mark in said)} van {len(sessions)}",
    }


def _short(moment: datetime) -> str:
    return format_date(moment.astimezone(clock.AMSTERDAM).date(), "d MMM", locale="nl")
