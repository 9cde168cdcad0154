"""The blueprint of privacy, shared by its pages, and where somebody lies."""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app

from academy.kernel.feature import Feature
from academy.kernel.policy import Reach
from academy.kernel.web.blueprint import FeatureBlueprint

bp = FeatureBlueprint("privacy", __name__)


def reaches_of(person_id: int) -> list[Reach]:
    """Return where somebody lies in any feature: a right there may ask on their behalf."""
    features: Iterable[Feature] = current_app.extensions["academy.features"]
    return [reach for one in features if one.lies_at for reach in one.lies_at(person_id)]
