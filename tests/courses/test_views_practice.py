import re

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from courses.models import Module, PracticeAssignment, PracticeSubmission
from courses.services.practice import hand_in
from tests.courses.training_group import actor, add_person, after, grant, make_group, well_formed


def page_of(group, number=3, person=0):
    return f"/leergang/{group.enrolments[person]}/opdracht/{number}"


def states():
    found = db.session.scalars(sa.select(PracticeSubmission.state).order_by("id")).all()
    db.session.rollback()  # SQLite: let the next request write
    return found


def give(group, person=0, number=3, text="Ik sprak twee buren.", at=None):
    with clock.at(at or after(3)), unit_of_work():
        assignment_id = db.session.scalars(
            sa.select(PracticeAssignment.id)
            .join(Module, Module.id == PracticeAssignment.module_id)
            .where(Module.id == group.modules[number - 1])
        ).one()
        return hand_in(
            group.enrolments[person],
            assignment_id,
            evidence="kort-verslag",
            text=text,
            by=actor(group.learners[person]),
        )


def test_a_participant_reads_the_task_and_hands_in(app, sign_in):
    group = make_group(1)
    client = sign_in(group.learners[0])
    page = client.get(page_of(group)).text
    assert "Voer twee gesprekken van ongeveer drie kwartier." in page
    assert "Deze opdracht hoort er altijd bij." in page
    data = {"evidence": "kort-verslag", "text": "Ik sprak Jan <b>."}
    answer = client.post(page_of(group), data=data)
    assert (answer.status_code, answer.location) == (303, page_of(group))
    page = client.get(page_of(group)).text
    assert "je trainer kijkt ernaar" in page
    assert "Ik sprak Jan &lt;b&gt;." in page


def test_who_writes_it_down_writes_something(app, sign_in):
    group = make_group(1)
    client = sign_in(group.learners[0])
    for data in ({"evidence": "kort-verslag", "text": " "}, {"text": "Geen keuze."}):
        answer = client.post(page_of(group), data=data)
        assert answer.status_code == 422
        assert "Je tekst is bewaard." in answer.text
    assert states() == []


def test_telling_it_to_the_trainer_is_always_possible(app, sign_in):
    group = make_group(1)
    client = sign_in(group.learners[0])
    assert client.post(page_of(group, 2), data={"evidence": "gesproken"}).status_code == 303
    assert states() == ["submitted"]


def test_a_trainer_and_a_coach_hand_in_on_behalf(app, sign_in):
    group = make_group(1)
    coach = add_person("Coach")
    grant(coach, "coach", kind="person", scope_id=group.learners[0])
    db.session.commit()
    for person in (group.trainer_id, coach):
        client = sign_in(person)
        assert "Je levert in namens Deelnemer 01." in client.get(page_of(group)).text
        data = {"evidence": "kort-verslag", "text": f"Namens {person}."}
        assert client.post(page_of(group), data=data).status_code == 303
    told = "Ingeleverd door Tess Trainer namens Deelnemer 01."
    assert told in sign_in(group.learners[0]).get(page_of(group)).text


def test_the_trainer_answers_with_one_kind_sentence(app, sign_in):
    group = make_group(1)
    submission = give(group)
    client = sign_in(group.trainer_id)
    assert f'href="/opdrachten/{submission}"' in client.get("/opdrachten").text
    page = f"/opdrachten/{submission}"
    assert "Ik sprak twee buren." in client.get(page).text
    refused = client.post(page, data={"state": "add_something"})
    assert refused.status_code == 422
    assert "Schrijf in één vriendelijke zin" in refused.text
    data = {"state": "add_something", "sentence": "Vertel ook wat de ander wil."}
    assert client.post(page, data=data).status_code == 303
    assert "Er wacht niets." in client.get("/opdrachten").text
    assert client.post(page, data={"state": "done"}).status_code == 409
    own = sign_in(group.learners[0]).get(page_of(group)).text
    assert "Vertel ook wat de ander wil." in own
    assert states() == ["add_something"]


def test_the_longest_waiting_comes_first_in_pieces(app, sign_in):
    group = make_group(30)
    for person in range(30):
        give(group, person, at=after(3, days=person))
    client = sign_in(group.trainer_id)
    first = client.get("/opdrachten").text
    shown = re.findall(r"<strong>(Deelnemer \d\d)</strong>", first)
    assert shown == [f"Deelnemer {number:02d}" for number in range(1, 26)]
    older = re.search(r'href="(/opdrachten\?na=[^"]+)"', first)[1]
    rest = re.findall(r"<strong>(Deelnemer \d\d)</strong>", client.get(older).text)
    assert rest == [f"Deelnemer {number:02d}" for number in range(26, 31)]
    assert client.get("/opdrachten?na=onzin").status_code == 200


def test_only_the_newest_hand_in_waits(app, sign_in):
    group = make_group(1)
    first, second = give(group), give(group, text="Beter verhaal.")
    page = sign_in(group.trainer_id).get("/opdrachten").text
    assert f"/opdrachten/{second}" in page
    assert f'"/opdrachten/{first}"' not in page


def test_others_do_not_find_it(app, sign_in, client):
    group, other = make_group(2), make_group(1, name="Elders")
    submission = give(group)
    stranger = sign_in(other.trainer_id)
    assert "Er wacht niets." in stranger.get("/opdrachten").text
    for address in (f"/opdrachten/{submission}", page_of(group), "/opdrachten/999999"):
        assert stranger.get(address).status_code == 404
    posted = stranger.post(f"/opdrachten/{submission}", data={"state": "done"})
    assert posted.status_code == 404
    fellow = sign_in(group.learners[1])
    assert fellow.get(page_of(group)).status_code == 404
    assert fellow.get("/opdrachten").status_code == 403
    assert client.get("/opdrachten").status_code == 303
    assert states() == ["submitted"]


def test_nobody_reviews_own_work(app, sign_in):
    group = make_group(1)
    grant(group.learners[0], "trainer", kind="cohort", scope_id=group.cohort_id)
    db.session.commit()
    submission = give(group)
    client = sign_in(group.learners[0])
    assert "Er wacht niets." in client.get("/opdrachten").text
    assert client.get(f"/opdrachten/{submission}").status_code == 404


def test_every_page_is_well_formed(app, sign_in):
    group = make_group(1)
    trainer, learner = sign_in(group.trainer_id), sign_in(group.learners[0])
    well_formed(trainer.get("/opdrachten").text)
    first = give(group)
    for page in ("/opdrachten", f"/opdrachten/{first}", page_of(group)):
        well_formed(trainer.get(page).text)
    well_formed(trainer.post(f"/opdrachten/{first}", data={}).text)
    data = {"state": "add_something", "sentence": "Vertel meer."}
    trainer.post(f"/opdrachten/{first}", data=data)
    second = give(group, text="Meer.")
    well_formed(trainer.get(f"/opdrachten/{second}").text)
    well_formed(trainer.get(f"/opdrachten/{first}").text)
    well_formed(learner.get(page_of(group)).text)
    well_formed(learner.post(page_of(group), data={}).text)
