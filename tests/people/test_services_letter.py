"""A printed letter with a code: who may make it, how often it works, when it ends."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pypdf
import pytest
import sqlalchemy as sa
import time_machine

from academy.kernel import audit, clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError, TooManyError
from academy.kernel.mail import OutgoingMail
from academy.kernel.policy import Reach
from academy.people.adapters.letter import print_letter
from academy.people.models import Account, Person, SignInLetter
from academy.people.services import letter
from academy.people.services.sign_in import make_account, open_account
from tests.factories import make_actor, make_cohort, make_grant, make_person, make_trainer

HOME = "192.0.2.7"


@pytest.fixture
def printed(monkeypatch):
    """What went to the printer; drawing the letter is tested on its own."""
    found = []

    def keep(**values):
        found.append(values)
        return b"%PDF"

    monkeypatch.setattr(letter, "print_letter", keep)
    return found


class Scene:
    def __init__(self):
        self.cohort = make_cohort()
        self.trainer = make_trainer(self.cohort)
        self.samira = make_person("Samira", "El Haddou", email=None)
        self.reach = Reach(cohort_id=self.cohort.id, place_id=self.cohort.place_id)


@pytest.fixture
def scene(app, printed):
    with unit_of_work():
        return Scene()


def make(scene, person=None, *, by=None, reach=None):
    with unit_of_work():
        person_id = (person or scene.samira).id
        actor = make_actor(db.session.get_one(Person, (by or scene.trainer).id))
        letter.make_letter(person_id, letter.LetterWish(), by=actor, found_at=reach or scene.reach)


def use(typed, *, address=HOME):
    with unit_of_work():
        return letter.use_letter(typed, address=address)


def test_the_code_of_a_letter_opens_the_door_for_that_person(scene, printed):
    make(scene)
    assert re.fullmatch(r"\d{16}", printed[0]["code"])
    assert use(printed[0]["code"]) == scene.samira.id


def test_a_code_in_groups_and_with_hyphens_fits(scene, printed):
    make(scene)
    code = printed[0]["code"]
    assert use(f" {code[:4]}-{code[4:8]} {code[8:12]}  {code[12:]} ") == scene.samira.id


def test_a_code_works_once(scene, printed):
    make(scene)
    use(printed[0]["code"])
    with pytest.raises(InvalidInputError):
        use(printed[0]["code"])


def test_a_code_lives_fourteen_days(scene, printed):
    make(scene)
    now = clock.real_now()
    with (
        time_machine.travel(now + timedelta(days=14, seconds=1), tick=False),
        pytest.raises(InvalidInputError),
    ):
        use(printed[0]["code"])
    with time_machine.travel(now + timedelta(days=13, hours=23), tick=False):
        assert use(printed[0]["code"]) == scene.samira.id


def test_a_new_letter_ends_the_one_before(scene, printed):
    make(scene)
    make(scene)
    old, new = (one["code"] for one in printed)
    with pytest.raises(InvalidInputError):
        use(old)
    assert use(new) == scene.samira.id


def test_the_database_has_neither_code_nor_bare_hash(scene, printed):
    make(scene)
    row = db.session.scalars(sa.select(SignInLetter)).one()
    assert printed[0]["code"] not in str([getattr(row, c.name) for c in row.__table__.columns])
    assert row.code_hash != letter.ids.digest(printed[0]["code"])
    assert row.made_by_id == scene.trainer.id


def test_making_and_using_are_in_the_audit_log(scene, printed):
    make(scene)
    use(printed[0]["code"])
    told = db.session.execute(
        sa.select(audit.AuditEvent.action, audit.AuditEvent.actor_id)
        .where(audit.AuditEvent.action.like("people:letter:%"))
        .order_by(audit.AuditEvent.id)
    ).all()
    assert [tuple(one) for one in told] == [
        ("people:letter:made", scene.trainer.id),
        ("people:letter:used", scene.samira.id),
    ]


def test_a_person_without_mail_gets_a_door_without_a_mailbox(scene, printed):
    make(scene)
    assert db.session.get_one(Account, scene.samira.id).mailbox is None


def test_who_came_by_letter_can_get_a_mailbox_later(scene, printed):
    make(scene)
    with unit_of_work():
        db.session.get_one(Person, scene.samira.id).email = "samira@test.example"
        admin = make_person("Bea")
        make_grant(admin, "admin")
        open_account(scene.samira.id, by=make_actor(admin))
    assert db.session.get_one(Account, scene.samira.id).mailbox == "samira@test.example"
    assert use(printed[0]["code"]) == scene.samira.id


def test_who_has_a_mailbox_hears_that_a_letter_was_made(scene, printed):
    make(scene)
    assert db.session.scalars(sa.select(OutgoingMail.template)).all() == []
    with unit_of_work():
        make_account(scene.samira.id, "samira@test.example", by=make_actor(scene.samira))
    make(scene)
    kept = db.session.scalars(sa.select(OutgoingMail)).one()
    assert (kept.template, kept.to_address) == ("people/letter_made", "samira@test.example")


def test_a_shared_mailbox_does_not_mix_letters(scene, printed):
    with unit_of_work():
        fatma = make_person("Fatma")
        for one in (scene.samira, fatma):
            make_account(one.id, "samen@test.example", by=make_actor(fatma))
    make(scene)
    make(scene, fatma)
    assert use(printed[1]["code"]) == fatma.id
    assert use(printed[0]["code"]) == scene.samira.id


def test_a_coach_makes_it_for_whom_they_guide(scene, printed):
    with unit_of_work():
        coach = make_person("Marije")
        make_grant(coach, "coach", about=scene.samira)
    make(scene, by=coach, reach=Reach())
    assert use(printed[0]["code"]) == scene.samira.id


def test_a_trainer_of_another_group_finds_nobody(scene):
    with unit_of_work():
        stranger = make_trainer(make_cohort(name="Elders"))
    with pytest.raises(NotFoundError):
        make(scene, by=stranger)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SignInLetter)) == 0


@pytest.mark.parametrize("role", ["board", "coordinator", "client_contact"])
def test_nobody_makes_a_letter_for_who_sees_data_of_others(scene, role):
    with unit_of_work():
        make_grant(scene.samira, role)
    with pytest.raises(ConflictError, match="Samira El Haddou"):
        make(scene)


def test_nobody_makes_a_letter_for_oneself(scene):
    with pytest.raises(ConflictError):
        make(scene, scene.trainer)


def test_a_letter_dies_when_its_person_gets_a_right(scene, printed):
    make(scene)
    with unit_of_work():
        make_grant(scene.samira, "coordinator")
    with pytest.raises(InvalidInputError):
        use(printed[0]["code"])


def test_a_closed_account_gets_no_letter_and_uses_none(scene, printed):
    make(scene)
    with unit_of_work():
        db.session.get_one(Account, scene.samira.id).disabled_at = clock.real_now()
    with pytest.raises(InvalidInputError):
        use(printed[0]["code"])
    with pytest.raises(ConflictError):
        make(scene)


def test_ten_tries_in_five_minutes_and_no_more(scene):
    for _try in range(10):
        with pytest.raises(InvalidInputError):
            use("0" * 16)
    with pytest.raises(TooManyError):
        use("0" * 16)
    with pytest.raises(InvalidInputError):
        use("0" * 16, address="192.0.2.8")


def test_fifty_wrong_codes_a_day_and_no_more(scene):
    start = clock.real_now()
    for step in range(50):
        with (
            time_machine.travel(start + timedelta(minutes=6 * step), tick=False),
            pytest.raises(InvalidInputError),
        ):
            use("1" * 16)
    with (
        time_machine.travel(start + timedelta(minutes=310), tick=False),
        pytest.raises(TooManyError),
    ):
        use("1" * 16)


def test_coming_in_costs_no_try(scene, printed):
    for _neighbour in range(12):
        make(scene)
        assert use(printed[-1]["code"]) == scene.samira.id


@pytest.mark.parametrize("typed", ["", "12", "1" * 15, "1" * 17, "letters", "１" * 16])  # noqa: RUF001
def test_what_is_no_code_fits_nobody(scene, typed):
    make(scene)
    with pytest.raises(InvalidInputError):
        use(typed)


@pytest.mark.slow
def test_the_letter_says_the_code_the_end_and_whom_to_call(app):
    made = print_letter(
        name="Samira El Haddou",
        call_name="Samira",
        code="4821903377150264",
        valid_to=clock.now() + timedelta(days=14),
        made_by="Said",
    )
    said = " ".join(pypdf.PdfReader(io.BytesIO(made)).pages[0].extract_text().split())
    for words in ("4821 9033 7715 0264", "tot 7 december 2026", "/binnenkomen/brief", "Bel Tineke"):
        assert words in said, words
