"""Commands for the life of the keys: which there are, a new one, and one that was lost."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.settings import current
from certificates.adapters.keys import KeysError, fingerprint_in_groups
from certificates.adapters.status_key import add_status_key
from certificates.queries.keys import PublicKey, public_keys
from certificates.services import key_life

WORDS = {"active": "zegelt", "retired": "zegelt niet meer", "compromised": "in verkeerde handen"}


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="A JSON list instead of lines.")
@with_appcontext
def keys_list(*, as_json: bool) -> None:
    """List the public keys, retired ones too, with their fingerprints."""
    rows = public_keys()
    db.session.rollback()
    if as_json:
        click.echo(json.dumps([_plain(row) for row in rows], indent=2))
        return
    for row in rows:
        until = f"tot {row.valid_until:%d-%m-%Y}" if row.valid_until else "zonder einde"
        click.echo(f"{row.key_id} {row.purpose}: {_state(row)}")
        click.echo(f"  van {row.valid_from:%d-%m-%Y} {until}")
        click.echo(f"  {fingerprint_in_groups(row.fingerprint)}")


def _plain(row: PublicKey) -> dict[str, str | bool | None]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(row).items()
        if name != "certificate_pem"
    }


def _state(row: PublicKey) -> str:
    words = WORDS[row.state]
    if row.compromised_at is not None:
        words += f" sinds {row.compromised_at:%d-%m-%Y %H:%M} UTC"
    elif row.retired_at is not None:
        words += f" sinds {row.retired_at:%d-%m-%Y}"
    if row.state != "active" and row.has_private_key:
        words += " (de geheime helft ligt hier nog)"
    return words


@click.command("rotate")
@click.option(
    "--purpose", type=click.Choice(key_life.PURPOSES), default="certificates", show_default=True
)
@click.option(
    "--root",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The root's private key, from where you keep it; for seals only.",
)
@with_appcontext
def rotate(purpose: str, root: Path | None) -> None:
    """Let a new key sign from now on, and destroy the private half of the old one."""
    try:
        made = key_life.rotate(purpose, root=root)
    except KeysError as error:
        raise click.ClickException(error.sentence) from error
    click.echo(f"Vanaf nu zegelt {made.fresh.key_id} ({purpose}).")
    click.echo(fingerprint_in_groups(made.fresh.fingerprint))
    for key_id in made.ended:
        click.echo(f"De geheime helft van {key_id} is vernietigd. De openbare helft blijft staan.")


@click.command("compromise")
@click.argument("key_id", metavar="KID")
@click.option("--at", "moment", required=True, help="Since when, like 2026-11-23T14:30.")
@with_appcontext
def compromise(key_id: str, moment: str) -> None:
    """Enter that KID has been in other hands since a moment; it signs nothing any more."""
    try:
        since = datetime.fromisoformat(moment)
    except ValueError:
        raise click.ClickException("Schrijf het moment als 2026-11-23T14:30.") from None
    if since.tzinfo is None:
        since = since.replace(tzinfo=clock.AMSTERDAM)
    try:
        key_life.compromise(key_id, since=since)
    except KeysError as error:
        raise click.ClickException(error.sentence) from error
    click.echo(f"{key_id} zegelt niets meer. De geheime helft is vernietigd.")
    click.echo("Wat daarvoor in het register kwam, blijft origineel.")
    click.echo("Maak een nieuwe sleutel met: academy keys rotate --root BESTAND")
    click.echo(f"Geef daarna een nieuw zegel aan wat erna kwam: academy keys reseal {key_id}")


@click.command("status")
@click.option(
    "--root",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The root's private key, from where you keep it.",
)
@with_appcontext
def status(root: Path) -> None:
    """Make the key that tells whether our seals were revoked; levels B-LT and B-LTA need it."""
    settings = current()
    try:
        key_id = add_status_key(settings.keys, root, settings.keys_passphrase, now=clock.real_now())
    except KeysError as error:
        raise click.ClickException(error.sentence) from error
    click.echo(f"status: {key_id}")
