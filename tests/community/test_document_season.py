"""The letter of the season, on paper that everybody can read."""

from __future__ import annotations

import pytest

from academy.community import services
from academy.kernel.db import unit_of_work
from academy.kernel.policy import Actor
from courses.services.content import import_curricula
from tests.community.street import make_street
from tests.courses.training_group import curricula
from tests.judges import pdf
from tests.judges.vera import judge


@pytest.mark.slow
@pytest.mark.pdf
def test_it_tells_what_comes_a_story_and_a_method_and_not_who_told(app, sign_in, tmp_path):
    street = make_street()
    with unit_of_work():
        import_curricula(curricula(), by=Actor(origin="cli"))
        services.count_confirmations(street.story_id, 3, by=street.by)
        services.publish_story(street.story_id, by=street.by)
    answer = sign_in(street.newcomer).get("/bibliotheek/brief/pdf")
    file = tmp_path / "letter.pdf"
    file.write_bytes(answer.data)
    for one in judge([file]):
        assert one.passed, (one.flavour, one.broken)
    said = pdf.text(file)
    for words in ("Brief van de herfst 2026", "Volhouden", "Stoepkoffie", "Om te proberen"):
        assert words in said
    assert "Fatma" not in said


@pytest.mark.slow
@pytest.mark.pdf
def test_an_academy_that_just_begins_has_a_letter_too(app, sign_in):
    street = make_street()
    answer = sign_in(street.certified).get("/bibliotheek/brief/pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
