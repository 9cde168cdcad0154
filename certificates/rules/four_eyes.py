"""Who may not decide on a proposal, whatever rights they hold.

Source: architecture.md, "Four eyes"; sample-data/README.md, rule 2.
"""

from collections.abc import Collection
from typing import Literal

Obstacle = Literal["proposer", "holder", "assessor", "trainer"]


def find_obstacle(
    person_id: int | None,
    *,
    proposer_id: int,
    holder_id: int,
    assessor_ids: Collection[int] = (),
    trainer_ids: Collection[int] = (),
) -> Obstacle | None:
    """Return what this person was in the matter already, so that they may not decide, or None."""
    if person_id == holder_id:
        return "holder"
    if person_id == proposer_id:
        return "proposer"
    if person_id in assessor_ids:
        return "assessor"
    return "trainer" if person_id in trainer_ids else None
