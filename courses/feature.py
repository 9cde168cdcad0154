"""Manifest of courses."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from academy.kernel.feature import Feature, NavItem, ScopeNames
from academy.kernel.policy import ApiScope
from courses import api, listeners, policies
from courses.events import CohortMoved, PracticalPlanned, SessionChanged
from courses.mails import MESSAGES
from courses.queries import checks, mark_checks
from courses.queries.cohorts import cohort_names, running_cohorts
from courses.queries.due import people_of
from courses.queries.enrolment import takes_part
from courses.queries.on_behalf import reaches_of
from courses.views import (
    cohort_facts,
    cohorts,
    decline,
    enrolments,
    hosts,
    objections,
    on_behalf,
    paper,
    path,
    practical,
    practical_day,
    practice,
    practice_files,
    promise,
    public,
    quiz,
    register,
    self_scan,
    sessions,
    walk_in,
)
from courses.views.today import today_items

FEATURE = Feature(
    name="courses",
    blueprints=(
        public.bp,
        decline.bp,
        path.bp,
        cohorts.bp,
        cohort_facts.bp,
        sessions.bp,
        hosts.bp,
        enrolments.bp,
        register.bp,
        walk_in.bp,
        paper.bp,
        practice.bp,
        practice_files.bp,
        quiz.bp,
        self_scan.bp,
        promise.bp,
        practical.bp,
        objections.bp,
        practical_day.bp,
        api.bp,
    ),
    capabilities=policies.ALL,
    checks=(checks.faults, mark_checks.faults),
    today=today_items,
    lies_at=reaches_of,
    for_another=on_behalf.for_another,
    acts=on_behalf.ACTS,
    messages=MESSAGES,
    people_of=people_of,
    listeners={
        SessionChanged: (listeners.tell_the_group,),
        CohortMoved: (listeners.tell_the_new_place,),
        PracticalPlanned: (listeners.tell_of_the_practical,),
    },
    navigation=(
        NavItem(
            _("Leergang"),
            "path.index",
            "page",
            policies.OWN_PATH,
            20,
            for_participants=True,
            is_used=takes_part,
        ),
        NavItem(_("Groepen"), "cohorts.index", "group", policies.READ_COHORT, 20),
        NavItem(_("Opdrachten"), "practice.queue", "pen", policies.REVIEW, 30),
        NavItem(_("Proeven"), "practical.index", "eye", policies.SCORE, 35),
        NavItem(_("Bezwaren"), "objections.index", "message", policies.READ_OBJECTION, 90),
    ),
    scopes={"cohort": ScopeNames(cohort_names, running_cohorts)},
    api_scopes=(
        ApiScope(
            "cohorts:read",
            _("Groepen, deelnemers en aanwezigheid lezen"),
            frozenset({policies.READ_COHORT}),
        ),
        ApiScope(
            "verdicts:read",
            _("Lezen hoe ver deelnemers zijn"),
            frozenset({policies.READ_VERDICT}),
        ),
        ApiScope(
            "attendance:write",
            _("Aanwezigheid invullen"),
            frozenset({policies.MARK}),
        ),
    ),
)
