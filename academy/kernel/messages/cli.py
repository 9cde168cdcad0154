"""The command that shows what would go out by itself."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta

import click
from flask.cli import with_appcontext

from academy.kernel import clock
from academy.kernel.db import set_reading
from academy.kernel.messages import engine
from academy.kernel.messages.declared import recipients_of
from academy.kernel.messages.planning import Planned

MOST_MONTHS = 24
DAYS_PER_MONTH = 365 / 12


@click.group()
def messages() -> None:
    """What goes out by itself."""


@messages.command()
@click.option(
    "--months", default=12, show_default=True, type=click.IntRange(1, MOST_MONTHS), help="How far."
)
@click.option("--json", "as_json", is_flag=True, help="Every message, as JSON.")
@with_appcontext
def rehearse(*, months: int, as_json: bool) -> None:
    """Show what would go to whom in the coming months if nobody did anything. Sends nothing."""
    set_reading(True)
    now = clock.now()
    planned = engine.rehearse(now, ahead(now, months))
    if as_json:
        click.echo(json.dumps([_row(one) for one in planned], ensure_ascii=False))
        return
    names = {key: one.name for key, one in recipients_of({p.person_id for p in planned}).items()}
    for one in planned:
        local = one.planned_for.astimezone(clock.AMSTERDAM)
        click.echo(f"{local:%Y-%m-%d %H:%M}  {one.channel:6}  {one.name}  {names[one.person_id]}")
    counts = Counter(one.channel for one in planned)
    click.echo(", ".join(f"{channel}: {counts[channel]}" for channel in sorted(counts)) or "0")


def ahead(now: datetime, months: int) -> datetime:
    """Return the moment so many months after `now`, of thirty days and a bit each."""
    return now + timedelta(days=round(months * DAYS_PER_MONTH))


def _row(one: Planned) -> dict[str, str | int | None]:
    return {
        "key": one.key,
        "message": one.name,
        "person": one.person_id,
        "channel": one.channel,
        "planned_for": one.planned_for.isoformat(),
        "part_of": one.part_of,
    }
