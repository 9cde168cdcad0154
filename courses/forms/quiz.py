"""One question of a quiz, answered by choosing, ordering or writing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length

from courses.queries.quiz import Question
from courses.rules import Answer
from courses.services.quizzes import MAX_WORDS

TRUE_FALSE_WORDS = {"true": _("Dat klopt"), "false": _("Dat klopt niet")}


class ChoiceForm(FlaskForm):  # type: ignore[misc]
    """One option of several."""

    answer = RadioField(validators=[InputRequired(_("Kies een antwoord."))])

    def __init__(self, question: Question, **values: Any) -> None:
        """Offer the options of this question."""
        super().__init__(**values)
        self.answer.choices = [
            SelectChoice(one.value, one.text or TRUE_FALSE_WORDS[one.value])
            for one in question.options
        ]

    def given(self, _question: Question) -> Answer:
        """Return the chosen option."""
        return (self.answer.data,)


class SeveralForm(FlaskForm):  # type: ignore[misc]
    """All options that are right."""

    answer = SelectMultipleField(
        description=_("Kies alles wat goed is."),
        validators=[InputRequired(_("Kies minstens één antwoord."))],
    )

    def __init__(self, question: Question, **values: Any) -> None:
        """Offer the options of this question."""
        super().__init__(**values)
        self.answer.choices = [SelectChoice(one.value, one.text) for one in question.options]

    def given(self, _question: Question) -> Answer:
        """Return the chosen options."""
        return tuple(self.answer.data or ())


class WordsForm(FlaskForm):  # type: ignore[misc]
    """Own words, for nobody else. Only thinking about it is fine too."""

    answer = TextAreaField(
        description=_("Niemand anders leest dit. Je mag het ook alleen bedenken."),
        validators=[
            Length(max=MAX_WORDS, message=_("Maak je tekst korter dan 2000 letters.")),
        ],
        render_kw={"rows": 5},
    )

    def __init__(self, _question: Question, **values: Any) -> None:
        """Take the question for the sake of the other forms."""
        super().__init__(**values)

    def given(self, _question: Question) -> Answer:
        """Return what was written."""
        return ((self.answer.data or "").strip(),)


class OrderForm(FlaskForm):  # type: ignore[misc]
    """A place for each item. `with_places` makes the form for a number of items."""

    places: tuple[str, ...] = ()

    def __init__(self, question: Question, **values: Any) -> None:
        """Ask for the place of each item, in the order in which they are shuffled."""
        super().__init__(**values)
        for name, item in zip(self.places, question.items, strict=True):
            self[name].label.text = item

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a different place for each item."""
        if not super().validate(extra_validators):
            return False
        taken: set[int] = set()
        for name in self.places:
            place = int(self[name].data)
            if place in taken:
                self[name].errors = [gettext("Plaats %(place)d is al bezet.", place=place)]
            taken.add(place)
        return not self.errors

    def given(self, question: Question) -> Answer:
        """Return the items in the order of their places."""
        placed = zip((int(self[name].data) for name in self.places), question.items, strict=True)
        return tuple(item for _place, item in sorted(placed))


def with_places(many: int) -> type[OrderForm]:
    """Return the form for ordering `many` items."""
    numbers = [str(number) for number in range(1, many + 1)]
    choices = [SelectChoice("", _("Kies")), *(SelectChoice(one, one) for one in numbers)]
    places = tuple(f"place-{number}" for number in numbers)
    required = InputRequired(_("Kies een plaats."))
    fields = {name: SelectField(choices=choices, validators=[required]) for name in places}
    return type("OrderForm", (OrderForm,), {**fields, "places": places})


Maker = Callable[..., ChoiceForm | SeveralForm | WordsForm]
FORMS: Mapping[str, Maker] = {
    "single": ChoiceForm,
    "scenario": ChoiceForm,
    "truefalse": ChoiceForm,
    "multiple": SeveralForm,
    "open": WordsForm,
}


def question_form(
    question: Question, **values: Any
) -> ChoiceForm | SeveralForm | WordsForm | OrderForm:
    """Return the form for this question."""
    if question.type == "order":
        return with_places(len(question.items))(question, **values)
    return FORMS[question.type](question, **values)
