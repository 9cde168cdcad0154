"""Commands: backup, restore, doctor."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import with_appcontext

from academy.keeping.backup import back_up
from academy.keeping.checks import all_faults
from academy.keeping.doctor import Finding, examine
from academy.keeping.manifest import BackupError, DamagedBackupError
from academy.keeping.restore import restore as put_back
from academy.kernel.settings import current

FOLDER = click.Path(file_okay=False, path_type=Path)
OWNER_ONLY = 0o077
SIGNS = {"ok": "ok     ", "warning": "WARNING", "fault": "FAULT  "}


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--with-keys", is_flag=True, help="Copy the private sealing keys too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@with_appcontext
def backup(folder: Path, *, with_keys: bool, as_json: bool) -> None:
    """Copy database, issued files and public keys into the new folder DIR, while all runs on."""
    os.umask(OWNER_ONLY)
    try:
        made = back_up(folder.resolve(), current(), with_private_keys=with_keys)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"no backup was made: {error.strerror or error}") from error
    rows = sum(made.manifest.facts.tables.values())
    if as_json:
        report = {"ok": not made.warnings, "folder": str(made.folder), "faults": made.warnings}
        click.echo(json.dumps(report | {"rows": rows, "files": len(made.manifest.files)}))
    else:
        _print(made.warnings)
        facts = made.manifest.facts
        click.echo(f"{made.folder}: {rows} rows, {len(made.manifest.files)} files")
        click.echo(f"audit chain: {facts.audit_events} events, {facts.audit_hash}")
        if made.manifest.checkpoint is not None:
            click.echo(f"newest checkpoint: {made.manifest.checkpoint['day']}")
    raise SystemExit(1 if made.warnings else 0)


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--replace", is_flag=True, help="Replace an academy that is not empty.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@with_appcontext
def restore(folder: Path, *, replace: bool, as_json: bool) -> None:
    """Put the backup in DIR back, and verify every certificate and the audit chain.

    A damaged backup is refused before anything is touched. Exit 0 only if nothing is wrong.
    """
    os.umask(OWNER_ONLY)
    try:
        done = put_back(folder.resolve(), current(), replace=replace)
    except BackupError as error:
        _refuse(error, as_json=as_json)
    except OSError as error:
        _refuse(BackupError(f"not restored: {error.strerror or error}"), as_json=as_json)
    else:
        rows = sum(done.manifest.facts.tables.values())
        if as_json:
            report = {"ok": not done.faults, "restored": True, "rows": rows}
            click.echo(json.dumps(report | {"faults": done.faults, "notes": done.notes}))
        else:
            _print(done.notes)
            _print(done.faults)
            click.echo(f"restored: {rows} rows as of {done.manifest.made_at}")
            click.echo("Alles klopt. / Nothing is wrong." if not done.faults else "")
        raise SystemExit(1 if done.faults else 0)


def _refuse(error: BackupError, *, as_json: bool) -> None:
    faults = error.faults if isinstance(error, DamagedBackupError) else [str(error)]
    if as_json:
        click.echo(json.dumps({"ok": False, "restored": False, "faults": faults}))
    else:
        _print(faults)
        if isinstance(error, DamagedBackupError):
            click.echo(str(error), err=True)
    raise SystemExit(1)


def _print(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        click.echo(sentence, err=True)


@click.command()
@click.option("--all", "everything", is_flag=True, help="Ask all that `academy check` asks too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@with_appcontext
def doctor(*, everything: bool, as_json: bool) -> None:
    """Look whether the academy can work: settings, database, worker, storage, keys, mail, clock.

    Exit 0 unless there is a fault; a warning can wait until this week.
    """
    findings = examine(current())
    if everything and not any(
        one.subject == "database" and one.state == "fault" for one in findings
    ):
        faults = all_faults()
        findings += [Finding("check", "fault", fault) for fault in faults]
        findings += (
            [] if faults else [Finding("check", "ok", "register, files and chain are whole")]
        )
    healthy = all(one.state != "fault" for one in findings)
    if as_json:
        click.echo(json.dumps({"ok": healthy, "findings": [asdict(one) for one in findings]}))
    else:
        for one in findings:
            click.echo(f"{SIGNS[one.state]}  {one.subject}: {one.message}")
    raise SystemExit(0 if healthy else 1)
