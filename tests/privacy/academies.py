"""An academy in which everything about everybody carries a mark, with a hand for privacy."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from academy.contact.models import ContactRequest
from academy.kernel import clock, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import Actor
from academy.people.queries.actors import actor_for
from academy.privacy.services import exports
from tests.access.marks import MARK
from tests.access.world import World


def subject(world: World) -> tuple[int, str]:
    """Return the participant whose every row carries marks, and the cell of these rows."""
    return world.people["participant"], "A1p1"


def link_request(world: World) -> None:
    """Let the message in the subject's cell be known to be theirs."""
    person_id, cell = subject(world)
    ids = world.ledger.ids("contact_request", cell=cell)
    with unit_of_work():
        db.session.execute(
            sa.update(ContactRequest).where(ContactRequest.id.in_(ids)).values(person_id=person_id)
        )


def marks_of(world: World, cell: str) -> set[str]:
    """Return every mark in the rows of a cell."""
    return {mark for mark, one in world.ledger.marks.items() if one.cell == cell}


def stepped_up(person_id: int) -> Actor:
    """Return somebody who showed just now who they are."""
    return replace(actor_for(person_id), stepped_up_at=clock.real_now())


def export_of(person_id: int, *, by: int | None = None) -> dict[str, bytes]:
    """Ask, make and fetch somebody's file; return its parts by name."""
    asker = stepped_up(by or person_id)
    with unit_of_work():
        export_id = exports.ask_export(person_id, by=asker)
    queue.run_pending(strict=True)
    with unit_of_work():
        content = exports.fetch_export(export_id, by=asker)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def json_of(parts: dict[str, bytes]) -> dict[str, list[dict[str, object]]]:
    """Return the rows of a file by table."""
    return {
        Path(name).stem: json.loads(content)
        for name, content in parts.items()
        if name.startswith("gegevens/")
    }


def marks_in(text: str) -> set[str]:
    """Return the marks that a text holds."""
    return set(MARK.findall(text))
