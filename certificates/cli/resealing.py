"""Command: new seals for the certificates of a key that was lost."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext

from academy.kernel.documents import DocumentError
from certificates.adapters.timestamp import AuthorityAwayError
from certificates.tasks.resealing import Resealed
from certificates.tasks.resealing import reseal as reseal_all


@click.command("reseal")
@click.argument("key_id", metavar="KID")
@click.option(
    "--all", "everything", is_flag=True, help="What was sealed before the loss too, not only since."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@with_appcontext
def reseal(key_id: str, *, everything: bool, as_json: bool) -> None:
    """Give what the lost key KID sealed a new seal; once stopped, do it again and it goes on.

    Exit 1 when a certificate could not have one.
    """

    def tell(done: int, total: int) -> None:
        if not as_json:
            click.echo(f"{done} van {total}")

    try:
        done = reseal_all(key_id, everything=everything, tell=tell)
    except DocumentError as error:
        raise click.ClickException(error.sentence) from error
    except AuthorityAwayError as error:
        sentence = "De tijdstempel kwam niet. Doe dit straks nog eens, dan gaat het verder."
        raise click.ClickException(sentence) from error
    _say(done, as_json=as_json)
    raise SystemExit(1 if done.refused else 0)


def _say(done: Resealed, *, as_json: bool) -> None:
    if as_json:
        refused = [{"number": number, "reason": reason} for number, reason in done.refused]
        click.echo(json.dumps({"resealed": done.count, "refused": refused}))
        return
    click.echo(f"{done.count} certificaten hebben een nieuw zegel. De eigenaars krijgen bericht.")
    for number, reason in done.refused:
        click.echo(f"{number}: {reason}")
