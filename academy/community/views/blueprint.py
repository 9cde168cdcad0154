"""The blueprint of the community."""

from __future__ import annotations

from academy.kernel.web.blueprint import FeatureBlueprint

bp = FeatureBlueprint("community", __name__)
