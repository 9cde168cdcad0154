"""The command that puts a new key in use for what lies encrypted."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from academy.kernel import rekeying
from academy.kernel.policy import Actor
from academy.kernel.rekeying import Tally

COMMAND = Actor(display_name="system", origin="cli")


@click.command("notes")
@click.option("--check", "only_look", is_flag=True, help="Only say which keys are needed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@with_appcontext
def notes(*, only_look: bool, as_json: bool) -> None:
    """Write all encrypted text anew with the newest key of ACADEMY_NOTES_KEY, while all runs on.

    Stopped halfway, run it again. Exit 0 only if no text needs an older key any more.
    """
    renewed = 0 if only_look else rekeying.renew(by=COMMAND)
    found = rekeying.look()
    is_done = not any(one.older or one.lost for one in found)
    if as_json:
        columns = [asdict(one) for one in found]
        click.echo(json.dumps({"ok": is_done, "renewed": renewed, "columns": columns}))
    else:
        for one in found:
            click.echo(f"{one.column}: {one.newest} newest, {one.older} older, {one.lost} lost")
        click.echo(_conclusion(found, renewed))
    raise SystemExit(0 if is_done else 1)


def _conclusion(found: list[Tally], renewed: int) -> str:
    older, lost = sum(one.older for one in found), sum(one.lost for one in found)
    if lost:
        return f"{lost} texts do not open with any key: put the missing key back"
    if older:
        return f"{older} texts need an older key still: run academy keys notes"
    return f"{renewed} texts written anew; no text needs an older key"
