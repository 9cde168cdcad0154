"""The self-scan and the promise of governors, by role."""

import re

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from courses.models import Promise, SelfScanAnswer
from courses.services import self_scan
from tests.bench.measuring import counted_statements
from tests.courses.test_services_quizzes import STATEMENTS
from tests.courses.training_group import actor, after, make_group, well_formed

MOMENTS = ("before_gov_03", "after_gov_06")
OPEN = {"before_gov_03": after(2), "after_gov_06": after(6, days=1)}
LATER = after(6, days=2)


def scan_of(group, moment=None, person=0):
    path = f"/leergang/{group.enrolments[person]}/zelfscan"
    return path if moment is None else f"{path}/{moment}"


def choices(value="3"):
    return dict.fromkeys(STATEMENTS, value)


def fill_in(group, moment, people, *, start=0):
    with clock.at(OPEN[moment]), unit_of_work():
        for number, value in enumerate(people, start=start):
            self_scan.fill_in(
                group.enrolments[number],
                moment=moment,
                answers=dict.fromkeys(STATEMENTS, value),
                by=actor(group.learners[number]),
            )


def numbers(page):
    return re.findall(r'<span class="number">([\d,]+)</span>', page)


# --- filling in ------------------------------------------------------------------------------


def test_a_governor_fills_in_once_and_only_the_group_keeps_it(app, sign_in):
    group = make_group(6, course="gov")
    client = sign_in(group.learners[0])
    with clock.at(OPEN["before_gov_03"]):
        page = client.get(scan_of(group, "before_gov_03"))
        text = well_formed(page.text)
        assert text.count("<fieldset") == 24
        assert text.count("Weet ik niet") >= 24
        assert len(page.data) <= 40_000
        data = {**choices(), "n1": "none"}
        answer = client.post(scan_of(group, "before_gov_03"), data=data)
        assert (answer.status_code, answer.location) == (303, scan_of(group))
        assert "Je vulde deze zelfscan in." in client.get(scan_of(group, "before_gov_03")).text
        assert client.post(scan_of(group, "before_gov_03"), data=data).status_code == 409
    values = db.session.scalars(sa.select(SelfScanAnswer.value)).all()
    assert sorted(values, key=str) == [3] * 23 + [None]


def test_every_statement_asks_for_a_choice_and_what_was_chosen_stays(app, sign_in):
    group = make_group(1, course="gov")
    client = sign_in(group.learners[0])
    with clock.at(OPEN["before_gov_03"]):
        data = choices()
        del data["g2"]
        answer = client.post(scan_of(group, "before_gov_03"), data={**data, "n1": "9"})
    assert answer.status_code == 422
    page = well_formed(answer.text)
    assert 'href="#g2-0"' in page or 'href="#g2"' in page
    assert page.count(" checked") == 22
    assert db.session.scalars(sa.select(SelfScanAnswer.id)).all() == []


def test_a_self_scan_has_its_time_and_its_moments(app, sign_in):
    group = make_group(1, course="gov")
    client = sign_in(group.learners[0])
    with clock.at(after(4)):
        early = client.get(scan_of(group, "after_gov_06")).text
        late = client.get(scan_of(group, "before_gov_03")).text
        assert "Deze zelfscan vul je later in: na bijeenkomst 6." in well_formed(early)
        assert "Deze zelfscan kun je niet meer invullen." in well_formed(late)
        for moment in MOMENTS:
            assert client.post(scan_of(group, moment), data=choices()).status_code == 409
        assert client.get(scan_of(group, "ooit")).status_code == 404
        path = client.get(f"/leergang/{group.enrolments[0]}").text
    assert f'href="{scan_of(group, "after_gov_06")}"' in path
    assert f'href="{scan_of(group)}"' in path


def test_others_do_not_find_it(app, sign_in, client):
    group, other = make_group(2, course="gov"), make_group(1, name="Elders")
    with clock.at(OPEN["before_gov_03"]):
        for person in (group.learners[1], group.assessor_id):
            stranger = sign_in(person)
            for page in (scan_of(group), scan_of(group, "before_gov_03")):
                assert stranger.get(page).status_code == 404
            posted = stranger.post(scan_of(group, "before_gov_03"), data=choices())
            assert posted.status_code == 404
        assert sign_in(group.trainer_id).get(scan_of(group)).status_code == 404
        assert sign_in(other.learners[0]).get(scan_of(other)).status_code == 404
        assert client.get(scan_of(group)).location.startswith("/binnenkomen")


def test_who_helps_types_what_a_participant_says(app, sign_in):
    group = make_group(1, course="gov")
    with clock.at(OPEN["before_gov_03"]):
        helper = sign_in(group.trainer_id)
        page = well_formed(helper.get(scan_of(group, "before_gov_03")).text)
        assert "Je doet dit namens iemand anders." in page
        answer = helper.post(scan_of(group, "before_gov_03"), data=choices())
        assert answer.location == f"/namens/{group.learners[0]}"
        own = sign_in(group.learners[0]).get("/gegevens").text
        assert "De zelfscan met je ingevuld" in own
        assert "door Tess Trainer" in own


# --- the picture -----------------------------------------------------------------------------


def test_five_people_make_a_picture_and_four_do_not(app, sign_in):
    group = make_group(6, course="gov")
    fill_in(group, "before_gov_03", (1, 2, 3, 4))
    with clock.at(LATER):
        page = well_formed(sign_in(group.learners[0]).get(scan_of(group)).text)
        assert numbers(page) == []
        assert "<table" not in page
    fill_in(group, "before_gov_03", (4,), start=4)
    with clock.at(LATER):
        for client, path in (
            (sign_in(group.learners[0]), scan_of(group)),
            (sign_in(group.learners[5]), scan_of(group, person=5)),
            (sign_in(group.trainer_id), f"/groepen/{group.cohort_id}/zelfscan"),
            (sign_in(group.coordinator_id), f"/groepen/{group.cohort_id}/zelfscan"),
        ):
            page = well_formed(client.get(path).text)
            assert numbers(page) == ["2,8"] * 6
            assert page.count("niet te zien") >= 6  # after the last meeting there is nothing yet


def test_a_picture_that_can_still_change_is_not_shown(app, sign_in):
    """One more answer would tell what it was: the mean before and after it differ by it."""
    group = make_group(6, course="gov")
    client = sign_in(group.learners[0])
    fill_in(group, "before_gov_03", (2, 2, 2, 2, 2))
    with clock.at(OPEN["before_gov_03"]):
        assert numbers(client.get(scan_of(group)).text) == []
    fill_in(group, "after_gov_06", (3, 3, 3, 3, 3))
    with clock.at(LATER):
        assert numbers(client.get(scan_of(group)).text) == ["2,0"] * 6
    fill_in(group, "after_gov_06", (4,), start=5)
    with clock.at(LATER):
        assert numbers(client.get(scan_of(group)).text) == ["2,0", "3,2"] * 6


def test_dont_know_is_no_answer(app, sign_in):
    group = make_group(6, course="gov")
    fill_in(group, "before_gov_03", (3, 3, 3, 3, None, None))
    with clock.at(LATER):
        assert numbers(sign_in(group.learners[0]).get(scan_of(group)).text) == []


def test_only_staff_of_the_group_sees_its_picture(app, sign_in, client):
    group, other = make_group(6, course="gov"), make_group(1, name="Elders")
    fill_in(group, "before_gov_03", (3, 3, 3, 3, 3))
    path = f"/groepen/{group.cohort_id}/zelfscan"
    assert sign_in(other.trainer_id).get(path).status_code == 404
    assert sign_in(other.coordinator_id).get(path).status_code == 404
    assert sign_in(group.learners[0]).get(path).status_code == 403
    assert sign_in(group.assessor_id).get(path).status_code == 403
    assert client.get(path).location.startswith("/binnenkomen")
    trainer = sign_in(other.trainer_id)
    assert trainer.get(f"/groepen/{other.cohort_id}/zelfscan").status_code == 404


def test_the_pages_ask_as_little_for_a_full_group(app, sign_in):
    counts = []
    for people in (2, 12):
        group = make_group(people, course="gov", name=f"Groep {people}")
        fill_in(group, "before_gov_03", [3] * people)
        client = sign_in(group.learners[0])
        with clock.at(LATER):
            client.get(scan_of(group))
            with counted_statements() as statements:
                page = client.get(scan_of(group))
            counts.append(len(statements))
            assert len(page.data) <= 40_000
            with counted_statements() as statements:
                client.get(scan_of(group, "after_gov_06"))
            assert len(statements) <= 12
    assert counts[0] == counts[1] <= 12


# --- the promise -----------------------------------------------------------------------------


def promise_of(group, person=0):
    return f"/leergang/{group.enrolments[person]}/belofte"


def kept():
    found = db.session.execute(sa.select(Promise.text, Promise.due_on)).all()
    db.session.rollback()  # SQLite: let the next request write
    return [(row.text, row.due_on and row.due_on.isoformat()) for row in found]


def test_a_governor_makes_a_promise_and_may_change_it(app, sign_in):
    group = make_group(1, course="gov")
    client = sign_in(group.learners[0])
    assert "/belofte" in client.get(f"/leergang/{group.enrolments[0]}").text
    assert 'data-count="260"' in well_formed(client.get(promise_of(group)).text)
    for text in ("Ik bel terug.", "  Ik eet mee\n aan  tafel. "):
        answer = client.post(promise_of(group), data={"promise": text})
        assert (answer.status_code, answer.location) == (303, promise_of(group))
    # 180 days after the sixth meeting, on 17 November
    assert kept() == [("Ik eet mee aan tafel.", "2027-05-16")]
    page = well_formed(client.get(promise_of(group)).text)
    assert '<p lang="nl">Ik eet mee aan tafel.</p>' in page


@pytest.mark.parametrize("text", ["", "   ", "é" * 261])
def test_a_promise_has_one_to_260_characters(app, sign_in, text):
    group = make_group(1, course="gov")
    answer = sign_in(group.learners[0]).post(promise_of(group), data={"promise": text})
    assert answer.status_code == 422
    well_formed(answer.text)
    assert kept() == []


def test_260_characters_is_a_promise(app, sign_in):
    group = make_group(1, course="gov")
    data = {"promise": "é" * 260}
    assert sign_in(group.learners[0]).post(promise_of(group), data=data).status_code == 303


def test_a_trainer_writes_it_down_for_who_says_it_and_others_do_not_find_it(app, sign_in):
    group, other = make_group(2, course="gov"), make_group(1, name="Elders")
    trainer = sign_in(group.trainer_id)
    assert "Je schrijft namens Deelnemer 01." in well_formed(trainer.get(promise_of(group)).text)
    data = {"promise": "Ik bel terug."}
    for person in (group.learners[1], other.trainer_id):
        stranger = sign_in(person)
        assert stranger.get(promise_of(group)).status_code == 404
        assert stranger.post(promise_of(group), data=data).status_code == 404
    assert sign_in(other.learners[0]).get(promise_of(other)).status_code == 404
    assert kept() == []
    assert trainer.post(promise_of(group), data=data).status_code == 303
