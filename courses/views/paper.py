"""Paper: what can be printed for a cohort, for one participant, and for everybody."""

from __future__ import annotations

from flask import Response, render_template, request
from flask_babel import gettext as _

from academy.kernel.policy import SIGNED_IN
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.files import pdf_answer
from courses import policies
from courses.adapters.paper import cards, letters, sheets
from courses.adapters.paper.letters import Addressee
from courses.queries import paper as queries
from courses.queries.paper import PaperCohort, PaperSession

bp = FeatureBlueprint("paper", __name__)

COHORT = "/groepen/<int:cohort_id>/papier"
SESSION = f"{COHORT}/<int:session_id>"


@bp.page(COHORT, needs=policies.PRINT)
def index(cohort_id: int) -> str:
    """Show what can be printed for a cohort, the next session first."""
    cohort = queries.get_paper_cohort(cohort_id, actor())
    sessions = queries.paper_sessions(cohort_id)
    chosen = request.args.get("bijeenkomst", type=int)
    known = {one.id: one for one in sessions}
    session = known.get(chosen) if chosen is not None else None
    return render_template(
        "courses/paper.html",
        cohort=cohort,
        sessions=sessions,
        session=session or queries.session_at_hand(sessions),
    )


def _session(cohort_id: int, session_id: int) -> tuple[PaperCohort, PaperSession, int]:
    cohort = queries.get_paper_cohort(cohort_id, actor())
    sessions = queries.paper_sessions(cohort_id)
    return cohort, queries.find_session(sessions, session_id), len(sessions)


def _maker() -> str:
    return actor().display_name


@bp.page(f"{SESSION}/presentielijst/pdf", needs=policies.PRINT)
def attendance(cohort_id: int, session_id: int) -> Response:
    """Make the sheet that goes round."""
    cohort, session, of = _session(cohort_id, session_id)
    names = queries.names_of(cohort_id)
    made = sheets.attendance_sheet(cohort, session, names, of=of, made_by=_maker())
    return pdf_answer(made, _("presentielijst"))


@bp.page(f"{SESSION}/trainersblad/pdf", needs=policies.PRINT)
def own_sheet(cohort_id: int, session_id: int) -> Response:
    """Make the trainer's own sheet."""
    cohort, session, of = _session(cohort_id, session_id)
    contacts = queries.contacts_of(cohort_id)
    made = sheets.own_sheet(cohort, session, contacts, of=of, made_by=_maker())
    return pdf_answer(made, _("blad-voor-de-trainer"))


@bp.page(f"{SESSION}/uitnodigingen/pdf", needs=policies.PRINT)
def invitations(cohort_id: int, session_id: int) -> Response:
    """Make an invitation for everybody who is coming, in 12 or 14 points."""
    cohort, session, of = _session(cohort_id, session_id)
    people = [
        Addressee(one.name, one.call_name)
        for one in queries.names_of(cohort_id, states=queries.COMING)
    ]
    made = letters.invitation(
        cohort, session, people, of=of, made_by=_maker(), large="groot" in request.args
    )
    return pdf_answer(made, _("uitnodigingen"))


@bp.page(f"{COHORT}/presentie/pdf", needs=policies.PRINT)
def overview(cohort_id: int) -> Response:
    """Make the table of everybody against all sessions."""
    cohort = queries.get_paper_cohort(cohort_id, actor())
    made = sheets.overview(
        cohort,
        queries.paper_sessions(cohort_id),
        queries.names_of(cohort_id),
        queries.marks_of(cohort_id),
        made_by=_maker(),
    )
    return pdf_answer(made, _("presentie-van-de-groep"))


@bp.page(f"{COHORT}/belkaartjes/pdf", needs=policies.PRINT)
def phone_card(cohort_id: int) -> Response:
    """Make the cards with whom to call."""
    cohort = queries.get_paper_cohort(cohort_id, actor())
    return pdf_answer(cards.phone_card(cohort, made_by=_maker()), _("belkaartjes"))


@bp.page(f"{COHORT}/naambadges/pdf", needs=policies.PRINT)
def badges(cohort_id: int) -> Response:
    """Make the name badges."""
    cohort = queries.get_paper_cohort(cohort_id, actor())
    made = cards.badges(cohort, queries.badge_names(cohort_id), made_by=_maker())
    return pdf_answer(made, _("naambadges"))


@bp.page("/werkvormen", needs=SIGNED_IN)
def methods() -> str:
    """Show the working methods, each with its card."""
    return render_template("courses/methods.html", methods=queries.method_rows())


@bp.page("/werkvormen/pdf", needs=SIGNED_IN)
def all_methods() -> Response:
    """Make the cards of all working methods."""
    made = cards.method_cards(
        queries.method_rows(), title="Alle werkvormen van de academie", made_by=_maker()
    )
    return pdf_answer(made, _("werkvormen"))


@bp.page("/werkvormen/<method>/pdf", needs=SIGNED_IN)
def one_method(method: str) -> Response:
    """Make the card of one working method."""
    found = queries.get_method(method)
    made = cards.method_cards([found], title=f"Werkvorm: {found.name}", made_by=_maker())
    return pdf_answer(made, _("werkvorm"))


@bp.page("/gedragscode/pdf", needs=SIGNED_IN)
def conduct() -> Response:
    """Make the code of conduct."""
    return pdf_answer(cards.code_of_conduct(made_by=_maker()), _("gedragscode"))
