"""What governors fill in: the self-scan and the promise."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length

from courses.queries.self_scan import DONT_KNOW, ScanPaper
from courses.services.promises import LONGEST


class ScanForm(FlaskForm):  # type: ignore[misc]
    """A choice for every statement. `scan_form` makes it for the statements of a course."""

    statements: tuple[str, ...] = ()

    def answers(self) -> dict[str, int | None]:
        """Return the value for each statement, None for "weet ik niet"."""
        chosen = {name: str(self[name].data) for name in self.statements}
        return {name: None if one == DONT_KNOW else int(one) for name, one in chosen.items()}


def scan_form(paper: ScanPaper) -> type[ScanForm]:
    """Return the form with the statements of this self-scan."""
    texts = {one.id: one.text for each in paper.dimensions for one in each.statements}
    choices = [SelectChoice(value, label) for value, label in paper.scale]
    fields = {
        name: RadioField(
            text,
            choices=choices,
            validators=[InputRequired(_("Kies een antwoord. Weet ik niet mag ook."))],
        )
        for name, text in texts.items()
    }
    return type("ScanForm", (ScanForm,), {**fields, "statements": tuple(texts)})


class PromiseForm(FlaskForm):  # type: ignore[misc]
    """What a governor promises the residents."""

    promise = TextAreaField(
        _("Wat beloof je de bewoners?"),
        description=_(
            "Schrijf één of twee zinnen, hooguit 260 tekens. Bewoners kunnen zien of je het doet."
        ),
        filters=[lambda text: " ".join((text or "").split())],
        validators=[
            InputRequired(_("Schrijf je belofte in één of twee zinnen.")),
            Length(max=LONGEST, message=_("Maak je belofte korter: hooguit 260 tekens.")),
        ],
        render_kw={"rows": 4},
    )
