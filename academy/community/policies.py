"""Who may do what with meet-ups and stories."""

from __future__ import annotations

from academy.kernel.policy import Capability, capability

READ_MEET_UPS = capability("community:meetup:read", "trainer", "coach", "coordinator", own=True)
"""See when the meet-ups are. Everybody who is signed in."""

ANSWER = capability("community:rsvp:write", "coach", "coordinator", own=True)
"""Say whether one comes, or note it for one's coachee or somebody of the own region."""

COUNT = capability("community:rsvp:read", "trainer", "coach", "coordinator")
"""See how many come and came; a coach also who of the own coachees, a coordinator of the region."""

MANAGE_MEET_UPS = capability("community:meetup:write", "coordinator")
"""Plan a meet-up, invite, and note who came."""

TELL = capability("community:story:tell", "trainer", "coach", "coordinator", own=True)
"""Tell one's own story and take it back, or do so for whom one helps; a coordinator writes down
those of the region."""

PUBLISH = capability("community:story:publish", "coordinator")
"""Count the residents who confirm a story, and publish it."""

REFRESH = capability("community:refresher:do", "coach", "coordinator", own=True)
"""Do the refresher; a coach or coordinator may read it to somebody and note the answers."""

HELP_BEGIN = capability("community:mentor:offer", "coach", "coordinator", own=True)
"""Offer to walk along with who begins or to help, and say yes or no; a coach or coordinator passes
it on."""

LINK_MENTORS = capability("community:mentor:link", "coordinator")
"""See who wants to help in the region, bring two people together, and say that a season counts."""

NOTE_FEEDBACK = capability("community:feedback:write", "trainer", "coordinator")
"""Note how many residents told a professional something back. No names."""

ALL: tuple[Capability, ...] = (
    READ_MEET_UPS,
    ANSWER,
    COUNT,
    MANAGE_MEET_UPS,
    TELL,
    PUBLISH,
    REFRESH,
    HELP_BEGIN,
    LINK_MENTORS,
    NOTE_FEEDBACK,
)
