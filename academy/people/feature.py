"""Manifest of people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from academy.kernel import mail
from academy.kernel.feature import Feature, NavItem, ScopeNames
from academy.kernel.policy import SIGNED_IN
from academy.kernel.web.held import use_keeper
from academy.people import policies
from academy.people.queries import rights as named
from academy.people.queries.recipients import recipients
from academy.people.services.sign_in import CODE_MAIL, mail_values
from academy.people.tasks import FORGET_JOB, forget
from academy.people.views import (
    about,
    held,
    home,
    letter,
    messages,
    rights,
    second_factor,
    sign_in,
    today,
    tokens,
)

mail.register_values(CODE_MAIL, mail_values)
use_keeper(held.keep)

FEATURE = Feature(
    name="people",
    blueprints=(
        sign_in.bp,
        letter.bp,
        second_factor.bp,
        held.bp,
        home.bp,
        about.bp,
        rights.bp,
        tokens.bp,
        messages.bp,
    ),
    capabilities=policies.ALL,
    jobs={FORGET_JOB: forget},
    today=today.today_items,
    recipients=recipients,
    for_another=messages.for_another,
    acts={
        "people:names:set": _("Je naam veranderd"),
        "people:name:set": _("Je naam op het certificaat opgeschreven"),
        "people:contact:set": _("Opgeschreven hoe wij je bereiken"),
        "people:language:set": _("De taal gekozen"),
        "people:letter:made": _("Een brief gemaakt om binnen te komen"),
        "people:consent:given": _("Een ja op toestemming opgeschreven"),
        "people:silence:begun": _("Berichten op stil gezet"),
        "people:silence:ended": _("Berichten weer aangezet"),
        "people:consent:withdrawn": _("Een nee op toestemming opgeschreven"),
    },
    navigation=(
        NavItem(_("Vandaag"), "people.today", "home", SIGNED_IN, 10),
        NavItem(_("Rechten"), "rights.overview", "key", policies.MANAGE_GRANTS, 30),
        NavItem(_("Berichten vooruit"), "messages.ahead", "message", policies.SEE_MESSAGES, 65),
        NavItem(_("Gegevens"), "people.own", "person", policies.OWN_DATA, 70),
    ),
    scopes={
        "place": ScopeNames(named.place_names, named.place_choices),
        "organisation": ScopeNames(named.organisation_names, named.organisation_choices),
        "person": ScopeNames(named.person_names, named.no_choices),
    },
)
