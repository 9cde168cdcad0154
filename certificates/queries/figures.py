"""Counts of the register for `/metrics`."""

from __future__ import annotations

import sqlalchemy as sa

from academy.kernel.db import db
from certificates.models import Certificate
from certificates.queries.approvals import is_to_make


def issued_count() -> int:
    """Return how many certificates have a sealed file, or had one before they were withdrawn."""
    return _count(Certificate.state == "issued")


def granted_without_file() -> int:
    """Return how many certificates were granted and are being made."""
    return _count(is_to_make())


def _count(condition: sa.ColumnElement[bool]) -> int:
    counted = sa.select(sa.func.count()).select_from(Certificate).where(condition)
    return db.session.scalar(counted) or 0
