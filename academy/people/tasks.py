"""What a worker does for people by itself, once a day."""

from __future__ import annotations

from datetime import timedelta

from academy.kernel import clock, mail, queue
from academy.kernel.db import unit_of_work
from academy.people.services import held, sign_in

FORGET_JOB = "people.forget"
JOBS_KEPT = timedelta(days=30)


def forget() -> None:
    """Forget codes that ended, forms that wait no more, addresses of mails that went, and more.

    The earlier rounds of this job go too. Strangers type mailboxes; nobody else would ever take
    those away.
    """
    with unit_of_work():
        sign_in.forget_codes()
        held.forget()
        mail.forget_addresses()
        queue.forget_done(FORGET_JOB, before=clock.real_now() - JOBS_KEPT)


queue.every(FORGET_JOB, timedelta(days=1))
