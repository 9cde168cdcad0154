"""What a letter or a helper opened must not grow into the rights of somebody else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel import clock, ids
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.policy import Reach
from academy.people.models import Account, ApiToken, Grant, Person, SignIn
from academy.people.queries.about import acts_for
from academy.people.services import about, grants, letter, second_factor
from academy.people.services.sign_in import make_account, open_sign_in, set_password
from tests.factories import make_actor, make_cohort, make_grant, make_person, make_trainer

PASSWORD = "een lang wachtwoord"
MAILBOX = "samira@test.example"


class Scene:
    """A participant, the trainer who helps, and an administrator."""

    def __init__(self) -> None:
        cohort = make_cohort()
        self.samira = make_person("Samira", "El Haddou", email=MAILBOX)
        self.trainer = make_trainer(cohort)
        self.admin = make_person("Bea")
        make_grant(self.admin, "admin")
        self.reach = Reach(person_id=self.samira.id, cohort_id=cohort.id, place_id=cohort.place_id)


@pytest.fixture
def scene(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(letter, "print_letter", lambda **_values: b"%PDF")
    with unit_of_work():
        return Scene()


def actor(person: Person):
    return make_actor(db.session.get_one(Person, person.id))


def open_sign_ins(person: Person) -> int:
    found = sa.select(sa.func.count()).select_from(SignIn).where(SignIn.person_id == person.id)
    return db.session.scalar(found.where(SignIn.ended_at.is_(None))) or 0


def come_in(person: Person) -> None:
    with unit_of_work():
        if db.session.get(Account, person.id) is None:
            make_account(person.id, MAILBOX, by=actor(person))
        open_sign_in(person.id, device="test")


def give(scene: Scene, **changes: object) -> Grant:
    with unit_of_work():
        return grants.give_grant(
            scene.samira.id,
            "board",
            by=actor(scene.admin),
            scope_kind="everything",
            scope_id=None,
            reason="Gekozen",
            **{"valid_from": clock.today(), **changes},
        )


def test_a_first_right_ends_what_was_opened_before(scene: Scene) -> None:
    come_in(scene.samira)
    give(scene)
    assert open_sign_ins(scene.samira) == 0


def test_a_further_right_ends_nothing(scene: Scene) -> None:
    give(scene)
    come_in(scene.samira)
    give(scene, valid_to=clock.today() + timedelta(days=9))
    assert open_sign_ins(scene.samira) == 1


def test_who_will_get_a_right_gets_no_letter(scene: Scene) -> None:
    give(scene, valid_from=clock.today() + timedelta(days=30))
    with pytest.raises(ConflictError), unit_of_work():
        letter.make_letter(
            scene.samira.id, letter.LetterWish(), by=actor(scene.trainer), found_at=scene.reach
        )


def test_a_letter_is_told_as_help(scene: Scene) -> None:
    with unit_of_work():
        letter.make_letter(
            scene.samira.id, letter.LetterWish(), by=actor(scene.trainer), found_at=scene.reach
        )
    (act,) = acts_for(scene.samira.id, {"people:letter:made"})
    assert act.by == scene.trainer.display_name
    assert acts_for(scene.samira.id, {"people:letter:made"}, by_id=scene.admin.id) == []


def test_who_has_no_mailbox_can_set_no_password(scene: Scene) -> None:
    with unit_of_work():
        letter.make_letter(
            scene.samira.id, letter.LetterWish(), by=actor(scene.trainer), found_at=scene.reach
        )
    with pytest.raises(NotFoundError), unit_of_work():
        set_password(scene.samira.id, PASSWORD, by=actor(scene.samira))


def test_another_mailbox_begins_without_password_and_sign_ins(scene: Scene) -> None:
    come_in(scene.samira)
    with unit_of_work():
        set_password(scene.samira.id, PASSWORD, by=actor(scene.samira))
    come_in(scene.samira)
    with unit_of_work():
        make_account(scene.samira.id, "nieuw@test.example", by=actor(scene.admin))
    assert db.session.get_one(Account, scene.samira.id).password_hash is None
    assert open_sign_ins(scene.samira) == 0


def test_nobody_else_changes_the_name_or_mailbox_of_who_has_rights(scene: Scene) -> None:
    names = about.Names(call_name="Sam")
    with unit_of_work():
        about.set_names(scene.samira.id, names, by=actor(scene.trainer), reaches=[scene.reach])
    give(scene)
    for change in (
        lambda by: about.set_names(scene.samira.id, names, by=by, reaches=[scene.reach]),
        lambda by: about.set_contact(
            scene.samira.id, about.Contact(phone="06-00000000"), by=by, reaches=[scene.reach]
        ),
    ):
        with pytest.raises(ConflictError), unit_of_work():
            change(actor(scene.trainer))
        with unit_of_work():
            change(actor(scene.samira))


def test_a_reset_ends_keys_too(scene: Scene) -> None:
    give(scene)
    come_in(scene.samira)
    with unit_of_work():
        db.session.add(
            ApiToken(
                person_id=scene.samira.id,
                name="Rooster",
                token_hash=ids.digest("x"),
                scopes=["cohorts:read"],
                created_at=clock.real_now(),
                expires_on=date(2099, 1, 1),
            )
        )
    with unit_of_work():
        second_factor.reset(scene.samira.id, reason="lost", by=actor(scene.admin))
    assert db.session.scalars(sa.select(ApiToken.revoked_at)).one() is not None
