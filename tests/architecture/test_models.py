"""Every column says what it tells of a person; nothing loads by surprise; migrations agree."""

from __future__ import annotations

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from academy.app import create_app
from academy.kernel.db import Label, Model, db
from tests.conftest import make_settings
from tests.postgres import cluster

FORBIDDEN = ("bsn", "birth", "passport", "religion", "ethnic", "health", "diagnos", "gender")
ADDRESS = ("postal", "postcode", "street", "house_number")


def tables():
    return list(Model.metadata.tables.values())


def columns():
    return [column for table in tables() for column in table.columns]


def relationships():
    return [
        relation
        for mapper in Model.registry.mappers
        for relation in sa.inspect(mapper.class_).relationships
    ]


def unlabelled(all_columns):
    return [str(c) for c in all_columns if not isinstance(c.info.get("personal"), Label)]


def test_every_column_is_labelled(app):
    assert len(columns()) > 200
    assert not unlabelled(columns())


def test_a_column_without_a_label_is_found():
    planted = sa.Table("planted", sa.MetaData(), sa.Column("secret", sa.Text))
    assert unlabelled(planted.columns) == ["planted.secret"]


def test_no_column_asks_what_we_may_not_know(app):
    asked = [str(c) for c in columns() if any(word in c.name for word in FORBIDDEN + ADDRESS)]
    assert not asked


def test_no_relationship_loads_by_surprise(app):
    assert relationships()
    lazy = [str(r) for r in relationships() if r.lazy != "raise_on_sql"]
    assert not lazy


def test_every_foreign_key_says_what_happens_and_has_an_index(app):
    wrong = []
    for table in tables():
        leading = {next(iter(index.columns.keys())) for index in table.indexes}
        leading |= {
            next(iter(c.columns.keys()))
            for c in table.constraints
            if isinstance(c, sa.UniqueConstraint | sa.PrimaryKeyConstraint) and c.columns
        }
        for key in table.foreign_key_constraints:
            first = key.columns[0]
            if not key.ondelete:
                wrong.append(f"{first} says no ondelete")
            if first.name not in leading and not first.unique:
                wrong.append(f"{first} has no index")
    assert not wrong


def test_every_constraint_has_a_name(app):
    unnamed = [
        f"{table.name}: {constraint}"
        for table in tables()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert not unnamed


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
def empty_url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    with cluster() as server:
        yield f"{server}postgres"


@pytest.mark.trust("T25")
@pytest.mark.slow
def test_migrations_go_up_down_and_up_and_equal_the_models(empty_url, tmp_path):
    migrating = create_app(make_settings(empty_url, tmp_path), testing=True)
    with migrating.app_context():
        flask_migrate.upgrade()
        flask_migrate.downgrade(revision="base")
        left = set(sa.inspect(db.engine).get_table_names())
        assert left <= {"alembic_version"}
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            differences = compare_metadata(context, Model.metadata)
        assert not differences
        db.session.remove()
        db.engine.dispose()


@pytest.mark.trust("T25", planted=True)
@pytest.mark.slow
def test_a_model_that_the_migrations_do_not_know_is_found(tmp_path):
    migrating = create_app(
        make_settings(f"sqlite:///{tmp_path / 'empty.sqlite'}", tmp_path), testing=True
    )
    with migrating.app_context():
        flask_migrate.upgrade()
        planted = sa.MetaData(naming_convention=Model.metadata.naming_convention)
        for table in tables():
            table.to_metadata(planted)
        sa.Table("planted", planted, sa.Column("id", sa.Integer, primary_key=True))
        with db.engine.connect() as connection:
            differences = compare_metadata(MigrationContext.configure(connection), planted)
        assert [kind for kind, *_rest in differences] == ["add_table"]
        db.engine.dispose()
