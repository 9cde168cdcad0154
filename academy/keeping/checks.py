"""Everything that `academy check` asks, for the commands that ask it too."""

from __future__ import annotations

from flask import current_app

from academy.kernel import audit, rekeying
from academy.kernel.checkpoint import chain_holds, read_checkpoint
from academy.kernel.db import db
from academy.kernel.settings import current


def all_faults() -> list[str]:
    """Return a sentence for each thing that is wrong.

    It asks the audit chain, the keys of encrypted text and what features check.
    """
    faults = [*audit.chain_faults(), *rekeying.faults()]
    checkpoint = read_checkpoint(current().var)
    if checkpoint is not None and not chain_holds(checkpoint):
        faults.append("the audit chain does not hold what it held at the last backup")
    for feature in current_app.extensions["academy.features"]:
        for ask in feature.checks:
            db.session.rollback()
            faults.extend(ask())
    return faults
