"""Job: grant what a round asks, then make its files in small groups, one job after another."""

from __future__ import annotations

import time
from collections.abc import Sequence

import structlog

from academy.kernel import queue
from academy.kernel.db import unit_of_work
from academy.kernel.documents import DocumentError
from academy.kernel.settings import current
from certificates.adapters.many import AT_ONCE, make_certificates
from certificates.queries.approvals import ISSUE_JOB, job_key
from certificates.queries.rounds import next_to_make
from certificates.services import rounds
from certificates.tasks.issuing import enter, find_paper, new_code, sealing_of_now

GROUPS_AT_ONCE = 3
"""How many groups of grants one job does: other jobs of its lane go between."""
PAUSE_SECONDS = {"grants": 0.1, "file": 0.01}
"""After a transaction with grants, and after one that enters a file: others go first."""

log = structlog.get_logger()


def issue_round(round_id: int, start: int | None = None) -> None:
    """Grant the next of a round, or else make its next files, and enqueue the rest.

    Nothing is done while it is stopped.

    A second time, after a kill, it does what was not entered yet, unless a later `start` does. What
    cannot be made in a group gets a job of its own, which tries again and is shown when it gives
    up. So does everything when seals carry a time stamp: each waits for the authority by itself.
    """
    with unit_of_work():
        if start is not None and not rounds.is_newest(round_id, start):
            return
    if _grant_some(round_id):
        with unit_of_work():
            rounds.go_on(round_id)
        return
    with unit_of_work():
        certificate_ids = next_to_make(round_id, limit=AT_ONCE)
    if not certificate_ids:
        return
    if current().tsa_url:
        _leave(certificate_ids)
    else:
        _make(certificate_ids)
    with unit_of_work():
        if next_to_make(round_id, limit=1):
            rounds.go_on(round_id)


def _grant_some(round_id: int) -> bool:
    """Grant a few groups; False when nothing is left to grant now."""
    for _group in range(GROUPS_AT_ONCE):
        with unit_of_work():
            queue.note_progress()
            has_granted = rounds.grant_next(round_id)
        if not has_granted:
            return False
        time.sleep(PAUSE_SECONDS["grants"])
    return True


def _make(certificate_ids: Sequence[int]) -> None:
    codes = {certificate_id: new_code() for certificate_id in certificate_ids}
    with unit_of_work():
        found = {one: find_paper(one, code=code) for one, code in codes.items()}
    papers = {one: paper for one, paper in found.items() if paper is not None}
    made = make_certificates(list(papers.values()), sealing_of_now())
    for certificate_id, sealed in zip(papers, made, strict=True):
        if isinstance(sealed, DocumentError):
            log.warning("left to its own job", certificate_id=certificate_id, kind=sealed.kind)
            _leave([certificate_id])
        else:
            enter(certificate_id, sealed, code=codes[certificate_id])
            with unit_of_work():
                queue.note_progress()
            time.sleep(PAUSE_SECONDS["file"])


def _leave(certificate_ids: Sequence[int]) -> None:
    with unit_of_work():
        for one in certificate_ids:
            queue.enqueue(ISSUE_JOB, key=job_key(one), certificate_id=one)
