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

pytestmark = [pytest.mark.slow, pytest.mark.pdf]


def letter_of(client, tmp_path, kind=""):
    answer = client.get(f"/bibliotheek/brief/pdf{kind}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    file = tmp_path / f"letter{kind.strip('?=1')}.pdf"
    file.write_bytes(answer.data)
    return file


def test_it_tells_what_comes_a_story_and_a_method_and_not_who_told(app, sign_in, tmp_path):
    street = make_street()
    with unit_of_work():
        import_curricula(curricula(), by=Actor(origin="cli"))
        services.count_confirmations(street.story_id, 3, by=street.by)
        services.publish_story(street.story_id, by=street.by)
    client = sign_in(street.newcomer)
    files = [letter_of(client, tmp_path, kind) for kind in ("", "?groot=1", "?envelop=1")]
    for one in judge(files):
        assert one.passed, (one.flavour, one.broken)
    for file in files:
        said = pdf.text(file)
        for words in (
            "Brief van de herfst 2026",
            "Volhouden",
            "Zaterdag 5 december 2026",
            "Stoepkoffie",
            "3 bewoners zeggen: zo is het.",
            "Om te proberen",
        ):
            assert words in said
        assert "Fatma" not in said


def test_an_academy_that_just_begins_has_a_letter_too(app, sign_in, tmp_path):
    street = make_street()
    with unit_of_work():
        services.cancel_meetup(street.meetup_id, by=street.by)
    file = letter_of(sign_in(street.certified), tmp_path)
    assert "De volgende middag plannen we nog." in pdf.text(file)
