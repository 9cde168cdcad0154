import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from courses.models import Objection
from courses.services.objections import withdraw_objection
from tests.courses.objecting import (
    RESULT,
    SOON,
    ended,
    given_to,
    not_yet,
    object_to,
    outsider,
)
from tests.courses.training_group import actor, make_group, well_formed
from tests.people.held_forms import wears_off

WORDS = "De buren waren er niet.\nDaardoor kon ik niets laten zien."


@pytest.fixture
def group(app):
    with clock.at(SOON):
        found = make_group(2)
        not_yet(found)
        yield found


def own(group, number=0):
    return f"/leergang/{group.enrolments[number]}/bezwaar"


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return well_formed(answer.text)


def test_a_participant_objects_in_own_words_and_reads_the_day(group, sign_in):
    client = sign_in(group.learners[0])
    assert own(group) in page(client, f"/leergang/{group.enrolments[0]}/proeve")
    assert "Het kan tot en met" in page(client, own(group))
    answer = client.post(own(group), data={"words": WORDS})
    assert answer.status_code == 303
    text = page(client, own(group))
    assert "Het bezwaar is binnen" in text
    assert "Daardoor kon ik niets laten zien." in text


def test_what_was_typed_stays_when_the_form_comes_back(group, sign_in):
    client = sign_in(group.trainer_id)
    answer = client.post(own(group), data={"words": WORDS})
    assert answer.status_code == 422
    assert "Kies hoe het bezwaar binnenkwam." in answer.text
    assert "Daardoor kon ik niets laten zien." in well_formed(answer.text)


def test_a_trainer_writes_it_down_and_who_objects_reads_by_whom(group, sign_in):
    client = sign_in(group.trainer_id)
    helping = page(client, f"/namens/{group.learners[0]}")
    assert own(group) in helping
    client.post(own(group), data={"words": WORDS, "way": "phone"})
    text = page(sign_in(group.learners[0]), own(group))
    assert "Aan de telefoon verteld." in text
    assert "namens jou" in text


def test_another_trainer_sees_that_there_is_one_and_not_what_it_says(group, sign_in):
    object_to(group, words=WORDS)
    text = page(sign_in(group.second_trainer_id), own(group))
    assert "Het bezwaar is binnen" in text
    assert "Daardoor" not in text


def test_without_a_result_the_page_says_so(group, sign_in):
    text = page(sign_in(group.learners[1]), own(group, 1))
    assert "Er is nu geen uitslag" in text
    answer = sign_in(group.learners[1]).post(own(group, 1), data={"words": WORDS})
    assert answer.status_code == 409
    assert "geen bezwaar maken" in answer.text


def test_after_six_weeks_it_can_still_be_asked(group, sign_in):
    with clock.at(clock.local(RESULT.date().replace(year=RESULT.year + 1), 10)):
        client = sign_in(group.learners[0])
        assert "laatste dag voor bezwaar is voorbij" in page(client, own(group))
        client.post(own(group), data={"words": WORDS})
        assert "Dit kwam te laat binnen." in page(client, own(group))
        objection_id = db.session.scalar(sa.select(Objection.id))
        handles = sign_in(group.coordinator_id)
        assert "Kan dit nog?" in page(handles, f"/bezwaren/{objection_id}")
        refused = handles.post(f"/bezwaren/{objection_id}/te-laat", data={"reason": ""})
        assert refused.status_code == 422
        handles.post(
            f"/bezwaren/{objection_id}/te-laat", data={"reason": "Het is te lang geleden."}
        )
        assert "Het is te lang geleden." in page(client, own(group))


def test_a_late_one_that_counts_gets_somebody_who_looks(group, sign_in):
    with clock.at(clock.local(RESULT.date().replace(year=RESULT.year + 1), 10)):
        objection_id = object_to(group)
        client = sign_in(group.coordinator_id)
        client.post(f"/bezwaren/{objection_id}/alsnog")
        assert "Wie kijkt er opnieuw?" in page(client, f"/bezwaren/{objection_id}")


def test_the_coordinator_names_who_looks_from_vandaag_on(group, sign_in):
    reviewer_id, objection_id = outsider(), object_to(group, words=WORDS)
    client = sign_in(group.coordinator_id)
    assert "1 bezwaar wacht" in page(client, "/vandaag")
    assert "kies wie er kijkt" in page(client, "/bezwaren")
    case = f"/bezwaren/{objection_id}"
    assert "Daardoor kon ik niets laten zien." in page(client, case)
    assert client.post(f"{case}/wie", data={}).status_code == 422
    wrong = client.post(f"{case}/wie", data={"reviewer_id": group.trainer_id})
    assert wrong.status_code == 422
    answer = client.post(f"{case}/wie", data={"reviewer_id": reviewer_id})
    assert answer.status_code == 303
    assert "Nu kijkt Rik Rustig" in page(client, case)
    client.post(f"{case}/uitstel")
    assert "Stel het antwoord uit" not in page(client, case)


def test_who_looks_reads_the_case_and_answers_it(group, sign_in):
    reviewer_id, objection_id = outsider(), object_to(group, words=WORDS)
    given_to(group, objection_id, reviewer_id)
    client, case = sign_in(reviewer_id), f"/bezwaren/{objection_id}"
    assert "Kijk opnieuw naar 1 uitslag" in page(client, "/vandaag")
    text = page(client, case)
    assert "De uitslag van de proeve" in text
    assert "Tess Trainer" in text  # whom to listen to as well
    assert "Wie kijkt er opnieuw?" not in text
    wrong = client.post(f"{case}/antwoord", data={"ruling": "upheld", "heard_on": "gisteren"})
    assert wrong.status_code == 422
    given = {"ruling": "upheld", "heard_on": "", "reason": "De buren waren er niet. Dat telt."}
    assert client.post(f"{case}/antwoord", data=given).status_code == 303
    assert client.get(case).status_code == 403
    mine = sign_in(group.learners[0])
    text = page(mine, own(group))
    assert "Het bezwaar klopt." in text
    assert "De buren waren er niet. Dat telt." in text
    assert "data-read-aloud" in text
    assert "Er was een bezwaar." in page(mine, f"/leergang/{group.enrolments[0]}/proeve")
    handles = sign_in(group.coordinator_id)
    assert "gelijk gekregen" in page(handles, "/bezwaren?lijst=klaar")
    assert "Het antwoord" in page(handles, case)


def test_a_wrong_day_of_the_talk_keeps_the_reason(group, sign_in):
    reviewer_id, objection_id = outsider(), object_to(group)
    given_to(group, objection_id, reviewer_id)
    data = {"ruling": "rejected", "heard_on": "1-1-2020", "reason": "Alles klopte."}
    answer = sign_in(reviewer_id).post(f"/bezwaren/{objection_id}/antwoord", data=data)
    assert answer.status_code == 422
    assert "Alles klopte." in answer.text


def test_who_answers_shows_again_who_they_are(group, sign_in):
    reviewer_id, objection_id = outsider(), object_to(group)
    given_to(group, objection_id, reviewer_id)
    client = sign_in(reviewer_id)
    wears_off()
    data = {"ruling": "upheld", "reason": "De buren waren er niet."}
    answer = client.post(f"/bezwaren/{objection_id}/antwoord", data=data)
    assert answer.status_code == 303
    assert "/bevestig?" in answer.location
    assert db.session.scalar(sa.select(Objection.state)) == "assigned"


def test_who_says_that_it_is_too_late_shows_again_who_they_are(group, sign_in):
    with clock.at(clock.local(RESULT.date().replace(year=RESULT.year + 1), 10)):
        objection_id = object_to(group)
        client = sign_in(group.coordinator_id)
        wears_off()
        data = {"reason": "Het is te lang geleden."}
        answer = client.post(f"/bezwaren/{objection_id}/te-laat", data=data)
        assert answer.status_code == 303
        assert "/bevestig?" in answer.location
        assert client.post(f"/bezwaren/{objection_id}/alsnog").location != answer.location
        assert db.session.scalar(sa.select(Objection.state)) == "received"


def test_the_coordinator_does_not_answer(group, sign_in):
    reviewer_id, objection_id = outsider(), object_to(group)
    given_to(group, objection_id, reviewer_id)
    client = sign_in(group.coordinator_id)
    assert "Jouw antwoord" not in page(client, f"/bezwaren/{objection_id}")
    answer = client.post(f"/bezwaren/{objection_id}/antwoord", data={"ruling": "upheld"})
    assert answer.status_code == 403


def test_who_looks_does_not_handle(group, sign_in):
    reviewer_id, objection_id = outsider(role="coordinator"), object_to(group)
    other = object_to_end(group)
    given_to(group, objection_id, reviewer_id)
    answer = sign_in(reviewer_id).post(f"/bezwaren/{other}/antwoord", data={"ruling": "upheld"})
    assert answer.status_code == 404


def object_to_end(group):
    ended(group, number=1)
    return object_to(group, number=1)


def test_who_was_out_finds_the_way_and_who_looks_reads_the_rules(group, sign_in):
    objection_id = object_to_end(group)
    mine = page(sign_in(group.learners[1]), f"/leergang/{group.enrolments[1]}")
    assert own(group, 1) in mine
    client = sign_in(group.coordinator_id)
    assert own(group, 1) in page(client, f"/deelname/{group.enrolments[1]}")
    assert "Zo staat het ervoor" in page(client, f"/bezwaren/{objection_id}")


def test_taking_it_back_can_be_undone(group, sign_in):
    objection_id = object_to(group)
    client = sign_in(group.learners[0])
    client.post(f"/bezwaren/{objection_id}/intrekken")
    text = page(client, own(group))
    assert "Dit bezwaar is ingetrokken." in text
    client.post(f"/bezwaren/{objection_id}/toch-doorgaan")
    assert "Het bezwaar is binnen" in page(client, own(group))


def test_lists_are_empty_in_words(group, sign_in):
    client = sign_in(group.coordinator_id)
    assert "Er wacht nu geen bezwaar." in page(client, "/bezwaren")
    assert "Er is nog geen bezwaar klaar." in page(client, "/bezwaren?lijst=klaar")


def test_more_than_a_page_of_objections_goes_on(group, sign_in, monkeypatch):
    monkeypatch.setattr("courses.queries.objections.PAGE_SIZE", 1)
    object_to(group)
    object_to_end(group)
    client = sign_in(group.coordinator_id)
    first = page(client, "/bezwaren")
    assert first.count("Bekijk het bezwaar van") == 1
    assert "/bezwaren?na=" in first


def test_one_that_was_taken_back_stands_with_what_is_done(group, sign_in):
    objection_id = object_to(group)
    with unit_of_work():
        withdraw_objection(objection_id, by=actor(group.learners[0]))
    text = page(sign_in(group.coordinator_id), "/bezwaren?lijst=klaar")
    assert "ingetrokken" in text
