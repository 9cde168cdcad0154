"""The blueprint of reporting, shared by its pages."""

from __future__ import annotations

from academy.kernel.web.blueprint import FeatureBlueprint

bp = FeatureBlueprint("reporting", __name__)
