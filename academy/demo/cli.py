"""The command `academy demo`."""

from __future__ import annotations

import logging
from pathlib import Path

import click
import structlog
from flask.cli import with_appcontext

from academy.demo import sign_ins
from academy.demo.data import DataFault
from academy.demo.loading import SAMPLE_DATA, load
from academy.demo.second_factors import code_now
from academy.kernel import clock, demo_clock
from academy.kernel.errors import DomainError
from academy.kernel.settings import current
from academy.people.rules import clean_mailbox


@click.group(invoke_without_command=True)
@click.option(
    "--data",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=SAMPLE_DATA,
    help="Another folder with the same files.",
)
@click.pass_context
@with_appcontext
def demo(context: click.Context, folder: Path) -> None:
    """Load the fictional academy into an empty database, and print one sign-in per role."""
    if context.invoked_subcommand is not None:
        return
    # The bar tells how far it is; only what goes wrong is told between.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        load(folder)
    except DataFault as fault:
        click.echo(f"{folder / fault.file}:{fault.line}: {fault.sentence}", err=True)
        click.echo("Er is niets geladen.", err=True)
        raise SystemExit(1) from fault
    except DomainError as error:
        raise click.ClickException(error.sentence) from error
    click.echo(sign_ins.printed())


@demo.command("code")
@click.argument("mailbox", metavar="E-MAIL")
@with_appcontext
def code(mailbox: str) -> None:
    """Print the code to type now, mailed or of the app; only in a demo on this machine itself."""
    if not (current().is_loopback and demo_clock.is_running()):
        raise click.ClickException("Dit kan alleen in een demo op deze machine zelf.")
    found = code_now(clean_mailbox(mailbox), clock.real_now())
    if found is None:
        raise click.ClickException(f"Voor {mailbox} is er geen code. Vraag er eerst een aan.")
    click.echo(found)
