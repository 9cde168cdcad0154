import re

import pytest
import sqlalchemy as sa

from academy.kernel.db import db, unit_of_work
from courses.models import Enrolment, Module, Quiz, QuizAttempt
from courses.rules import right_answer
from tests.bench.measuring import counted_statements
from tests.courses.training_group import make_group, well_formed

MOST_STATEMENTS = 12
MOST_BYTES = 40_000


def page_of(group, number=2, step=None, person=0):
    path = f"/leergang/{group.enrolments[person]}/vragen/{number}"
    return path if step is None else f"{path}/{step}"


def questions_of(group, number=2):
    found = db.session.scalars(
        sa.select(Quiz.questions)
        .join(Module, Module.id == Quiz.module_id)
        .where(Module.id == group.modules[number - 1])
    ).one()
    db.session.rollback()  # SQLite: let the next request write
    return found


def last_attempt():
    found = db.session.scalars(sa.select(QuizAttempt).order_by(QuizAttempt.id.desc())).first()
    db.session.expunge_all()
    db.session.rollback()
    return found


def data_for(raw, page, *, wrong=False):
    """Return what the form of a question sends for the right, or a wrong, answer."""
    right = right_answer(raw)
    if raw["type"] == "open":
        return {"answer": "In mijn eigen woorden."}
    if raw["type"] == "order":
        shown = re.findall(r'<label for="place-\d+">([^<]+)</label>', page)
        order = right[::-1] if wrong else right
        return {f"place-{n}": order.index(item) + 1 for n, item in enumerate(shown, start=1)}
    if raw["type"] == "truefalse":
        return {"answer": {"true": "false", "false": "true"}[right[0]] if wrong else right[0]}
    if wrong:
        return {"answer": next(one["id"] for one in raw["options"] if not one["correct"])}
    return {"answer": list(right)}


def take(client, group, number=2, *, wrong=()):
    """Take a whole quiz through the pages; every page is parsed strictly. Returns the texts."""
    client.post(page_of(group, number))
    seen = []
    for step, raw in enumerate(questions_of(group, number), start=1):
        page = page_of(group, number, step)
        asked = well_formed(client.get(page).text)
        answer = client.post(page, data=data_for(raw, asked, wrong=raw["id"] in wrong))
        assert (answer.status_code, answer.location) == (303, page)
        seen.append(well_formed(client.get(page).text))
    return seen


def test_a_professional_takes_the_questions_and_reads_each_explanation_at_once(app, sign_in):
    group = make_group(1, course="pro")
    client = sign_in(group.learners[0])
    start = well_formed(client.get(page_of(group)).text)
    assert "Je hebt 60 procent nodig." in start
    explained = take(client, group, wrong={"q1", "q4", "q5"})
    assert "Nog niet goed." in explained[0]
    assert "Een conclusie in beleidstaal." in explained[0]
    assert "Goed!" in explained[1]
    assert "Zonder agenda is niet undercover." in explained[1]
    assert "De goede volgorde" in explained[3]
    assert "Jouw volgorde" in explained[3]
    assert "een concreet verschil" in explained[5]
    assert "In mijn eigen woorden." in explained[5]
    result = well_formed(client.get(page_of(group)).text)
    assert "Je haalde 40 procent. Je hebt 60 procent nodig." in result
    take(client, group)
    assert "Je haalde 100 procent." in client.get(page_of(group)).text
    assert "100 procent" in client.get(f"/leergang/{group.enrolments[0]}").text


@pytest.mark.parametrize(("course", "number"), [("res", 1), ("gov", 2)])
def test_residents_and_governors_see_no_percentage(app, sign_in, course, number):
    group = make_group(1, course=course)
    client = sign_in(group.learners[0])
    pages = [client.get(page_of(group, number)).text, *take(client, group, number)]
    pages += [client.get(page_of(group, number)).text]
    pages += [client.get(f"/leergang/{group.enrolments[0]}").text]
    assert not [page for page in pages if re.search(r"procent|\d ?%", page.split("<main")[1])]
    assert last_attempt().percent is None


def test_what_is_not_finished_is_gone_on_with(app, sign_in):
    group = make_group(1, course="pro")
    client = sign_in(group.learners[0])
    assert client.post(page_of(group)).location == page_of(group, step=1)
    client.post(page_of(group, step=1), data={"answer": "b"})
    start = client.get(page_of(group)).text
    assert "Je bent bij vraag 2." in start
    assert client.post(page_of(group)).location == page_of(group, step=2)
    assert last_attempt().answers == {"q1": ["b"]}


def test_items_keep_their_order_as_long_as_the_attempt_goes_on(app, sign_in):
    group = make_group(1, course="pro")
    client = sign_in(group.learners[0])
    client.post(page_of(group))
    labels = [
        re.findall(
            r'<label for="place-\d+">([^<]+)</label>', client.get(page_of(group, step=4)).text
        )
        for _time in range(2)
    ]
    assert labels[0] == labels[1]
    assert labels[0] != questions_of(group)[3]["items"]


def test_without_a_choice_or_with_one_place_twice_nothing_is_kept(app, sign_in):
    group = make_group(1, course="pro")
    client = sign_in(group.learners[0])
    client.post(page_of(group))
    for step, data, sentence in (
        (1, {}, "Kies een antwoord."),
        (1, {"answer": "z"}, "error-summary"),
        (4, {f"place-{n}": "1" for n in range(1, 5)}, "Plaats 1 is al bezet."),
        (4, {"place-1": "1"}, "Kies een plaats."),
        (5, {}, "Kies minstens één antwoord."),
        (6, {"answer": "x" * 2001}, "Maak je tekst korter"),
    ):
        answer = client.post(page_of(group, step=step), data=data)
        assert answer.status_code == 422, step
        assert sentence in well_formed(answer.text)
    assert last_attempt().answers == {}


def test_an_answer_is_given_once(app, sign_in):
    group = make_group(1, course="pro")
    client = sign_in(group.learners[0])
    client.post(page_of(group))
    for _time in range(2):
        assert client.post(page_of(group, step=1), data={"answer": "b"}).status_code == 303
    assert client.post(page_of(group, step=1), data={"answer": "a"}).status_code == 409
    assert last_attempt().answers == {"q1": ["b"]}


def test_answers_are_for_oneself_only(app, sign_in, client):
    group = make_group(2, course="pro")
    learner = sign_in(group.learners[0])
    learner.post(page_of(group))
    learner.post(page_of(group, step=1), data={"answer": "b"})
    for person in (group.learners[1], group.assessor_id):
        stranger = sign_in(person)
        for page in (page_of(group), page_of(group, step=1), page_of(group, step=2)):
            assert stranger.get(page).status_code == 404
            assert stranger.post(page, data={"answer": "a"}).status_code == 404
    assert client.get(page_of(group)).location.startswith("/binnenkomen")
    for missing in (page_of(group, 99), page_of(group, step=99), page_of(group, step=0)):
        assert learner.get(missing).status_code == 404
    assert last_attempt().answers == {"q1": ["b"]}


def test_who_helps_reads_the_questions_aloud_and_sees_no_answer_of_the_participant(app, sign_in):
    group = make_group(1, course="pro")
    learner = sign_in(group.learners[0])
    learner.post(page_of(group))
    learner.post(page_of(group, step=1), data={"answer": "b"})
    for person in (group.trainer_id, group.coordinator_id):
        helper = sign_in(person)
        page = well_formed(helper.get(page_of(group)).text)
        assert "Je doet dit namens iemand anders." in page
        assert "Lees je antwoorden terug" not in page
        assert "Niemand anders ziet je antwoorden." not in page
    helper.post(page_of(group))
    assert "Namens Deelnemer 01." in well_formed(helper.get(page_of(group, step=1)).text)
    for step, answer in enumerate(("b", "b", "b", "b", "b", "b"), start=1):
        helper.post(page_of(group, step=step), data={"answer": answer})
    assert last_attempt().answers["q1"] == ["b"]
    assert last_attempt().helped_by_id == group.coordinator_id


def test_after_the_course_answers_can_be_read_but_not_given(app, sign_in):
    group = make_group(1, course="pro")
    client = sign_in(group.learners[0])
    client.post(page_of(group))
    client.post(page_of(group, step=1), data={"answer": "b"})
    with unit_of_work():
        db.session.get_one(Enrolment, group.enrolments[0]).state = "completed"
    page = well_formed(client.get(page_of(group)).text)
    assert "Deze leergang loopt nu niet." in page
    assert client.get(page_of(group, step=1)).status_code == 200
    assert client.get(page_of(group, step=2)).location == page_of(group)
    assert client.post(page_of(group, step=2), data={"answer": "true"}).status_code == 409
    assert client.post(page_of(group)).status_code == 409


def test_path_and_lesson_lead_to_the_questions(app, sign_in):
    group = make_group(1, course="pro")
    client = sign_in(group.learners[0])
    path = well_formed(client.get(f"/leergang/{group.enrolments[0]}").text)
    missing = re.findall(r'<ul class="missing">.*?</ul>', path, re.DOTALL)
    assert f'href="{page_of(group, 1)}"' in "".join(missing)
    assert path.count("/vragen/") >= 14
    assert page_of(group) in client.get(f"/leergang/{group.enrolments[0]}/les/2").text
    trainer = sign_in(group.trainer_id).get(f"/leergang/{group.enrolments[0]}").text
    assert "/vragen/" not in trainer


def test_the_pages_ask_little_and_stay_light(app, sign_in):
    group = make_group(1, course="pro")
    client = sign_in(group.learners[0])
    take(client, group)
    for page in (page_of(group), page_of(group, step=4), f"/leergang/{group.enrolments[0]}"):
        client.get(page)
        with counted_statements() as statements:
            answer = client.get(page)
        assert len(statements) <= MOST_STATEMENTS
        assert len(answer.data) <= MOST_BYTES
