import re
from datetime import timedelta

import html5lib
import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from courses.models import AgreedLevel, Assessment, CriterionScore, FinalAttempt
from courses.queries.practical import final_rows
from courses.services.attendance import NewMark, save_register
from courses.services.enrolment import withdraw
from courses.services.practical import (
    Score,
    conclude,
    declare,
    hand_in_scores,
    plan_attempt,
    void,
)
from tests.courses.training_group import actor, after, make_group, well_formed

CRITERIA = ("luisteren", "waarnemen", "kracht", "verbinden", "eigenaarschap", "grenzen")
DAY = after(8)


@pytest.fixture
def on_the_day(app):
    with clock.at(DAY):
        yield


def planned(group):
    with unit_of_work():
        return plan_attempt(
            group.enrolments[0],
            first_id=group.trainer_id,
            second_id=group.assessor_id,
            planned_on=DAY.date(),
            by=actor(group.trainer_id),
        )


def planned_again(group, planned_on=None):
    with unit_of_work():
        return plan_attempt(
            group.enrolments[0],
            first_id=group.trainer_id,
            second_id=group.assessor_id,
            planned_on=planned_on,
            by=actor(group.trainer_id),
        )


def given(attempt_id, by, words="Gezien.", **other):
    levels = dict.fromkeys(CRITERIA, 3) | other
    scores = {name: Score(level, words) for name, level in levels.items()}
    with unit_of_work():
        declare(attempt_id, knows_privately=False, by=actor(by))
        hand_in_scores(attempt_id, scores=scores, by=actor(by))


def state(attempt_id):
    found = db.session.get_one(FinalAttempt, attempt_id, populate_existing=True)
    answer = (found.state, found.outcome)
    db.session.rollback()  # SQLite: let the next request write
    return answer


def test_a_trainer_plans_who_looks_and_when(on_the_day, sign_in):
    group = make_group(1)
    page = f"/proeven/plan/{group.enrolments[0]}"
    client = sign_in(group.trainer_id)
    shown = client.get(page).text
    assert "Tess Trainer" in shown
    assert "Bea Beoordelaar" in shown
    refused = client.post(page, data={"first_id": str(group.trainer_id)})
    assert refused.status_code == 422
    data = {
        "first_id": str(group.trainer_id),
        "second_id": str(group.assessor_id),
        "planned_on": "1-12-2026",
    }
    answer = client.post(page, data=data)
    assert answer.status_code == 303
    assert "Deelnemer 01" in sign_in(group.assessor_id).get("/proeven").text


def test_scoring_goes_one_criterion_at_a_time_and_works_without_scripts(on_the_day, sign_in):
    group = make_group(1)
    attempt_id = planned(group)
    client = sign_in(group.assessor_id)
    asked = client.get(f"/proeven/{attempt_id}").text
    assert "Ik ken deze deelnemer niet privé" in asked
    assert "Ga scoren" not in asked
    for early in ("score/1", "inleveren"):
        assert client.get(f"/proeven/{attempt_id}/{early}").location == f"/proeven/{attempt_id}"
    assert client.post(f"/proeven/{attempt_id}/ken-ik", data={}).status_code == 422
    assert client.post(f"/proeven/{attempt_id}/ken-ik", data={"knows": "no"}).status_code == 303
    assert "Ga scoren" in client.get(f"/proeven/{attempt_id}").text
    page = client.get(f"/proeven/{attempt_id}/score/1").text
    assert "Stelt open vragen, laat stilte vallen" in page
    assert f'data-autosave-url="/proeven/{attempt_id}/score/1/concept"' in page
    for step in range(1, 7):
        answer = client.post(
            f"/proeven/{attempt_id}/score/{step}", data={"level": "3", "comment": f"Nr {step}"}
        )
        assert answer.status_code == 303
    assert answer.location == f"/proeven/{attempt_id}/inleveren"
    back = client.post(f"/proeven/{attempt_id}/score/2", data={"level": "4", "go": "back"})
    assert back.location == f"/proeven/{attempt_id}/score/1"
    answer = client.post(f"/proeven/{attempt_id}/inleveren")
    assert answer.status_code == 303
    assert state(attempt_id) == ("observed", None)
    assert client.get(f"/proeven/{attempt_id}/score/1").status_code == 404


def test_a_draft_is_kept_while_writing(on_the_day, sign_in):
    group = make_group(1)
    attempt_id = planned(group)
    client = sign_in(group.trainer_id)
    client.post(f"/proeven/{attempt_id}/ken-ik", data={"knows": "no"})
    draft = f"/proeven/{attempt_id}/score/3/concept"
    answer = client.post(draft, data={"comment": "Buren lachten."})
    assert answer.json == {"saved_at": "12.30"}
    assert "Buren lachten." in client.get(f"/proeven/{attempt_id}/score/3").text
    assert client.post(draft, data={"level": "9"}).status_code == 422


def test_handing_in_says_what_is_missing(on_the_day, sign_in):
    group = make_group(1)
    attempt_id = planned(group)
    client = sign_in(group.trainer_id)
    client.post(f"/proeven/{attempt_id}/ken-ik", data={"knows": "no"})
    client.post(f"/proeven/{attempt_id}/score/1", data={"level": "2"})
    refused = client.post(f"/proeven/{attempt_id}/inleveren")
    assert refused.status_code == 422
    assert "Luisteren: Schrijf op wat je zag" in refused.text
    assert refused.text.count("Kies nog een niveau.") == 5


def test_nobody_sees_the_others_scores_before_handing_in(on_the_day, sign_in):
    group = make_group(1)
    attempt_id = planned(group)
    given(attempt_id, group.trainer_id, words="CANARY")
    pages = ("", "/score/1", "/inleveren")
    for person in (group.assessor_id, group.second_trainer_id, group.coordinator_id):
        client = sign_in(person)
        for page in pages:
            assert "CANARY" not in client.get(f"/proeven/{attempt_id}{page}").text
    assert "CANARY" in sign_in(group.trainer_id).get(f"/proeven/{attempt_id}").text
    given(attempt_id, group.assessor_id)
    assert "CANARY" in sign_in(group.assessor_id).get(f"/proeven/{attempt_id}").text
    assert "CANARY" not in sign_in(group.coordinator_id).get(f"/proeven/{attempt_id}").text


def test_two_who_differ_a_little_may_take_the_lower(on_the_day, sign_in):
    group = make_group(1)
    attempt_id = planned(group)
    given(attempt_id, group.trainer_id)
    given(attempt_id, group.assessor_id, kracht=2)
    client = sign_in(group.trainer_id)
    page = client.get(f"/proeven/{attempt_id}").text
    assert "Waar jullie verschillen, telt het laagste niveau." in page
    assert client.post(f"/proeven/{attempt_id}/uitslag").status_code == 303
    assert state(attempt_id) == ("outcome", "passed")
    assert "17 van de 24 punten." in client.get(f"/proeven/{attempt_id}").text


def test_a_talk_is_written_down_and_raises_by_one(on_the_day, sign_in):
    group = make_group(1)
    attempt_id = planned(group)
    given(attempt_id, group.trainer_id)
    given(attempt_id, group.assessor_id, luisteren=2)
    client = sign_in(group.assessor_id)
    page = client.get(f"/proeven/{attempt_id}").text
    assert "Eerst een gesprek." in page
    assert 'value="15-12-2026"' in page
    assert client.post(f"/proeven/{attempt_id}/uitslag").status_code == 409
    back = client.post(f"/proeven/{attempt_id}/gesprek", data={"level-luisteren": "3"})
    assert back.status_code == 422
    chosen = html5lib.parse(back.text, namespaceHTMLElements=False).findall(".//input[@checked]")
    assert [one.get("value") for one in chosen if one.get("name") == "level-luisteren"] == ["3"]
    data = {
        "talk_on": "15-12-2026",
        "line": "Samen het filmpje bekeken.",
        "agreed": "yes",
        "level-luisteren": "3",
    }
    assert client.post(f"/proeven/{attempt_id}/gesprek", data=data).status_code == 303
    assert state(attempt_id) == ("outcome", "passed")
    agreed = sa.select(AgreedLevel.how).where(AgreedLevel.criterion == "luisteren")
    assert db.session.scalar(agreed) == "talk"


def test_without_agreement_the_coordinator_names_a_third(on_the_day, sign_in):
    group = make_group(1)
    attempt_id = planned(group)
    given(attempt_id, group.trainer_id)
    given(attempt_id, group.assessor_id, waarnemen=1)
    data = {"talk_on": "15-12-2026", "line": "Niet eens geworden.", "agreed": "no"}
    talked = sign_in(group.trainer_id).post(f"/proeven/{attempt_id}/gesprek", data=data)
    assert talked.status_code == 303
    client = sign_in(group.coordinator_id)
    page = client.get(f"/proeven/{attempt_id}/derde").text
    assert "Bo Beoordelaar" in page
    assert "Bea Beoordelaar" not in page
    named = client.post(
        f"/proeven/{attempt_id}/derde", data={"third_id": str(group.other_assessor_id)}
    )
    assert named.status_code == 303
    third = sign_in(group.other_assessor_id)
    third.post(f"/proeven/{attempt_id}/ken-ik", data={"knows": "no"})
    assert "Ga scoren" in third.get(f"/proeven/{attempt_id}").text
    given(attempt_id, group.other_assessor_id, waarnemen=2)
    assert third.post(f"/proeven/{attempt_id}/uitslag").status_code == 303
    assert state(attempt_id) == ("outcome", "passed")


def test_who_knows_the_participant_makes_way_for_another(on_the_day, sign_in):
    group = make_group(1)
    attempt_id = planned(group)
    here = f"/proeven/{attempt_id}"
    assessor = sign_in(group.assessor_id)
    assert assessor.post(f"{here}/ken-ik", data={"knows": "yes"}).status_code == 303
    shown = assessor.get(here).text
    assert "Een ander kijkt in jouw plaats." in shown
    assert "Ga scoren" not in shown
    assert "Kies een ander" not in shown
    assert assessor.get(f"{here}/score/1").status_code == 404
    assert "De proeve van Deelnemer 01" not in assessor.get("/vandaag").text
    for planner in (group.trainer_id, group.coordinator_id):
        assert "Kies een andere beoordelaar: Deelnemer 01" in sign_in(planner).get("/vandaag").text
    client = sign_in(group.coordinator_id)
    assert "andere beoordelaar nodig" in client.get("/proeven").text
    offered = client.get(f"{here}/ander/tweede").text
    assert "Bo Beoordelaar" in offered
    assert f'value="{group.assessor_id}"' not in offered
    data = {"person_id": str(group.other_assessor_id)}
    assert client.post(f"{here}/ander/tweede", data=data).status_code == 303
    assert "Kies een andere beoordelaar" not in client.get("/vandaag").text
    assert assessor.get(here).status_code == 404
    assert "Ken je deze deelnemer?" in sign_in(group.other_assessor_id).get(here).text


def test_a_stopped_practical_leaves_the_list(on_the_day, sign_in):
    group = make_group(1)
    attempt_id = planned(group)
    client = sign_in(group.trainer_id)
    assert client.post(f"/proeven/{attempt_id}/stop").status_code == 303
    assert "Er is nu geen proeve" in client.get("/proeven").text
    assert "telt niet als poging" in client.get(f"/proeven/{attempt_id}").text


def test_who_stopped_leaves_the_list_and_is_scored_no_more(on_the_day, sign_in):
    group = make_group(1)
    attempt_id = planned(group)
    here = f"/proeven/{attempt_id}"
    client = sign_in(group.trainer_id)
    client.post(f"{here}/ken-ik", data={"knows": "no"})
    assert "De proeve van Deelnemer 01" in client.get("/vandaag").text
    with unit_of_work():
        withdraw(group.enrolments[0], by=actor(group.coordinator_id))
    assert "Er is nu geen proeve" in client.get("/proeven").text
    assert "De proeve van Deelnemer 01" not in client.get("/vandaag").text
    page = well_formed(client.get(here).text)
    assert "De proeve staat daarom stil." in page
    for gone in ("Ga scoren", "Kies een ander", "/dag"):
        assert gone not in page
    assert "Stop deze proeve" in page
    refused = client.get(f"{here}/score/1")
    assert (refused.status_code, "staat daarom stil" in refused.text) == (409, True)
    assert client.post(f"{here}/inleveren").status_code == 409
    assert client.get(f"{here}/dag").location == here


def test_the_list_comes_in_pieces_by_day(on_the_day, sign_in):
    group = make_group(27)
    with unit_of_work():
        for number, enrolment_id in enumerate(group.enrolments):
            first, second = group.trainer_id, group.assessor_id
            attempt = FinalAttempt(
                enrolment_id=enrolment_id,
                attempt=1,
                state="planned",
                planned_on=DAY.date() + timedelta(days=number // 2) if number else None,
                first_assessor_id=first,
                second_assessor_id=second,
            )
            db.session.add(attempt)
            db.session.flush()
            for role, person_id in (("first", first), ("second", second)):
                db.session.add(
                    Assessment(final_attempt_id=attempt.id, role=role, assessor_id=person_id)
                )
    for person in (group.assessor_id, group.coordinator_id):
        client = sign_in(person)
        first_page = client.get("/proeven").text
        shown = re.findall(r"<strong>(Deelnemer \d\d)</strong>", first_page)
        assert shown == [f"Deelnemer {number:02d}" for number in range(2, 27)]
        older = re.search(r'href="(/proeven\?na=[^"]+)"', first_page)[1]
        rest = re.findall(r"<strong>(Deelnemer \d\d)</strong>", client.get(older).text)
        assert rest == ["Deelnemer 27", "Deelnemer 01"]
        assert client.get("/proeven?na=onzin").status_code == 200


def test_another_day_is_chosen_on_the_page_and_read_on_vandaag(on_the_day, sign_in):
    group = make_group(1)
    attempt_id = planned(group)
    here = f"/proeven/{attempt_id}"
    trainer, learner = sign_in(group.trainer_id), sign_in(group.learners[0])
    assert "Je proeve is op dinsdag 15 december 2026" in learner.get("/vandaag").text
    assert f'href="{here}/dag"' in trainer.get(here).text
    assert 'value="15-12-2026"' in trainer.get(f"{here}/dag").text
    refused = trainer.post(f"{here}/dag", data={"planned_on": "25-12-2026"})
    assert refused.status_code == 422
    assert "Dat is een vrije dag." in refused.text
    moved = trainer.post(f"{here}/dag", data={"planned_on": "21-12-2026"})
    assert (moved.status_code, moved.location) == (303, here)
    assert "Maandag 21 december 2026" in trainer.get(here).text
    assert "Hij is op maandag 21 december 2026." in trainer.get("/vandaag").text
    today = learner.get("/vandaag").text
    assert "Je proeve is op maandag 21 december 2026" in today
    assert f'href="/leergang/{group.enrolments[0]}/proeve"' in today
    given(attempt_id, group.assessor_id)
    assert f"{here}/dag" not in trainer.get(here).text
    late = trainer.post(f"{here}/dag", data={"planned_on": "22-12-2026"})
    assert late.status_code == 409
    assert sign_in(group.assessor_id).get(f"{here}/dag").status_code == 403


def test_the_participant_reads_what_went_well_and_what_to_practise(on_the_day, sign_in):
    group = make_group(1)
    attempt_id = planned(group)
    given(attempt_id, group.trainer_id, words="Ik zag je luisteren.", eigenaarschap=2)
    given(attempt_id, group.assessor_id, eigenaarschap=2)
    client = sign_in(group.learners[0])
    page = f"/leergang/{group.enrolments[0]}/proeve"
    assert "Ik zag je luisteren." not in client.get(page).text
    with unit_of_work():
        conclude(attempt_id, by=actor(group.trainer_id))
    shown = client.get(page).text
    assert "Nog niet." in shown
    assert "29 december 2026" in shown
    assert "Ik zag je luisteren." in shown
    assert re.search(r"Dit oefen je nog.*Bewoners doen het zelf", shown, re.DOTALL)
    row = final_rows(group.enrolments[0])[0]
    assert row.again_from == DAY.date() + timedelta(days=14)
    assert [one.criterion for one in row.to_practise] == ["Bewoners doen het zelf"]


def test_every_attempt_stays_to_be_read_with_who_agreed_and_how(on_the_day, sign_in):
    group = make_group(1)
    first = planned(group)
    given(first, group.trainer_id, eigenaarschap=2, kracht=4)
    given(first, group.assessor_id, eigenaarschap=2)
    with unit_of_work():
        conclude(first, by=actor(group.trainer_id))
    with clock.at(DAY + timedelta(days=14)), unit_of_work():
        void(planned_again(group), by=actor(group.trainer_id))
    with clock.at(DAY + timedelta(days=20)):
        last = planned_again(group)
        for person in (group.trainer_id, group.assessor_id):
            with unit_of_work():
                declare(last, knows_privately=False, by=actor(person))
                only = {"eigenaarschap": Score(3, "Buren kozen zelf.")}
                hand_in_scores(last, scores=only, by=actor(person))
        with unit_of_work():
            conclude(last, by=actor(group.trainer_id))
        page = sign_in(group.learners[0]).get(f"/leergang/{group.enrolments[0]}/proeve").text
    assert page.index("Gelukt!") < page.index("telt niet als poging") < page.index("Nog niet.")
    assert "Keer 2" in page
    assert "Keer 3" not in page
    assert "Nodig: niveau “Laat het zien”." in page
    assert "Tess Trainer, Bea Beoordelaar" in page
    assert "Het laagste niveau telt." in page
    assert "Dit stond al vast van de vorige keer." in page
    rows = final_rows(group.enrolments[0])
    assert [one.number for one in rows] == [2, 0, 1]
    assert [one.tries_left for one in rows] == [1, 3, 2]
    assert {one.how for one in rows[0].levels} == {"kept", "equal"}


def test_beside_a_planned_resit_the_old_outcome_promises_nothing_any_more(on_the_day, sign_in):
    group = make_group(1)
    first = planned(group)
    given(first, group.trainer_id, eigenaarschap=2)
    given(first, group.assessor_id, eigenaarschap=2)
    with unit_of_work():
        conclude(first, by=actor(group.trainer_id))
    with clock.at(DAY + timedelta(days=14)):
        planned_again(group, DAY.date() + timedelta(days=14))
    path = f"/leergang/{group.enrolments[0]}"
    with clock.at(DAY + timedelta(days=13)):
        client = sign_in(group.learners[0])
        page = client.get(f"{path}/proeve").text
        assert "Je proeve is op dinsdag 29 december 2026." in page
        assert "ermee bezig" not in page
        assert "Daarna kwam een nieuwe keer." in page
        for gone in ("opnieuw doen vanaf", "Je kunt het nog"):
            assert gone not in page
        assert "Je proeve is op 29 december 2026." in client.get(path).text
    with clock.at(DAY + timedelta(days=15)):
        assert "Je beoordelaars zijn ermee bezig." in client.get(f"{path}/proeve").text
        assert "Je beoordelaars zijn nog bezig met je proeve." in client.get(path).text


def test_after_the_last_attempt_a_proof_of_attendance_is_left(on_the_day, sign_in):
    group = make_group(1)
    with clock.at(after(1)), unit_of_work():
        save_register(
            group.sessions[0],
            [NewMark(group.enrolments[0], "present")],
            by=actor(group.trainer_id),
        )
    for number in range(3):
        with clock.at(DAY + timedelta(days=14 * number)):
            attempt_id = planned_again(group)
            given(attempt_id, group.trainer_id, eigenaarschap=2)
            given(attempt_id, group.assessor_id, eigenaarschap=2)
            with unit_of_work():
                conclude(attempt_id, by=actor(group.trainer_id))
    client = sign_in(group.learners[0])
    page = client.get(f"/leergang/{group.enrolments[0]}/proeve").text
    assert "Het is niet gelukt." in page
    assert "opnieuw doen vanaf" not in page.split("Keer 2")[0]
    proof = f"/leergang/{group.enrolments[0]}/aanwezig"
    assert f'href="{proof}"' in page
    shown = well_formed(client.get(proof).text)
    assert "2 uur en 30 minuten" in shown
    assert "8 september 2026" in shown
    assert sign_in(group.trainer_id).get(proof).status_code == 200


def test_a_resit_scores_only_what_was_missing(on_the_day, sign_in):
    group = make_group(1)
    first = planned(group)
    given(first, group.trainer_id, eigenaarschap=2)
    given(first, group.assessor_id, eigenaarschap=2)
    with unit_of_work():
        conclude(first, by=actor(group.trainer_id))
    with clock.at(DAY + timedelta(days=14)):
        with unit_of_work():
            second = plan_attempt(
                group.enrolments[0],
                first_id=group.trainer_id,
                second_id=group.assessor_id,
                by=actor(group.trainer_id),
            )
        for person in (group.trainer_id, group.assessor_id):
            client = sign_in(person)
            client.post(f"/proeven/{second}/ken-ik", data={"knows": "no"})
            data = {"level": "3", "comment": "Buren kozen zelf."}
            answer = client.post(f"/proeven/{second}/score/1", data=data)
            assert answer.location == f"/proeven/{second}/inleveren"
            handed = client.post(f"/proeven/{second}/inleveren")
            assert handed.status_code == 303
        assert "staat niveau 3 al vast" in client.get(f"/proeven/{second}").text
        assert client.post(f"/proeven/{second}/uitslag").status_code == 303
    assert state(second) == ("outcome", "passed")


def test_others_do_not_find_a_practical(on_the_day, sign_in, client):
    group, other = make_group(2), make_group(1, name="Elders")
    attempt_id = planned(group)
    stranger = sign_in(other.trainer_id)
    pages = ("", "/score/1", "/inleveren", "/derde", "/ander/tweede", "/dag")
    for page in pages:
        assert stranger.get(f"/proeven/{attempt_id}{page}").status_code == 404
    actions = ("/ken-ik", "/score/1", "/score/1/concept", "/inleveren", "/uitslag", "/stop")
    for action in (*actions, "/derde", "/ander/tweede", "/dag"):
        posted = stranger.post(f"/proeven/{attempt_id}{action}", data={"knows": "no"})
        assert posted.status_code == 404
    assert stranger.get(f"/proeven/plan/{group.enrolments[0]}").status_code == 404
    assert "Er is nu geen proeve" in stranger.get("/proeven").text
    fellow = sign_in(group.learners[1])
    assert fellow.get(f"/proeven/{attempt_id}").status_code == 403
    assert fellow.get(f"/leergang/{group.enrolments[0]}/proeve").status_code == 404
    assert client.get("/proeven").status_code == 303
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CriterionScore)) == 0
    assert db.session.scalars(sa.select(Assessment.draft)).all() == [{}, {}]


def test_the_participant_has_no_say_in_the_own_practical(on_the_day, sign_in):
    group = make_group(1)
    attempt_id = planned(group)
    own = sign_in(group.learners[0])
    assert own.get(f"/proeven/{attempt_id}").status_code == 403
    assert own.post(f"/proeven/{attempt_id}/inleveren").status_code == 403


def test_every_page_is_well_formed(on_the_day, sign_in):
    group = make_group(1)
    trainer, learner = sign_in(group.trainer_id), sign_in(group.learners[0])
    own, planning = (
        f"/leergang/{group.enrolments[0]}/proeve",
        f"/proeven/plan/{group.enrolments[0]}",
    )
    for page in ("/proeven", planning):
        well_formed(trainer.get(page).text)
    well_formed(learner.get(own).text)
    well_formed(trainer.post(planning, data={}).text)
    attempt_id = planned(group)
    here = f"/proeven/{attempt_id}"
    well_formed(trainer.get(here).text)
    well_formed(trainer.post(f"{here}/ken-ik", data={}).text)
    well_formed(trainer.get(f"{here}/ander/tweede").text)
    well_formed(trainer.post(f"{here}/ander/tweede", data={}).text)
    well_formed(trainer.get(f"{here}/dag").text)
    well_formed(trainer.post(f"{here}/dag", data={}).text)
    trainer.post(f"{here}/ken-ik", data={"knows": "no"})
    for page in ("/proeven", here, f"{here}/score/1", f"{here}/score/6", f"{here}/inleveren"):
        well_formed(trainer.get(page).text)
    well_formed(trainer.post(f"{here}/inleveren", data={}).text)
    given(attempt_id, group.trainer_id)
    well_formed(trainer.get(here).text)
    given(attempt_id, group.assessor_id, waarnemen=1)
    well_formed(trainer.get(here).text)
    well_formed(trainer.post(f"{here}/gesprek", data={}).text)
    data = {"talk_on": "15-12-2026", "line": "Niet eens.", "agreed": "no"}
    trainer.post(f"{here}/gesprek", data=data)
    for page in (here, f"{here}/derde"):
        well_formed(trainer.get(page).text)
    well_formed(trainer.post(f"{here}/derde", data={}).text)
    well_formed(learner.get(own).text)
