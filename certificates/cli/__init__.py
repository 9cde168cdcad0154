"""Commands: issue and verify certificates, make and list the sealing keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.documents import DocumentError
from academy.kernel.rekeying_cli import notes
from academy.kernel.settings import Settings, current
from certificates.adapters import badge_keys
from certificates.adapters.keys import (
    KeysError,
    fingerprint_in_groups,
    init_keys,
)
from certificates.adapters.pinning import pin_seal
from certificates.adapters.pkcs12 import chain_in
from certificates.adapters.status_key import add_status_key
from certificates.adapters.timestamp import AuthorityAwayError
from certificates.cli.keys import compromise, keys_list, rotate, status
from certificates.cli.resealing import reseal
from certificates.cli.verify import checker, snapshot, verify
from certificates.models import SigningKey
from certificates.queries.lists import find_cohort, waiting_in
from certificates.services.keys import enter_key
from certificates.tasks import issuing
from certificates.tasks import sweep as sweeping


@click.group()
def certificates() -> None:
    """Issue and verify certificates."""


@certificates.command("issue")
@click.option("--cohort", required=True, help="The cohort's id, or its id in the loaded data.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@with_appcontext
def issue(cohort: str, *, as_json: bool) -> None:
    """Make the files of a cohort's granted certificates now, without waiting for the worker.

    Exit 1 when one could not be made; the others are made all the same.
    """
    with unit_of_work():
        cohort_id = find_cohort(cohort)
        waiting = waiting_in(cohort_id) if cohort_id is not None else []
    if cohort_id is None:
        raise click.ClickException(f"Er is geen groep {cohort}.")
    refused = [(number, why) for one, number in waiting if (why := _make(one))]
    made = len(waiting) - len(refused)
    if as_json:
        told: dict[str, Any] = {"cohort": cohort, "issued": made}
        if refused:
            told["refused"] = [{"number": number, "reason": why} for number, why in refused]
        click.echo(json.dumps(told))
    else:
        click.echo(f"{made} certificaten gemaakt.")
        for number, why in refused:
            click.echo(f"{number}: {why}")
    raise SystemExit(1 if refused else 0)


def _make(certificate_id: int) -> str:
    """Make one file, and return why that was not possible; empty when it was.

    Raises ClickException for what would stop every other file too.
    """
    try:
        issuing.issue(certificate_id)
    except AuthorityAwayError as error:
        sentence = "De tijdstempel kwam niet. De certificaten wachten en zijn niet verzegeld."
        raise click.ClickException(sentence) from error
    except DocumentError as error:
        if isinstance(error, KeysError) or error.kind == KeysError.__name__:
            raise click.ClickException(error.sentence) from error
        return error.sentence
    return ""


certificates.add_command(verify)
certificates.add_command(snapshot)
certificates.add_command(checker)


@certificates.command("sweep")
@click.option("--all", "however_many", is_flag=True, help="Also when many belong to nothing.")
@with_appcontext
def sweep(*, however_many: bool) -> None:
    """Move aside stored files that no certificate knows and that are older than a day.

    They are kept for 90 days, in the folder removed/ of the storage.
    """
    done = sweeping.sweep(however_many=however_many)
    if done.refused:
        raise click.ClickException(
            f"{done.refused} bestanden horen bij niets. Is dit de goede database? Er is niets"
            " verplaatst. Klopt alles, kies dan --all."
        )
    click.echo(f"{done.temporary + done.aside} bestanden opgeruimd.")


@click.group()
def keys() -> None:
    """Make, list, renew and end the sealing keys."""


@keys.command("init")
@with_appcontext
def keys_init() -> None:
    """Make a root to take away and a key for each purpose; never over existing ones.

    Where there is a seal already, only keys for credentials that are missing are added.
    """
    settings = current()
    if not sa.inspect(db.engine).has_table(SigningKey.__tablename__):
        sentence = "Er zijn nog geen tabellen. Doe eerst: academy db upgrade"
        raise click.ClickException(f"{sentence} / There are no tables yet: academy db upgrade")
    try:
        added = _add_badge_keys(settings)
        if added:
            _say_badge_keys(added)
            return
        made = init_keys(
            settings.keys, settings.keys_passphrase, now=clock.real_now(), issuer=settings.name
        )
        root, word = made.root_private_key, settings.keys_passphrase
        add_status_key(settings.keys, root, word, now=clock.real_now())
    except KeysError as error:
        raise click.ClickException(str(error)) from error
    _add_badge_keys(settings)
    with unit_of_work():
        for key in made.keys:
            enter_key(key)
    click.echo(f"Basis: {fingerprint_in_groups(made.root_fingerprint)}")
    for key in made.keys:
        click.echo(f"{key.purpose}: {key.key_id}, tot {key.valid_until:%d-%m-%Y}")
    _say_badge_keys(badge_keys.list_keys(settings.keys))
    click.echo(f"Neem {made.root_private_key} mee naar een veilige plek en gooi het hier weg.")


def _add_badge_keys(settings: Settings) -> list[badge_keys.BadgeKey]:
    """Make the keys of credentials that are missing, that of wallets only where they come in."""
    return badge_keys.complete(
        settings.keys,
        settings.keys_passphrase,
        now=clock.real_now(),
        purposes=badge_keys.ALL if settings.has_wallet else badge_keys.PURPOSES,
    )


def _say_badge_keys(made: list[badge_keys.BadgeKey]) -> None:
    for key in made:
        click.echo(f"{key.purpose}: {key.key_id}, zonder einde")


@keys.command("pin")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False))
@with_appcontext
def keys_pin(file: str | None) -> None:
    """Make a seal from elsewhere known: the chain in a PEM FILE, or in ACADEMY_SEAL_PKCS12."""
    settings = current()
    try:
        if file is None and not settings.seal_pkcs12:
            raise click.ClickException("Geef een bestand, of zet ACADEMY_SEAL_PKCS12.")
        if file:
            pem = Path(file).read_bytes()
        else:
            pem = chain_in(Path(settings.seal_pkcs12), settings.seal_passphrase)
        key = pin_seal(settings.keys, pem)
    except KeysError as error:
        raise click.ClickException(str(error)) from error
    with unit_of_work():
        enter_key(key)
    click.echo(f"{key.key_id}, tot {key.valid_until:%d-%m-%Y}")
    click.echo(fingerprint_in_groups(key.fingerprint))


keys.add_command(keys_list)
keys.add_command(rotate)
keys.add_command(compromise)
keys.add_command(reseal)
keys.add_command(status)
keys.add_command(notes)
