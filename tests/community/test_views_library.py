"""The library: cards, stories and refreshers, to read or to listen to."""

from __future__ import annotations

from datetime import date

import pytest

from academy.community import services
from academy.community.services import NewMeetUp
from academy.kernel.db import unit_of_work
from academy.kernel.policy import Actor
from courses.services.content import import_curricula
from tests.community.street import make_street
from tests.courses.training_group import curricula


@pytest.fixture
def street(app):
    return make_street()


def test_everybody_who_is_signed_in_finds_cards_stories_and_refreshers(street, sign_in):
    with unit_of_work():
        import_curricula(curricula(), by=Actor(origin="cli"))
        services.count_confirmations(street.story_id, 3, by=street.by)
        services.publish_story(street.story_id, by=street.by)
        refresher = NewMeetUp("refresher", "Opfrisles Grenzen", date(2027, 1, 9), "De Sluis", 20)
        services.plan_meetup(refresher, by=street.by)
    for person in (street.certified, street.newcomer, street.coach):
        client = sign_in(person)
        assert 'href="/bibliotheek"' in client.get("/terugkommiddagen").text
        page = client.get("/bibliotheek").text
        for words in ("Opfrisles Grenzen", "Stoepkoffie zonder organisatie", "Het weerbericht"):
            assert words in page
        assert "Volhouden" not in page


def test_a_card_is_read_or_heard(street, sign_in):
    with unit_of_work():
        import_curricula(curricula(), by=Actor(origin="cli"))
    page = sign_in(street.certified).get("/bibliotheek/check-in-weerbericht").text
    assert "Iedereen zegt één zin." in page
    assert 'href="/werkvormen/check-in-weerbericht/pdf?groot=1"' in page
    button = page.partition('data-read-aloud="card"')[2].partition(">")[0]
    assert " hidden" in button
    assert 'id="card" lang="nl"' in page
    assert "js/read.js" in page
    assert sign_in(street.certified).get("/bibliotheek/bestaat-niet").status_code == 404


def test_an_empty_library_says_so(street, sign_in):
    page = sign_in(street.newcomer).get("/bibliotheek").text
    assert "Er zijn nog geen werkvormen." in page
    assert "Er staat nu geen opfrisles gepland." in page


def test_the_library_is_for_who_is_signed_in(street, client):
    assert client.get("/bibliotheek").location.startswith("/binnenkomen")
