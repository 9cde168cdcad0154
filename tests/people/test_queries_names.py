"""People are found by name however somebody types accents, capitals and apostrophes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.kernel.db import db
from academy.people.models import Person
from academy.people.queries.names import bears
from tests.factories import make_person

PEOPLE = [
    ("Giovanni", "D'Angelo"),
    ("Siobhán", "O’Neill"),
    ("Kai", "Kalani‘opu"),
    ("Zoë", "Bruïns"),
]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("dangelo", ["Giovanni"]),
        ("D'Angelo", ["Giovanni"]),
        ("d’angelo giovanni", ["Giovanni"]),
        ("oneill siobhan", ["Siobhán"]),
        ("kalaniopu", ["Kai"]),
        ("ZOE", ["Zoë"]),
        ("giovanni oneill", []),
        ("100%", []),
    ],
)
def test_every_word_is_found_in_a_name(app, words, found):
    for call_name, last_name in PEOPLE:
        make_person(call_name, last_name)
    db.session.flush()
    names = db.session.scalars(sa.select(Person.call_name).where(*bears(words)))
    assert list(names) == found


def test_without_words_there_is_no_condition():
    assert bears(" ' ") == []
