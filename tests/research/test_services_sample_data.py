"""Proof on real input: every problem of the sample data stands as its file says."""

from __future__ import annotations

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.policy import Actor, HeldGrant
from academy.research import queries
from academy.research.models import Confirmation
from tests.factories import make_actor, make_person
from tests.research.neighbourhood import load_sample, rows

STANDINGS = {
    "opgelost": "solved",
    "onderweg": "confirming",
    "wacht": "resting",
    "genoemd": "named",
    "sleutel gevonden": "key_found",
}


def test_the_sample_data_stand_as_their_files_say(app):
    ids = load_sample()
    everywhere = Actor(person_id=1, grants=(HeldGrant("coordinator", "everything"),))
    stands = {
        row["problem_id"]: queries.get_problem_page(ids[row["problem_id"]], by=everywhere)
        for row in rows("problems")
    }
    assert {key: page.problem.standing for key, page in stands.items()} == {
        row["problem_id"]: STANDINGS[row["status"]] for row in rows("problems")
    }
    assert {key for key, page in stands.items() if page.problem.verdict.is_solved} == {
        "PR01",
        "PR03",
        "PR05",
    }
    numbers = db.session.execute(sa.select(Confirmation.problem_id, Confirmation.number)).all()
    assert sorted(tuple(row) for row in numbers) == sorted(
        (ids[row["problem_id"]], int(row["confirmation"])) for row in rows("confirmations")
    )


def test_the_counts_equal_the_files(app):
    ids = load_sample()
    everywhere = Actor(person_id=1, grants=(HeldGrant("coordinator", "everything"),))
    listed = {row.id: row for row in queries.project_rows(everywhere).rows}
    assert len(listed) == 3
    observations = list(rows("observations"))
    for row in rows("research_projects"):
        project_id = ids[row["project_id"]]
        mine = [one for one in observations if one["project_id"] == row["project_id"]]
        withdrawn = [one for one in mine if one["consent"] == "ingetrokken"]
        found = queries.observations_of(project_id)
        assert (found.total, found.withdrawn) == (len(mine), len(withdrawn))
        assert sum(group.count for group in found.groups) == len(mine) - len(withdrawn)
        problems = [one for one in rows("problems") if one["project_id"] == row["project_id"]]
        assert listed[project_id].observations == len(mine)
        assert listed[project_id].problems == len(problems)
        assert listed[project_id].solved == sum(one["status"] == "opgelost" for one in problems)


def test_nobody_without_a_grant_reaches_it(app):
    load_sample()
    assert queries.project_rows(make_actor(make_person())).rows == ()
