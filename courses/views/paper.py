"""Paper: what can be printed for a cohort, for one participant, and for everybody."""

from __future__ import annotations

from flask import make_response, render_template, request
from flask_babel import gettext as _
from werkzeug import Response

from academy.kernel import policy
from academy.kernel.errors import ConflictError
from academy.kernel.pdf.paper import address_lines
from academy.kernel.policy import SIGNED_IN
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.files import count_print, pdf_answer
from academy.people.policies import MAKE_LETTER
from academy.people.services.about import may_help
from academy.people.services.letter import LetterWish
from academy.people.services.letter import make_letter as write_letter
from courses import policies
from courses.adapters.paper import cards, letters, sheets
from courses.adapters.paper.letters import Addressee
from courses.forms.paper import SIGN_IN, LetterForm
from courses.queries import paper as queries
from courses.queries.enrolment import EnrolmentHead, get_enrolment
from courses.queries.on_behalf import reaches_of
from courses.queries.paper import PaperCohort, PaperSession
from courses.queries.sessions import session_rows

bp = FeatureBlueprint("paper", __name__)

WANTS_LARGE = "groot lettertype"
COHORT = "/groepen/<int:cohort_id>/papier"
SESSION = f"{COHORT}/<int:session_id>"


@bp.page(COHORT, needs=policies.PRINT)
def index(cohort_id: int) -> str:
    """Show what can be printed for a cohort, the next session first."""
    cohort = queries.get_paper_cohort(cohort_id, actor())
    sessions = session_rows(cohort_id)
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


@bp.page(f"{SESSION}/presentielijst/pdf", needs=policies.PRINT)
def attendance(cohort_id: int, session_id: int) -> Response:
    """Make the sheet that goes round."""
    cohort, session, of = _session(cohort_id, session_id)
    names = queries.names_of(cohort_id)
    made = sheets.attendance_sheet(cohort, session, names, of=of, made_by=count_print())
    return pdf_answer(made, _("presentielijst"))


@bp.page(f"{SESSION}/trainersblad/pdf", needs=policies.PRINT)
def own_sheet(cohort_id: int, session_id: int) -> Response:
    """Make the trainer's own sheet."""
    cohort, session, of = _session(cohort_id, session_id)
    contacts = queries.contacts_of(cohort_id)
    made = sheets.own_sheet(cohort, session, contacts, of=of, made_by=count_print())
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
        cohort,
        session,
        people,
        of=of,
        made_by=count_print(),
        large=request.args.get("letters") == "groot",
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
        made_by=count_print(),
    )
    return pdf_answer(made, _("presentie-van-de-groep"))


@bp.page(f"{COHORT}/belkaartjes/pdf", needs=policies.PRINT)
def phone_card(cohort_id: int) -> Response:
    """Make the cards with whom to call."""
    cohort = queries.get_paper_cohort(cohort_id, actor())
    return pdf_answer(cards.phone_card(cohort, made_by=count_print()), _("belkaartjes"))


@bp.page(f"{COHORT}/naambadges/pdf", needs=policies.PRINT)
def badges(cohort_id: int) -> Response:
    """Make the name badges."""
    cohort = queries.get_paper_cohort(cohort_id, actor())
    made = cards.badges(cohort, queries.badge_names(cohort_id), made_by=count_print())
    return pdf_answer(made, _("naambadges"))


@bp.page("/werkvormen", needs=SIGNED_IN)
def methods() -> str:
    """Show the working methods, each with its card."""
    return render_template("courses/methods.html", methods=queries.method_rows())


@bp.page("/werkvormen/pdf", needs=SIGNED_IN)
def all_methods() -> Response:
    """Make the cards of all working methods."""
    made = cards.method_cards(
        queries.method_rows(),
        title="Alle werkvormen van de academie",
        made_by=count_print(),
        large=_wants_large(),
    )
    return pdf_answer(made, _("werkvormen"))


@bp.page("/werkvormen/<method>/pdf", needs=SIGNED_IN)
def one_method(method: str) -> Response:
    """Make the card of one working method."""
    found = queries.get_method(method)
    made = cards.method_cards(
        [found],
        title=f"Werkvorm: {found.name}",
        made_by=count_print(),
        large=_wants_large(),
    )
    return pdf_answer(made, _("werkvorm"))


@bp.page("/gedragscode/pdf", needs=SIGNED_IN)
def conduct() -> Response:
    """Make the code of conduct."""
    made = cards.code_of_conduct(made_by=count_print(), large=_wants_large())
    return pdf_answer(made, _("gedragscode"))


def _wants_large() -> bool:
    return "groot" in request.args


LETTER = "/deelname/<int:enrolment_id>/brief"


@bp.page(LETTER, needs=MAKE_LETTER)
def letter(enrolment_id: int) -> str:
    """Show which letters can be made for one participant."""
    head = _to_write(enrolment_id)
    return _letter_page(head, LetterForm(formdata=None, large=WANTS_LARGE in head.support))


def _to_write(enrolment_id: int) -> EnrolmentHead:
    head = get_enrolment(enrolment_id)
    policy.require(actor(), MAKE_LETTER, head.reach)
    return head


def _letter_page(head: EnrolmentHead, form: LetterForm, *, problem: str = "") -> str:
    return render_template("courses/letter.html", head=head, form=form, problem=problem)


@bp.action(LETTER, needs=MAKE_LETTER)
def make_letter(enrolment_id: int) -> Response:
    """Make a letter and hand it over at once: it is not kept."""
    head = _to_write(enrolment_id)
    form = LetterForm()
    if not form.validate():
        return make_response(_letter_page(head, form), 422)
    try:
        made = _made_letter(head, form)
    except ConflictError as error:
        return make_response(_letter_page(head, form, problem=error.sentence), error.status)
    return pdf_answer(made, _("brief"))


def _made_letter(head: EnrolmentHead, form: LetterForm) -> bytes:
    address, large = address_lines(form.address.data), bool(form.large.data)
    if form.kind.data == SIGN_IN:
        if not may_help(actor(), head.person_id, reaches_of(head.person_id)):
            raise ConflictError(_("Deze persoon doet bij jou niet mee. Vraag de coördinator."))
        wish = LetterWish(address, large)
        count_print()
        return write_letter(head.person_id, wish, by=actor(), found_at=head.reach)
    cohort = queries.get_paper_cohort(head.cohort_id, actor())
    sessions = queries.paper_sessions(cohort.id)
    session = queries.session_at_hand(sessions)
    if session is None:
        raise ConflictError(_("Er is nog geen bijeenkomst gepland."))
    return letters.invitation(
        cohort,
        session,
        [Addressee(head.name, head.call_name, address)],
        of=len(sessions),
        made_by=count_print(),
        large=large,
    )
