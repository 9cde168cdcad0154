"""Commands about people: the first administrator of a new academy."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from academy.kernel import clock
from academy.kernel.db import unit_of_work
from academy.kernel.errors import DomainError
from academy.kernel.policy import SYSTEM, Actor
from academy.people.queries.accounts import people_of_mailbox, people_signed_in
from academy.people.queries.directory import has_administrator
from academy.people.rules import clean_mailbox
from academy.people.services import grants, persons, second_factor, sign_in


@click.group()
def people() -> None:
    """Persons and rights."""


@people.command("first-admin")
@click.option("--name", prompt="Naam / name", help="Name of the first administrator.")
@click.option("--email", prompt="E-mail", help="Where the sign-in code goes.")
@with_appcontext
def first_admin(name: str, email: str) -> None:
    """Make the first administrator of an empty academy."""
    try:
        with unit_of_work():
            first, _, last = name.strip().rpartition(" ")
            new = persons.NewPerson(
                call_name=first or last, last_name=last if first else "", email=email
            )
            person = persons.add_person(new, by=SYSTEM)
            sign_in.make_account(person.id, email, by=SYSTEM)
            grants.found_academy(
                person.id,
                "admin",
                granted_by_id=None,
                valid_from=clock.today(),
                reason="eerste beheerder",
            )
    except DomainError as error:
        raise click.ClickException(error.sentence) from error
    click.echo(f"{name} kan nu binnenkomen met {email}. / {name} can sign in with {email}.")


@people.command("reset-second-factor")
@click.argument("mailbox", metavar="E-MAIL")
@with_appcontext
def reset_second_factor(mailbox: str) -> None:
    """Take away the second factor of who signs in with E-MAIL, and end their sign-ins.

    For the only administrator of an academy; all others are helped on the page of rights.
    """
    with unit_of_work():
        found = people_of_mailbox(clean_mailbox(mailbox))
        for one in found:
            second_factor.reset_as_operator(one.person_id, by=Actor(origin="cli"))
    if not found:
        raise click.ClickException(f"Niemand komt binnen met {mailbox}.")
    click.echo("Weggehaald. / Taken away.")


@people.command("sign-out")
@click.argument("mailbox", metavar="[E-MAIL]", required=False)
@click.option("--everybody", is_flag=True, help="End every sign-in of the academy.")
@with_appcontext
def sign_out(mailbox: str | None, *, everybody: bool) -> None:
    """End the sign-ins of who comes in with E-MAIL, on every device. They may come in again."""
    if bool(mailbox) == everybody:
        raise click.UsageError("Noem een e-mailadres of --everybody.")
    by = Actor(origin="cli")
    with unit_of_work():
        found = people_of_mailbox(clean_mailbox(mailbox)) if mailbox else []
        people_in = [one.person_id for one in found] if mailbox else people_signed_in()
        ended = sum(sign_in.close_all(person_id, by=by) for person_id in people_in)
    if mailbox and not found:
        raise click.ClickException(f"Niemand komt binnen met {mailbox}.")
    click.echo(f"Afgemeld: {ended}. / Signed out: {ended}.")


@people.command("has-admin")
@with_appcontext
def has_admin() -> None:
    """Exit 0 if somebody can administer this academy, else 1."""
    raise SystemExit(0 if has_administrator() else 1)
