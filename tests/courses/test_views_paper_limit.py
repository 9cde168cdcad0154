"""Making paper costs a page of work: sixty an hour for one person is plenty."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from academy.kernel import clock
from academy.kernel.limits import Limit, forget_here, spend_here
from academy.kernel.web import files
from courses.adapters.paper import cards
from tests.courses.paper_scene import make_group

SENTENCE = "Je maakte dit uur al 60 keer papier."


@pytest.fixture
def printing(app, monkeypatch):
    """Count renderings, and let two be enough."""
    made = []
    monkeypatch.setattr(files, "PRINTS", Limit("prints", 2, timedelta(hours=1)))
    monkeypatch.setattr(cards, "make_paper", lambda *_words: made.append(1) or b"%PDF-1.7")
    return made


def test_who_prints_too_often_is_told_and_nothing_is_made(printing, sign_in):
    group = make_group()
    client, page = sign_in(group.trainer), group.papers["phone-cards"]
    assert [client.get(page).status_code for _again in range(2)] == [200, 200]
    answer = client.get(page)
    assert answer.status_code == 429
    assert SENTENCE in answer.text
    assert len(printing) == 2
    forget_here()
    assert client.get(page).status_code == 200


def test_after_an_hour_it_goes_again(app):
    limit = Limit("here", 1, timedelta(hours=1))
    forget_here()
    spend_here(limit, "a", sentence="x")
    spend_here(limit, "b", sentence="x")
    with pytest.raises(Exception, match="wacht"):
        spend_here(limit, "a", sentence="wacht")
    with time_machine.travel(clock.real_now() + timedelta(minutes=61)):
        spend_here(limit, "a", sentence="x")
