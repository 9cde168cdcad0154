"""Job: once a day the ends of both chains are signed and kept outside the database."""

from __future__ import annotations

import base64
from datetime import date, timedelta

import structlog

from academy.kernel import clock, mail, queue
from academy.kernel.db import unit_of_work
from academy.kernel.settings import current
from certificates.adapters import checkpoints
from certificates.adapters.keys import list_keys
from certificates.queries.checkpoints import audit_end, register_end, standings
from certificates.queries.emptied import next_to_empty
from certificates.rules.checkpoint import Checkpoint

CHECKPOINT_JOB = "certificates.checkpoint"
MAIL = "certificates/checkpoint"
JOBS_KEPT = timedelta(days=30)

log = structlog.get_logger()


def make_checkpoint() -> None:
    """Keep today's checkpoint and mail it; a second time on a day changes nothing.

    Without sealing keys there is nothing to sign with yet. Raises DocumentError when they do not
    open.
    """
    if not list_keys(current().keys):
        log.info("no checkpoint without keys")
        return
    keep_checkpoint(clock.real_today())
    with unit_of_work():
        queue.forget_done(CHECKPOINT_JOB, before=clock.real_now() - JOBS_KEPT)


def keep_checkpoint(day: date) -> None:
    """Keep the checkpoint of `day`, unless it is there, and mail it, unless it was."""
    settings = current()
    if not checkpoints.has(settings.checkpoints, day):
        _keep(day)
    if settings.checkpoint_mail:
        with unit_of_work():
            mail.send(
                MAIL, to=settings.checkpoint_mail, key=f"checkpoint-{day}", day=day.isoformat()
            )


def _keep(day: date) -> None:
    settings = current()
    earlier = checkpoints.kept(settings.checkpoints, ())
    with unit_of_work():
        checkpoint = Checkpoint(
            day=day,
            as_of=clock.real_now(),
            audit=audit_end(),
            register=register_end(),
            standings=standings(),
            previous=earlier[-1].sha256 if earlier else None,
            key_id="",
            emptied=next_to_empty(clock.real_today()),
        )
    data, signature = checkpoints.sign(
        checkpoint,
        keys_folder=settings.keys,
        passphrase=settings.keys_passphrase,
        now=clock.real_now(),
    )
    checkpoints.keep(settings.checkpoints, day, data=data, signature=signature)


def mail_values(day: str) -> dict[str, str] | None:
    """Return what the mail with a day's checkpoint prints; None when its file is gone."""
    found = checkpoints.file_of(current().checkpoints, date.fromisoformat(day))
    if found is None:
        return None
    data, signature = found
    return {
        "day": day,
        "checkpoint": data.decode(),
        "signature": base64.b64encode(signature).decode(),
    }


mail.register_values(MAIL, mail_values)
queue.every(CHECKPOINT_JOB, timedelta(days=1))
