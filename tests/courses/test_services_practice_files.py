"""The photo or recording of a hand-in: kept, refused, taken away."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from academy.kernel import clock, documents
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from courses.models import PracticeFile, PracticeSubmission
from courses.queries.due import SETTLES_IN
from courses.queries.practice_files import get_file
from courses.services.practice import hand_in, refuse_photo, review
from courses.services.practice_files import (
    LARGEST_FILE,
    NewFile,
    prepare_photo,
    prepare_sound,
    remove_file,
)
from tests.courses import recordings
from tests.courses.test_services_practice import answer, assignment
from tests.courses.training_group import actor, add_person, after, grant, make_group

PHOTO = NewFile("image/jpeg", b"a small photo", people="nobody")
SOUND = NewFile("audio/webm", b"a short recording", seconds=12)


@pytest.fixture(scope="module", autouse=True)
def _no_child_is_left():
    yield
    documents.close()


def give(group, file=PHOTO, *, by=None, evidence="", number=1):
    evidence = evidence or ("foto" if file.is_photo else "ingesproken")
    with clock.at(after(2)), unit_of_work():
        return hand_in(
            group.enrolments[0],
            assignment(group, number),
            evidence=evidence,
            file=file,
            by=actor(by or group.learners[0]),
        )


def kept():
    return db.session.execute(
        sa.select(
            PracticeFile.submission_id, PracticeFile.content, PracticeFile.removed_why
        ).order_by(PracticeFile.id)
    ).all()


def test_a_photo_comes_out_small_and_bare():
    made = prepare_photo(recordings.photo((3200, 2400), orientation=6), people="agreed")
    assert (made.media_type, made.people, made.is_photo) == ("image/jpeg", "agreed", True)
    picture = Image.open(io.BytesIO(made.content))
    assert (picture.size, dict(picture.getexif())) == ((1200, 1600), {})


def test_a_recording_comes_out_without_its_words():
    made = prepare_sound(recordings.ogg(7))
    assert (made.media_type, made.seconds, made.is_photo) == ("audio/ogg", 7, False)
    assert recordings.CANARY not in made.content


@pytest.mark.parametrize(
    ("data", "people", "field", "word"),
    [
        (recordings.photo(), None, "people", "mensen"),
        (recordings.photo(), "somebody", "people", "mensen"),
        (b"x" * (LARGEST_FILE + 1), "nobody", "photo", "10 MB"),
        (b"GIF89a", "nobody", "photo", "jpg, png of webp"),
        (recordings.png(8, 8), "nobody", "photo", "te klein"),
    ],
)
def test_a_photo_that_is_no_use_is_refused_in_words(app, data, people, field, word):
    with pytest.raises(InvalidInputError) as refused:
        prepare_photo(data, people=people)
    assert word in refused.value.fields[field]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"x" * (LARGEST_FILE + 1), "10 MB"),
        (b"GIF89a", "m4a, mp3, ogg, wav of webm"),
        (recordings.ogg(306), "5 minuten"),
        (recordings.mp4(handler=b"vide"), "film"),
    ],
)
def test_a_recording_that_is_no_use_is_refused_in_words(app, data, word):
    with pytest.raises(InvalidInputError) as refused:
        prepare_sound(data)
    assert word in refused.value.fields["sound"]


def test_what_takes_too_long_is_refused_in_words(app, monkeypatch):
    def late(*_words, **_values):
        raise documents.DocumentTimeout("te laat")

    monkeypatch.setattr(documents, "call", late)
    for prepare in (lambda: prepare_photo(b"x", people="nobody"), lambda: prepare_sound(b"x")):
        with pytest.raises(InvalidInputError) as refused:
            prepare()
        assert "niet lezen" in "".join(refused.value.fields.values())


@pytest.mark.parametrize("file", [PHOTO, SOUND], ids=["photo", "sound"])
def test_a_file_is_kept_with_its_hand_in_and_once(app, file):
    group = make_group(1)
    submission_id = give(group, file)
    assert give(group, file) == submission_id
    assert kept() == [(submission_id, file.content, None)]
    other = NewFile(file.media_type, b"another one", people=file.people)
    assert give(group, other) != submission_id
    assert len(kept()) == 2


@pytest.mark.parametrize(
    ("file", "evidence"), [(PHOTO, "ingesproken"), (SOUND, "foto"), (PHOTO, "kort-verslag")]
)
def test_a_file_belongs_to_its_way(app, file, evidence):
    group = make_group(1)
    with pytest.raises(InvalidInputError):
        give(group, file, evidence=evidence)
    assert kept() == []


def test_who_may_hand_in_for_somebody_may_see_it_and_nobody_else(app):
    group, other = make_group(2), make_group(1, name="Elders")
    coach = add_person("Coach")
    grant(coach, "coach", kind="person", scope_id=group.learners[0])
    db.session.commit()
    submission_id = give(group)
    file_id = db.session.scalar(sa.select(PracticeFile.id))
    for person in (group.learners[0], group.trainer_id, group.coordinator_id, coach):
        found = get_file(file_id, by=actor(person))
        assert (found.content, found.media_type, found.order) == (PHOTO.content, "image/jpeg", 1)
    strangers = (
        group.learners[1],
        group.assessor_id,
        other.trainer_id,
        other.coordinator_id,
        other.learners[0],
    )
    for person in strangers:
        with pytest.raises(NotFoundError):
            get_file(file_id, by=actor(person))
        with pytest.raises(NotFoundError), unit_of_work():
            remove_file(file_id, by=actor(person))
        with pytest.raises(NotFoundError), unit_of_work():
            refuse_photo(submission_id, by=actor(person))
    assert kept() == [(submission_id, PHOTO.content, None)]


def test_its_maker_takes_it_away_for_good(app):
    group = make_group(1)
    submission_id = give(group, SOUND)
    answer(group, submission_id)
    file_id = db.session.scalar(sa.select(PracticeFile.id))
    for _time in range(2):
        with unit_of_work():
            assert remove_file(file_id, by=actor(group.learners[0])) == submission_id
    assert kept() == [(submission_id, None, "asked")]
    assert db.session.get(PracticeSubmission, submission_id).state == "done"
    with pytest.raises(NotFoundError):
        get_file(file_id, by=actor(group.learners[0]))
    events = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "courses:practice:file-removed")
    ).all()
    assert [(one.actor_id, one.subject_id) for one in events] == [(group.learners[0],) * 2]


def test_who_helps_wipes_it_for_its_maker_and_is_recorded_so(app):
    group = make_group(1)
    submission_id = give(group, SOUND)
    file_id = db.session.scalar(sa.select(PracticeFile.id))
    with unit_of_work():
        remove_file(file_id, by=actor(group.trainer_id))
    assert kept() == [(submission_id, None, "asked")]
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "courses:practice:file-removed")
    ).one()
    assert event.actor_id == group.trainer_id
    assert event.data == {"why": "asked", "on_behalf_of": group.learners[0]}


def test_a_photo_with_people_is_wiped_and_something_else_is_asked(app):
    group = make_group(1)
    first = give(group)
    with unit_of_work():
        refuse_photo(first, by=actor(group.trainer_id))
    assert kept() == [(first, None, "recognisable")]
    refused = db.session.get(PracticeSubmission, first)
    assert (refused.state, refused.sentence) == ("add_something", "")
    with pytest.raises(ConflictError), unit_of_work():
        refuse_photo(first, by=actor(group.trainer_id))
    assert give(group) != first


def test_only_a_photo_that_waits_is_refused(app):
    group = make_group(1)
    spoken = give(group, SOUND)
    with pytest.raises(ConflictError), unit_of_work():
        refuse_photo(spoken, by=actor(group.trainer_id))
    photo = give(group, number=2)
    with unit_of_work():
        review(photo, state="done", by=actor(group.trainer_id))
    with clock.at(clock.now() + SETTLES_IN), pytest.raises(ConflictError), unit_of_work():
        refuse_photo(photo, by=actor(group.trainer_id))
    assert [content for _id, content, _why in kept()] == [SOUND.content, PHOTO.content]


def test_a_photo_that_was_praised_in_a_slip_may_still_be_refused(app):
    group = make_group(1)
    photo = give(group)
    with unit_of_work():
        review(photo, state="done", by=actor(group.trainer_id))
    with unit_of_work():
        refuse_photo(photo, by=actor(group.trainer_id))
    assert kept() == [(photo, None, "recognisable")]
    assert db.session.get_one(PracticeSubmission, photo).state == "add_something"


def test_the_audit_says_who_wiped_what_and_why(app):
    group = make_group(1)
    submission_id = give(group)
    with unit_of_work():
        refuse_photo(submission_id, by=actor(group.trainer_id))
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "courses:practice:file-removed")
    ).one()
    assert (event.actor_id, event.subject_id) == (group.trainer_id, group.learners[0])
    assert event.data["why"] == "recognisable"
    assert event.data["on_behalf_of"] is None  # the house's own rule, nobody's wish
