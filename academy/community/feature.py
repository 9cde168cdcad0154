"""Manifest of community."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from academy.community import policies, views
from academy.kernel.feature import Feature, NavItem

FEATURE = Feature(
    name="community",
    blueprints=(views.bp,),
    capabilities=policies.ALL,
    for_another=views.for_another,
    acts={"community:meetup:answered": _("Gezegd of je naar een terugkommiddag komt")},
    navigation=(NavItem(_("Terugkomen"), "community.meetups", "cup", policies.READ_MEET_UPS, 85),),
)
