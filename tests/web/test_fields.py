"""What a service says stands at the field it is about, or above the form; nothing gets lost."""

from __future__ import annotations

import pytest
from wtforms import Form, StringField

from academy.kernel.errors import InvalidInputError
from academy.kernel.web.fields import put_at_fields


class Small(Form):
    name = StringField()


@pytest.mark.parametrize(
    ("fields", "at_name", "above"),
    [
        ({"name": "Te kort."}, ["Leeg.", "Te kort."], []),
        ({"phone": "Geen nummer."}, ["Leeg."], ["Geen nummer."]),
        ({"name": "Te kort.", "phone": "Geen."}, ["Leeg.", "Te kort."], ["Geen."]),
        ({}, ["Leeg."], ["Dit kan nu niet."]),
    ],
)
def test_every_sentence_is_shown(fields, at_name, above):
    form = Small()
    form.name.errors = ["Leeg."]
    put_at_fields(form, InvalidInputError("Dit kan nu niet.", fields=fields))
    assert list(form.name.errors) == at_name
    assert form.form_errors == above
