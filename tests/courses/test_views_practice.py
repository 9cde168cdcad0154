import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from PIL import Image

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from courses.models import Module, PracticeAssignment, PracticeFile, PracticeSubmission
from courses.services.practice import hand_in
from tests.courses import recordings
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
    with clock.at(clock.now() + timedelta(minutes=10)):
        assert client.post(page, data={"state": "done"}).status_code == 409
    own = sign_in(group.learners[0]).get(page_of(group)).text
    assert "Vertel ook wat de ander wil." in own
    assert states() == ["add_something"]


def test_a_slip_is_put_right_within_ten_minutes(app, sign_in):
    group = make_group(2)
    submission, other = give(group), give(group, person=1, at=after(4))
    client, page = sign_in(group.trainer_id), f"/opdrachten/{submission}"
    following = client.post(page, data={"state": "done", "sentence": "Mooi."})
    assert following.location == f"/opdrachten/{other}"
    for shown in (client.get(following.location).text, client.get("/opdrachten").text):
        assert "Net beantwoord" in well_formed(shown)
        assert f'href="{page}"' in shown
    assert "Net beantwoord" not in sign_in(group.second_trainer_id).get("/opdrachten").text
    again = well_formed(client.get(page).text)
    assert "kun je je antwoord nog veranderen" in again
    assert "Mooi." in again
    data = {"state": "add_something", "sentence": "Vertel nog wat de ander wil."}
    assert client.post(page, data=data).location == "/opdrachten"
    assert states() == ["add_something", "submitted"]
    own = sign_in(group.learners[0]).get(page_of(group)).text
    assert "Vertel nog wat de ander wil." in own
    assert "Mooi." not in own
    with clock.at(clock.now() + timedelta(minutes=10)):
        assert "Net beantwoord" not in client.get("/opdrachten").text
        assert "Dit is al bekeken" in client.get(page).text


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


def shown(group, client, number=4):
    """Return the page of the assignment and the address of the file on it."""
    page = client.get(page_of(group, number)).text
    return page, re.search(r'src="(/opdracht/bestand/\d+)"', page)[1]


def send_photo(group, client, data=None, **values):
    body = {"evidence": "foto", "people": "nobody", "text": "Ons plein.", **values}
    body["photo"] = (io.BytesIO(data or recordings.photo((900, 600))), "IMG_0001.JPG")
    return client.post(page_of(group, 4), data=body, content_type="multipart/form-data")


def send_sound(group, client, data=None, number=4):
    body = {"evidence": "ingesproken", "sound": (io.BytesIO(data or recordings.webm()), "x.webm")}
    address = page_of(group, number)
    return client.post(address, data=body, content_type="multipart/form-data")


def test_a_photo_is_handed_in_and_seen_by_its_maker_and_the_trainer(app, sign_in):
    group = make_group(1)
    client, trainer = sign_in(group.learners[0]), sign_in(group.trainer_id)
    assert send_photo(group, client).status_code == 303
    page, address = shown(group, client)
    assert "De maker zegt: niemand is te herkennen." in page
    waiting = re.search(r'href="(/opdrachten/\d+)"', trainer.get("/opdrachten").text)[1]
    assert address in trainer.get(waiting).text
    for browser in (client, trainer):
        answer = browser.get(address)
        picture = Image.open(io.BytesIO(answer.data))
        assert (answer.status_code, answer.mimetype, picture.size) == (
            200,
            "image/jpeg",
            (900, 600),
        )


def test_a_file_is_sent_so_that_it_can_do_nothing(app, sign_in):
    group = make_group(1)
    client = sign_in(group.learners[0])
    send_sound(group, client)
    _page, address = shown(group, client)
    answer = client.get(address)
    headers = answer.headers
    assert answer.mimetype == "audio/webm"
    assert headers["Content-Disposition"] == "attachment; filename=opdracht-4.webm"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    piece = client.get(address, headers={"Range": "bytes=0-9"})
    assert (piece.status_code, piece.data) == (206, answer.data[:10])


def test_only_the_page_that_records_may_ask_for_the_microphone(app, sign_in):
    group = make_group(1)
    client = sign_in(group.learners[0])
    records = client.get(page_of(group))
    assert "microphone=(self)" in records.headers["Permissions-Policy"]
    assert "media-src 'self' blob:" in records.headers["Content-Security-Policy"]
    refused = client.post(page_of(group), data={})
    assert "microphone=(self)" in refused.headers["Permissions-Policy"]
    for other in ("/vandaag", f"/leergang/{group.enrolments[0]}"):
        headers = client.get(other).headers
        assert "microphone=()" in headers["Permissions-Policy"]
        assert "blob:" not in headers["Content-Security-Policy"]


def test_a_photo_asks_who_is_on_it_and_keeps_what_was_typed(app, sign_in):
    group = make_group(1)
    client = sign_in(group.learners[0])
    refused = send_photo(group, client, people="")
    assert refused.status_code == 422
    assert "Zeg of er mensen op de foto staan." in refused.text
    assert "Ons plein." in refused.text
    assert "Kies een foto of opname nog een keer." in refused.text
    assert send_photo(group, client, data=b"GIF89a").status_code == 422
    assert states() == []


@pytest.mark.parametrize(("way", "sentence"), [("foto", "foto."), ("ingesproken", "opname.")])
def test_a_way_with_a_file_asks_for_the_file(app, sign_in, way, sentence):
    group = make_group(1)
    answer = sign_in(group.learners[0]).post(page_of(group, 4), data={"evidence": way})
    assert answer.status_code == 422
    assert sentence in well_formed(answer.text)
    assert states() == []


def test_a_photo_is_no_way_where_people_talk(app, sign_in):
    """Lesson 3 is a talk at somebody's kitchen table: its course names no photo."""
    group = make_group(1)
    client = sign_in(group.learners[0])
    assert 'value="foto"' not in client.get(page_of(group, 3)).text
    assert 'value="ingesproken"' in client.get(page_of(group, 3)).text
    assert client.post(page_of(group, 3), data={"evidence": "foto"}).status_code == 422


def test_the_trainer_writes_down_what_was_told_and_answers_at_once(app, sign_in):
    group = make_group(1)
    client = sign_in(group.trainer_id)
    assert "Wanneer hoorde je het?" in client.get(page_of(group)).text
    data = {"evidence": "gesproken", "told_on": "20-11-2026", "text": "Zij sprak Jan."}
    answer = client.post(page_of(group), data=data)
    assert re.fullmatch(r"/opdrachten/\d+", answer.location)
    page = client.get(answer.location).text
    assert "Verteld aan Tess Trainer op 20 november 2026." in page
    assert "Ingeleverd door Tess Trainer namens Deelnemer 01." in page
    late = client.post(page_of(group), data={**data, "told_on": "01-12-2026"})
    assert late.status_code == 422
    assert "Kies de dag waarop je het hoorde" in late.text


def test_a_trainer_sends_a_photo_and_a_recording_on_behalf(app, sign_in):
    group = make_group(1)
    client = sign_in(group.trainer_id)
    assert send_photo(group, client).status_code == 303
    assert send_sound(group, client).status_code == 303
    files = db.session.scalars(sa.select(PracticeFile.media_type).order_by(PracticeFile.id)).all()
    assert files == ["image/jpeg", "audio/webm"]
    db.session.rollback()
    assert "Wanneer hoorde je het?" not in sign_in(group.learners[0]).get(page_of(group)).text


def test_a_ready_sentence_is_a_tap_and_the_next_one_follows(app, sign_in):
    group = make_group(2)
    first, second = give(group, 0), give(group, 1, at=after(3, days=1))
    client = sign_in(group.trainer_id)
    assert "2 opdrachten wachten." in client.get("/opdrachten").text
    data = {"state": "done", "ready_done": "1", "ready_add_something": "2"}
    answer = client.post(f"/opdrachten/{first}", data=data)
    assert (answer.status_code, answer.location) == (303, f"/opdrachten/{second}")
    own = {"state": "add_something", "ready_add_something": "0", "sentence": "Bel me even."}
    last = client.post(f"/opdrachten/{second}", data=own)
    assert last.location == "/opdrachten"
    sentences = db.session.scalars(sa.select(PracticeSubmission.sentence).order_by("id")).all()
    assert sentences == ["Fijn dat je dit deed. Ik zie dat je echt luisterde.", "Bel me even."]


def test_an_unknown_ready_sentence_is_refused(app, sign_in):
    group = make_group(1)
    submission = give(group)
    client = sign_in(group.trainer_id)
    for wrong in ("99", "-1", "x"):
        data = {"state": "done", "ready_done": wrong}
        assert client.post(f"/opdrachten/{submission}", data=data).status_code == 422
    assert states() == ["submitted"]


def test_a_photo_with_people_is_refused_with_one_tap(app, sign_in):
    group = make_group(1)
    client, trainer = sign_in(group.learners[0]), sign_in(group.trainer_id)
    send_photo(group, client)
    _page, address = shown(group, client)
    waiting = re.search(r'href="(/opdrachten/\d+)"', trainer.get("/opdrachten").text)[1]
    assert "Mensen herkenbaar? Wis de foto" in well_formed(trainer.get(waiting).text)
    answer = trainer.post(f"{waiting}/foto-weigeren")
    assert (answer.status_code, answer.location) == (303, "/opdrachten")
    page = client.get(page_of(group, 4)).text
    assert "Er staan mensen herkenbaar op de foto. Wij hebben de foto gewist." in page
    assert address not in page
    assert client.get(address).status_code == 404
    assert trainer.post(f"{waiting}/foto-weigeren").status_code == 409


def test_its_maker_wipes_a_recording(app, sign_in):
    group = make_group(1)
    client = sign_in(group.learners[0])
    send_sound(group, client)
    _page, address = shown(group, client)
    answer = client.post(f"{address}/wissen")
    assert (answer.status_code, answer.location) == (303, page_of(group, 4))
    assert "De opname is gewist. De maker vroeg dat." in well_formed(
        client.get(page_of(group, 4)).text
    )
    assert client.get(address).status_code == 404


def test_a_file_of_somebody_else_is_not_found(app, sign_in, client):
    group, other = make_group(2), make_group(1, name="Elders")
    send_photo(group, sign_in(group.learners[0]))
    _page, address = shown(group, sign_in(group.learners[0]))
    for stranger in (group.learners[1], group.assessor_id, other.trainer_id, other.coordinator_id):
        browser = sign_in(stranger)
        assert browser.get(address).status_code == 404
        assert browser.post(f"{address}/wissen").status_code == 404
        assert browser.post("/opdrachten/1/foto-weigeren").status_code in (403, 404)
    assert client.get(address).status_code == 303
    assert sign_in(group.coordinator_id).get(address).status_code == 200


def test_pages_with_files_are_well_formed(app, sign_in):
    group = make_group(1)
    client, trainer = sign_in(group.learners[0]), sign_in(group.trainer_id)
    send_photo(group, client)
    send_sound(group, client)
    well_formed(client.get(page_of(group, 4)).text)
    well_formed(trainer.get("/opdrachten").text)
    well_formed(trainer.get("/opdrachten/2").text)
