"""The blueprint of coaching and what its pages share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from academy.coaching import forms
from academy.coaching.forms.cadence import HELD_BACK_BECAUSE
from academy.coaching.queries.cover import Reader
from academy.kernel.i18n import short_day
from academy.kernel.web.blueprint import FeatureBlueprint

bp = FeatureBlueprint("coaching", __name__)

WORDS: Mapping[str, Mapping[str, Any]] = {
    "kinds": forms.ENTRY_KINDS,
    "icons": forms.KIND_ICONS,
    "channels": forms.CHANNELS,
    "states": forms.PLAN_STATES,
    "signals": forms.SIGNAL_KINDS,
    "severities": forms.SEVERITIES,
    "held_back": HELD_BACK_BECAUSE,
}


def show(template: str, **values: Any) -> str:
    """Render a page of coaching, with the words for its codes."""
    return render_template(f"coaching/{template}.html", words=WORDS, **values)


def how_long(reader: Reader) -> str:
    """Return as what, and until when, somebody beside the coach reads a log."""
    if reader.until is None:
        return str(_("ook begeleider"))
    return str(_("vervangt tot en met %(day)s", day=short_day(reader.until)))
