"""Who may see which list.

The table "People, roles and rights" of the architecture page decides; change it there first. Every
row is filtered by the scope of the grant: a trainer's own groups, a coordinator's own region.
"""

from __future__ import annotations

from academy.kernel.policy import Capability, capability

SEE_REGION = capability("reporting:region:read", "coordinator")
"""See every group of the own region with its next step, who is not complete, who waits long."""

SEE_GROUPS = capability("reporting:groups:read", "trainer", "coordinator")
"""See in one's own groups what is unmarked, who may not make it, and who can be proposed."""

EXPORT = capability("reporting:list:export", "coordinator", step_up=True)
"""Take a list of the region along as a file, with names and phone numbers."""

SEE_JOBS = capability("reporting:job:read", "coordinator", "admin")
"""See which work in the background was given up. It names no person."""

RETRY_JOBS = capability("reporting:job:retry", "coordinator", "admin")
"""Let such work be tried again: a certificate of the own region, or, with a grant over all, any."""

SEE_FIGURES = capability("reporting:figures:read", "coordinator", "board")
"""See figures of the guidance within the own reach, without people in them."""

ALL: tuple[Capability, ...] = (SEE_REGION, SEE_GROUPS, SEE_FIGURES, EXPORT, SEE_JOBS, RETRY_JOBS)
