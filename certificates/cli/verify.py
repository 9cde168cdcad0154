"""Commands for checking: judge files, also offline; write what a stranger needs for that."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask.cli import ScriptInfo, with_appcontext

from academy.kernel.db import unit_of_work
from academy.kernel.documents import DocumentError
from academy.kernel.durable import write_whole
from academy.kernel.settings import SettingsError, read_settings
from certificates.adapters.keys import lost_keys
from certificates.adapters.offline import NoRootError, by_seal_alone, find_root, with_snapshot
from certificates.adapters.pinning import reader
from certificates.queries.verification import check_upload
from certificates.rules.snapshot import SnapshotError
from certificates.rules.verdict import Finding
from certificates.services.snapshot import make_checker, make_snapshot, public_file

Judgement = Callable[[bytes], Finding]


class RefusedError(click.ClickException):
    """There is nothing to judge by; not the same exit status as a file that is not original."""

    exit_code = 2


@click.command("verify")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--register",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A snapshot of the register; then no database is needed.",
)
@click.option(
    "--root", help="Fingerprint or certificate of the root, where our keys folder is not."
)
@click.option("--json", "as_json", is_flag=True, help="A JSON list instead of lines.")
@click.pass_context
def verify(
    context: click.Context,
    files: tuple[str, ...],
    *,
    register: Path | None,
    root: str | None,
    as_json: bool,
) -> None:
    """Judge files against the register; exit 0 only if all are original.

    Without a database the register is a snapshot; without both, only the seal is judged.
    """
    judge = _by_snapshot(register, root) if register else _by_database_or_seal(context)
    found = [(name, judge(Path(name).read_bytes())) for name in files]
    if as_json:
        click.echo(json.dumps([_plain(name, finding) for name, finding in found], indent=2))
    else:
        for name, finding in found:
            click.echo(f"{name}: {finding.verdict}. {finding.reasons[0].nl}")
            if register:
                click.echo(f"  Volgens het register van {finding.as_of:%d-%m-%Y %H:%M} UTC.")
    raise SystemExit(0 if all(finding.verdict == "original" for _, finding in found) else 1)


def _by_snapshot(register: Path, root: str | None) -> Judgement:
    folder = _keys_folder()
    try:
        fingerprint = find_root(root, keys_folder=folder)
        judge = with_snapshot(
            register.read_bytes(), root_fingerprint=fingerprint, lost_keys=lost_keys(folder)
        )
        known = judge.snapshot.chains if judge.snapshot else ()
        return replace(judge, read_seal=reader(folder, more_chains=known)).judge
    except (NoRootError, SnapshotError) as error:
        raise RefusedError(f"{error.nl} / {error.en}") from error


def _by_database_or_seal(context: click.Context) -> Judgement:
    try:
        app = context.ensure_object(ScriptInfo).load_app()
        context.with_resource(app.app_context())
        check_upload(b"")
    except (SettingsError, sa.exc.SQLAlchemyError):
        return by_seal_alone(_keys_folder()).judge
    return lambda data: check_upload(data).finding


def _keys_folder() -> Path:
    """Return the folder with our public keys, also where nothing else was set up."""
    try:
        return read_settings().keys
    except SettingsError:
        var = Path(os.environ.get("ACADEMY_VAR", "var"))
        return Path(os.environ.get("ACADEMY_KEYS", var / "keys"))


def _plain(name: str, finding: Finding) -> dict[str, Any]:
    return {
        "file": name,
        "verdict": finding.verdict,
        "as_of": finding.as_of.isoformat(),
        "number": finding.number,
        "reasons": [asdict(reason) for reason in finding.reasons],
    }


@click.command("snapshot")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it here.")
@with_appcontext
def snapshot(*, out: Path | None) -> None:
    """Write the signed register as it stands now: numbers, hashes, states; no names."""
    try:
        with unit_of_work():
            data = make_snapshot()
    except DocumentError as error:
        raise click.ClickException(str(error)) from error
    path = out or public_file()
    write_whole(path, data)
    click.echo(f"{path}: {len(data)} bytes")


@click.command("checker")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Write it here."
)
@with_appcontext
def checker(*, out: Path) -> None:
    """Write the page that checks certificates in a browser, without network and without us."""
    try:
        page = make_checker()
    except DocumentError as error:
        raise click.ClickException(str(error)) from error
    write_whole(out, page)
    click.echo(f"{out}: {len(page)} bytes")
