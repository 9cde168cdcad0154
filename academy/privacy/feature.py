"""Manifest of privacy."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from academy.kernel import mail
from academy.kernel.feature import Feature, NavItem
from academy.privacy import policies, tasks
from academy.privacy.services import retention
from academy.privacy.services.exports import MAKE_JOB, make_export
from academy.privacy.services.requests import ASKED_MAIL, WIPE_JOB, mail_values
from academy.privacy.views import handling, keeping, own  # noqa: F401  their routes
from academy.privacy.views.blueprint import bp
from academy.privacy.views.today import today
from certificates.queries import emptied

emptied.only_while(retention.is_on)
mail.register_values(ASKED_MAIL, mail_values)

FEATURE = Feature(
    name="privacy",
    blueprints=(bp,),
    capabilities=policies.ALL,
    jobs={MAKE_JOB: make_export, WIPE_JOB: tasks.wipe, tasks.DAILY_JOB: tasks.daily},
    today=today,
    for_another=handling.for_another,
    acts={
        "privacy:export:asked": _("Je gegevens opgevraagd"),
        "privacy:export:fetched": _("Je gegevens opgehaald"),
        "privacy:erasure:asked": _("Gevraagd om je te vergeten"),
        "privacy:erasure:undone": _("Gezegd dat alles mag blijven"),
    },
    navigation=(
        NavItem(_("Privacy"), "privacy.requests_page", "lock", policies.HANDLE, 25),
        NavItem(_("Bewaren"), "privacy.keeping", "history", policies.SEE_RETENTION, 85),
    ),
)
