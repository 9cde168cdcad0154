"""Counts of the register for `/metrics`."""

from __future__ import annotations

import sqlalchemy as sa

from academy.kernel.db import db
from certificates.models import Certificate


def issued_count() -> int:
    """Return how many certificates have a sealed file, or had one before they were withdrawn."""
    return _count("issued")


def granted_without_file() -> int:
    """Return how many certificates were granted and are being made."""
    return _count("approved")


def _count(state: str) -> int:
    counted = sa.select(sa.func.count()).where(Certificate.state == state)
    return db.session.scalar(counted) or 0
