"""The command that prints a coaching log, for instance on a request for access."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from academy.coaching.queries.plans import find_own_plan, find_person_id
from academy.coaching.services.documents import make_log
from academy.kernel.pdf.paper import DocumentNotMadeError
from academy.kernel.policy import SYSTEM


@click.group()
def coaching() -> None:
    """Coaching logs."""


@coaching.command("log")
@click.option("--person", "person", required=True, help="The person's id, or id in the CSV files.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--edition",
    type=click.Choice(("participant", "dossier")),
    default="participant",
    show_default=True,
    help="For the participant, or with who wrote and who read.",
)
@with_appcontext
def write_log(person: str, out: Path, edition: str) -> None:
    """Write somebody's coaching log as a sealed PDF; they see that it was read here."""
    person_id = find_person_id(person)
    plan = None if person_id is None else find_own_plan(person_id)
    if plan is None:
        raise click.ClickException(f"{person} heeft geen logboek. / {person} has no coaching log.")
    try:
        with force_locale("nl"):
            made = make_log(plan, by=SYSTEM, audience=plan.call_name, edition=edition)
    except DocumentNotMadeError as error:
        raise click.ClickException(error.sentence) from error
    out.write_bytes(made.pdf)
    click.echo(f"{out} {made.sha256}")
