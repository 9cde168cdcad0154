"""What comes in about meet-ups, and the words for kinds and answers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

KIND_LABELS = {
    "follow_up": _("Terugkommiddag"),
    "refresher": _("Opfrisles"),
    "exchange": _("Ervaringsuitwisseling"),
    "peer_consultation": _("Intervisie"),
}
ANSWER_LABELS = {"yes": _("ik kom"), "maybe": _("misschien"), "no": _("ik kom niet")}
GUEST_LABELS = {"yes": _("komt"), "maybe": _("misschien"), "no": _("komt niet")}
ASSET_LABELS = {
    "people": _("mensen"),
    "groups": _("een groep"),
    "places": _("een plek"),
    "organisations": _("een organisatie"),
    "stories": _("een verhaal"),
    "habits": _("een gewoonte"),
}
_TOO_LONG = _("Maak het korter: hoogstens 200 letters.")


class ReplyForm(FlaskForm):  # type: ignore[misc]
    """Do you come?"""

    answer = RadioField(
        _("Kom je?"),
        choices=[
            SelectChoice("yes", _("Ik kom")),
            SelectChoice("maybe", _("Misschien")),
            SelectChoice("no", _("Ik kom niet")),
        ],
        validators=[InputRequired(_("Kies of je komt."))],
    )
    brings = StringField(
        _("Neem je iets of iemand mee?"),
        description=_("Bijvoorbeeld soep, een verhaal of een buurvrouw."),
        validators=[Optional(), Length(max=200, message=_TOO_LONG)],
    )
    needs = StringField(
        _("Wat heb je nodig om te kunnen komen?"),
        description=_("Bijvoorbeeld vervoer of oppas."),
        validators=[Optional(), Length(max=200, message=_TOO_LONG)],
    )
