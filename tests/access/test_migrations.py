"""Every step of the tables goes up, down and up again under a full academy (T25)."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from academy.kernel.db import Model, db
from academy.kernel.resources import folder

pytestmark = [pytest.mark.slow, pytest.mark.trust("T25")]

MIGRATIONS = folder("migrations")
OWN = "alembic_version"
TELLS = {
    "0002": ("certificate_event",),
    "0003": ("certificate_file", "person_salt", "register_entry", "register_head"),
}
"""Tables whose rows a step is there to change: 0003 fills them from what was there before, and
below 0002 there is no word for some steps of a certificate's life."""


def revisions(directory: Path) -> list[str]:
    """Return every revision, the newest first."""
    script = ScriptDirectory(str(directory))
    return [revision.revision for revision in script.walk_revisions()]


def contents() -> dict[str, dict[str, str]]:
    """Return a hash of every column of every table, in the order of its first column."""
    metadata = sa.MetaData()
    metadata.reflect(db.engine)
    found: dict[str, dict[str, str]] = {}
    with db.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name == OWN:
                continue
            order = list(table.primary_key) or list(table.columns)
            rows = connection.execute(sa.select(table).order_by(*order)).mappings().all()
            found[table.name] = {
                column.name: hashlib.sha256(
                    repr([r[column.name] for r in rows]).encode()
                ).hexdigest()
                for column in table.columns
            }
    return found


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the columns that both have and that hold something else now."""
    return [
        f"{table}.{column}"
        for table in before.keys() & after.keys()
        for column in before[table].keys() & after[table].keys()
        if before[table][column] != after[table][column]
    ]


def told(step: str, changed: list[str]) -> list[str]:
    """Return what a step changed, without the tables whose rows it is there to change."""
    return [one for one in changed if one.partition(".")[0] not in TELLS.get(step, ())]


def faults_of_stairs(directory: Path, *, most: int | None = None) -> list[str]:
    """Go every step down and up again, and return what changed in the rows that stayed.

    `most` is how many of the newest steps; every one unless told.
    """
    faults: list[str] = []
    steps = revisions(directory)
    where = str(directory)
    db.session.remove()
    for step, below in list(zip(steps, [*steps[1:], "base"], strict=True))[:most]:
        full = contents()
        flask_migrate.downgrade(directory=where, revision=below)
        lower = contents()
        faults += [f"down from {step}: {one}" for one in told(step, differences(full, lower))]
        if below == "base":
            faults += [f"left after {step}: {table}" for table in lower]
        flask_migrate.upgrade(directory=where, revision=step)
        again = contents()
        faults += [f"up to {step}: {one}" for one in told(step, differences(lower, again))]
        if full.keys() != again.keys():
            faults.append(f"{step} makes other tables the second time")
        flask_migrate.downgrade(directory=where, revision=below)
    flask_migrate.upgrade(directory=where)
    return faults


def test_every_step_goes_down_and_up_under_a_full_academy(academy):
    assert sum(len(columns) for columns in contents().values()) > 300
    assert faults_of_stairs(MIGRATIONS) == []
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []


def checks(engine: sa.Engine) -> dict[str, dict[str, str]]:
    """Return the name and the condition of every check of every table."""
    inspector = sa.inspect(engine)
    return {
        table: {str(c["name"]): c["sqltext"] for c in inspector.get_check_constraints(table)}
        for table in inspector.get_table_names()
        if table != OWN
    }


def test_the_steps_lead_to_the_checks_that_the_models_name(app):
    """SQLite makes a changed table anew, and a step that forgets a check loses it in silence."""
    db.session.remove()
    db.drop_all()
    db.create_all()
    named = checks(db.engine)
    db.drop_all()
    flask_migrate.stamp(directory=str(MIGRATIONS), revision="base")
    flask_migrate.upgrade(directory=str(MIGRATIONS))
    assert checks(db.engine) == named


def test_what_the_chain_of_the_register_holds_is_not_taken_out(academy, caplog):
    db.session.remove()
    flask_migrate.downgrade(directory=str(MIGRATIONS), revision="0004")
    with db.engine.begin() as connection:
        connection.execute(
            sa.text(
                "update certificate_event set kind = 'archived'"
                " where id = (select max(id) from certificate_event)"
            )
        )
    before = contents()
    with pytest.raises(SystemExit):
        flask_migrate.downgrade(directory=str(MIGRATIONS), revision="0003")
    assert "backup of before" in caplog.text
    assert contents() == before


LOSSY = '''"""Adds a column, and forgets the phones on the way back. Revision: 9999."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{before}"
branch_labels = depends_on = None


def upgrade():
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("planted", sa.String(9)))


def downgrade():
    with op.batch_alter_table("person") as batch:
        batch.drop_column("planted")
    {forget}
'''


def planted(tmp_path: Path, *, forget: str) -> Path:
    """Return the migrations with one more step."""
    directory = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, directory, ignore=shutil.ignore_patterns("__pycache__"))
    step = LOSSY.format(before=revisions(MIGRATIONS)[0], forget=forget)
    (directory / "versions" / "9999_planted.py").write_text(step, encoding="utf-8")
    db.session.remove()
    flask_migrate.upgrade(directory=str(directory))
    return directory


@pytest.mark.trust("T25", planted=True)
def test_a_step_that_loses_something_is_found(academy, tmp_path):
    directory = planted(tmp_path, forget="op.execute(\"update person set phone = ''\")")
    assert "down from 9999: person.phone" in faults_of_stairs(directory, most=1)


def test_a_step_with_a_column_more_is_no_fault(academy, tmp_path):
    assert faults_of_stairs(planted(tmp_path, forget=""), most=2) == []


@pytest.mark.trust("T25", planted=True)
def test_a_step_that_leaves_rows_pointing_at_nothing_is_refused_and_undone(academy, tmp_path):
    directory = planted(tmp_path, forget='op.execute("update person set place_id = 999999")')
    before = contents()

    with pytest.raises((SystemExit, sa.exc.IntegrityError)):
        flask_migrate.downgrade(directory=str(directory), revision="-1")

    assert contents() == before
