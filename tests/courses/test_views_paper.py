"""The page with papers: what it offers, to whom, and what leaves no trace."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.kernel.db import db, unit_of_work
from academy.kernel.limits import Attempt
from academy.kernel.pdf.paper import DocumentNotMadeError
from academy.people.models import Person, SignInLetter
from courses.adapters.paper import cards, letters, sheets
from courses.models import Session
from tests.courses.paper_scene import make_group
from tests.factories import (
    make_cohort,
    make_coordinator,
    make_grant,
    make_person,
    make_place,
    make_trainer,
)

TWO = (("Samira", "El", "Haddou"), ("Fatma", "", "Yilmaz"))


@pytest.fixture
def group(app):
    return make_group(TWO)


@pytest.fixture
def drawn(monkeypatch):
    """Which sheets went to the printer, with their values; drawing is tested on its own."""
    found = []

    def keep(sheet, values, details):
        found.append((sheet.name, values, details))
        return b"%PDF-"

    for module in (cards, letters, sheets):
        monkeypatch.setattr(module, "make_paper", keep)
    return found


def test_the_cohort_leads_to_all_its_papers(group, sign_in):
    browser = sign_in(group.trainer)
    index = f"/groepen/{group.cohort.id}/papier"
    assert f'href="{index}"' in browser.get(f"/groepen/{group.cohort.id}").text
    offered = browser.get(f"{index}?bijeenkomst={group.session_id}").text
    for name, address in group.papers.items():
        if name not in ("methods", "method", "method-large"):
            assert f'href="{address}"' in offered, name
    assert 'href="/werkvormen"' in offered


def test_the_next_session_comes_first_and_another_can_be_chosen(group, sign_in):
    browser = sign_in(group.trainer)
    offered = browser.get(f"/groepen/{group.cohort.id}/papier").text
    assert "Bijeenkomst 4: Les nummer 4" in offered
    chosen = browser.get(f"/groepen/{group.cohort.id}/papier?bijeenkomst={group.session_id}").text
    assert "Bijeenkomst 6: Les nummer 6" in chosen
    odd = browser.get(f"/groepen/{group.cohort.id}/papier?bijeenkomst=999999")
    assert "Bijeenkomst 4: Les nummer 4" in odd.text


def test_a_paper_is_a_file_without_a_name_that_nobody_keeps(group, sign_in, drawn):
    browser = sign_in(group.trainer)
    for address in group.papers.values():
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert answer.mimetype == "application/pdf"
        assert answer.headers["Cache-Control"] == "no-store"
        named = answer.headers["Content-Disposition"]
        assert "Samira" not in named
        assert named.startswith("attachment; filename=")


def test_the_sheet_that_goes_round_is_made_of_names_alone(group, sign_in, drawn):
    sign_in(group.trainer).get(group.papers["attendance"])
    ((name, values, _details),) = drawn
    assert name == "attendance"
    assert values["names"] == ["Samira El Haddou", "Fatma Yilmaz"]
    assert set(values) == {"facts", "names", "walk_ins"}


@pytest.mark.parametrize("role", ["assessor", "board", "client_contact", "coach", "admin"])
def test_who_does_not_train_the_group_prints_nothing(group, sign_in, role):
    with unit_of_work():
        person = make_person("Iemand")
        make_grant(person, role)
    assert sign_in(person).get(group.papers["own-sheet"]).status_code in (403, 404)


def test_a_trainer_of_another_group_finds_no_paper(group, sign_in):
    with unit_of_work():
        stranger = make_trainer(make_cohort(name="Elders"))
    browser = sign_in(stranger)
    for name, address in group.papers.items():
        if not name.startswith(("conduct", "method")):
            assert browser.get(address).status_code == 404, name
    assert browser.get(f"/deelname/{group.enrolment_id}/brief").status_code == 404
    made = browser.post(f"/deelname/{group.enrolment_id}/brief", data={"kind": "sign_in"})
    assert made.status_code == 404


def test_a_session_of_another_group_is_not_found(group, sign_in):
    with unit_of_work():
        other = make_cohort(name="Elders")
        foreign = db.session.scalars(sa.select(Session.id).filter_by(cohort_id=other.id)).first()
    for name in ("attendance", "own-sheet", "invitations"):
        wrong = group.papers[name].replace(f"/{group.session_id}/", f"/{foreign}/")
        assert sign_in(group.trainer).get(wrong).status_code == 404, name


def test_a_coordinator_prints_in_the_own_region_and_no_other(group, sign_in, drawn):
    with unit_of_work():
        here, elsewhere = make_coordinator(group.place), make_coordinator(make_place("Elders"))
    assert sign_in(here).get(group.papers["attendance"]).status_code == 200
    assert sign_in(elsewhere).get(group.papers["attendance"]).status_code == 404


def test_a_participant_may_print_working_methods_and_the_code_of_conduct(group, sign_in, drawn):
    with unit_of_work():
        somebody = make_person("Mo")
    browser = sign_in(somebody)
    assert "Het weerbericht" in browser.get("/werkvormen").text
    for name in ("methods", "method", "method-large", "conduct", "conduct-large"):
        assert browser.get(group.papers[name]).status_code == 200, name
    assert browser.get("/werkvormen/bestaat-niet/pdf").status_code == 404
    assert browser.get(group.papers["attendance"]).status_code == 403


def test_a_group_too_large_for_paper_says_so(app, sign_in):
    crowd = make_group(tuple((f"Naam{n}", "", f"Nummer{n}") for n in range(61)))
    answer = sign_in(crowd.trainer).get(crowd.papers["attendance"])
    assert answer.status_code == 409
    assert "te groot voor papier" in answer.text


def test_looking_at_the_form_makes_no_code_and_sending_it_does(group, sign_in, monkeypatch):
    monkeypatch.setattr("academy.people.services.letter.print_letter", lambda **_values: b"%PDF-")
    browser, address = sign_in(group.trainer), f"/deelname/{group.enrolment_id}/brief"
    assert "Brief voor Samira El Haddou" in browser.get(address).text
    assert letter_count() == 0
    answer = browser.post(address, data={"kind": "sign_in"})
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert letter_count() == 1


def letter_count() -> int:
    count = db.session.scalar(sa.select(sa.func.count()).select_from(SignInLetter)) or 0
    db.session.rollback()
    return count


def test_a_letter_that_cannot_be_drawn_ends_no_code(group, sign_in, monkeypatch):
    def jam(**_values):
        raise DocumentNotMadeError("De printer weigert.")

    monkeypatch.setattr("academy.people.services.letter.print_letter", jam)
    address = f"/deelname/{group.enrolment_id}/brief"
    assert sign_in(group.trainer).post(address, data={"kind": "sign_in"}).status_code == 503
    assert letter_count() == 0


def test_an_address_that_does_not_fit_the_window_is_told_at_the_field(group, sign_in):
    answer = sign_in(group.trainer).post(
        f"/deelname/{group.enrolment_id}/brief",
        data={"kind": "invitation", "address": "een\ntwee\ndrie\nvier"},
    )
    assert answer.status_code == 422
    assert "past niet in het venster" in answer.text
    assert "drie\nvier" in answer.text


def test_the_address_is_printed_and_not_kept(group, sign_in, drawn):
    sign_in(group.trainer).post(
        f"/deelname/{group.enrolment_id}/brief",
        data={"kind": "invitation", "address": " Kanariestraat  1 \n\n1234 AB Waterdam"},
    )
    ((_name, values, _details),) = drawn
    assert values["letters"][0]["address"] == ("Kanariestraat 1", "1234 AB Waterdam")
    assert "Kanariestraat" not in everything()


def everything() -> str:
    tables = [table for table in db.metadata.sorted_tables if table.name != Attempt.__tablename__]
    rows = [
        db.session.execute(sa.select(sa.type_coerce(c, sa.types.NullType()))).all()
        for table in tables
        for c in table.columns
    ]
    return repr(rows)


def test_who_reads_large_gets_large_letters_by_itself(group, sign_in):
    browser, address = sign_in(group.trainer), f"/deelname/{group.enrolment_id}/brief"
    assert not ticked(browser.get(address).text)
    with unit_of_work():
        db.session.get_one(Person, group.person.id).support = "groot lettertype"
    assert ticked(browser.get(address).text)


def ticked(page: str) -> bool:
    field = page.partition('name="large"')
    around = field[0].rpartition("<")[2] + field[2].partition(">")[0]
    return "checked" in around


def test_a_letter_for_who_sees_data_of_others_is_refused_with_a_reason(group, sign_in):
    with unit_of_work():
        make_grant(group.person, "board")
    answer = sign_in(group.trainer).post(
        f"/deelname/{group.enrolment_id}/brief", data={"kind": "sign_in"}
    )
    assert answer.status_code == 409
    assert "code uit de mail" in answer.text
