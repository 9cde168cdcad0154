"""Manifest of reporting."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from academy.kernel.feature import Feature, NavItem
from academy.reporting import policies
from academy.reporting.views import figures, jobs, lists, overview  # noqa: F401  their routes
from academy.reporting.views.blueprint import bp
from academy.reporting.views.today import today

FEATURE = Feature(
    name="reporting",
    blueprints=(bp,),
    capabilities=policies.ALL,
    today=today,
    navigation=(
        NavItem(_("Overzicht"), "reporting.overview", "eye", policies.SEE_REGION, 15),
        NavItem(_("Cijfers"), "reporting.show_figures", "list", policies.SEE_FIGURES, 85),
        NavItem(_("Mislukte taken"), "reporting.failed_jobs", "warning", policies.SEE_JOBS, 95),
    ),
)
