"""Commands about courses: read curricula in, and print how everybody stands."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import with_appcontext

from academy.kernel.db import unit_of_work
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.policy import SYSTEM
from courses.adapters.curriculum import CurriculumFault, Fault, read_curricula
from courses.queries.progress import verdicts
from courses.services.content import Imported, import_curricula

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")


@click.group("courses")
def courses() -> None:
    """Course content and progress."""


@courses.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@AS_JSON
@with_appcontext
def import_folder(*, folder: Path, as_json: bool) -> None:
    """Read the curricula in FOLDER into frozen versions; any fault refuses the whole."""
    try:
        curricula = read_curricula(folder)
    except CurriculumFault as fault:
        _print_faults(fault.faults, as_json=as_json)
        raise SystemExit(1) from fault
    try:
        with unit_of_work():
            imported = import_curricula(curricula, by=SYSTEM)
    except ConflictError as conflict:
        click.echo(json.dumps({"error": conflict.sentence}) if as_json else conflict.sentence)
        raise SystemExit(1) from conflict
    for remark in curricula.remarks:
        click.echo(f"{remark.file}:{remark.line}: {remark.sentence_nl}", err=True)
    click.echo(json.dumps(asdict(imported)) if as_json else _sentence(imported))


def _print_faults(faults: list[Fault], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"faults": [fault._asdict() for fault in faults]}))
        return
    for fault in faults:
        click.echo(f"{fault.file}:{fault.line}: {fault.sentence_nl}")
    click.echo(f"Er is niets ingelezen: {len(faults)} fout(en).", err=True)


def _sentence(imported: Imported) -> str:
    return (
        f"Gelezen: {imported.tracks} leergangen, {imported.modules} modules, "
        f"{imported.questions} vragen en {imported.working_methods} werkvormen. "
        f"Nieuw: {imported.new_versions} versie(s) en "
        f"{imported.changed_working_methods} werkvorm(en)."
    )


@courses.command("verdicts")
@click.option("--cohort", "cohort", help="Only this cohort: its number, or its id in the data.")
@AS_JSON
@with_appcontext
def print_verdicts(*, cohort: str | None, as_json: bool) -> None:
    """Print for every enrolment what the rules say now, also for those already decided."""
    try:
        rows = list(verdicts(cohort))
    except NotFoundError as error:
        raise click.ClickException(
            f"Groep {cohort} is er niet. / There is no cohort {cohort}."
        ) from error
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        states = ", ".join(f"{one['id']}: {one['state']}" for one in row["criteria"])
        click.echo(f"{row['enrolment']}: {'complete' if row['complete'] else 'open'} ({states})")
        for criterion in row["criteria"]:
            for missing in criterion["missing"]:
                click.echo(f"    {missing['nl']}")
