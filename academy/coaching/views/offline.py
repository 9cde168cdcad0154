"""The form that a coach's device keeps for when there is no internet."""

from __future__ import annotations

from academy.coaching import rules
from academy.coaching.forms import TalkForm
from academy.coaching.policies import GUIDE
from academy.coaching.queries.offline import signed_in_for, talks_with
from academy.coaching.views.blueprint import bp, show
from academy.coaching.views.talk import kind_options
from academy.kernel import clock
from academy.kernel.web.blueprint import actor
from academy.kernel.web.device import device_lock


@bp.page("/begeleiding/zonder-internet", needs=GUIDE)
def without_internet() -> str:
    """Show the empty form, with the first names of those one guides and nothing else of them.

    It lies on the device, so it has no word of a talk, no token, no menu and no name of the coach.
    """
    me = actor()
    today = clock.today()
    form = TalkForm(
        formdata=None,
        kind="phone",
        happened_on=today,
        minutes=rules.USUAL_MINUTES["phone"],
        action_owner="participant",
        action_due_on=today + rules.DEFAULT_ACTION_WITHIN,
    )
    return show(
        "without_internet",
        form=form,
        talks=talks_with(me),
        device=device_lock(me.person_id),
        lasts=int(signed_in_for(me, clock.real_now()).total_seconds()),
        kind_options=kind_options(),
        nav=[],
        viewer=None,
        demo_banner=None,
        languages=[],
    )
