"""Manifest of research."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from academy.kernel.feature import Feature, NavItem
from academy.research import policies, views

FEATURE = Feature(
    name="research",
    blueprints=(views.bp,),
    capabilities=policies.ALL,
    navigation=(NavItem(_("Onderzoek"), "research.projects", "search", policies.READ, 80),),
)
