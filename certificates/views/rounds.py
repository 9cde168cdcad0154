"""Rounds: grant many at once, see how far their files are, hand them over and note who has one."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response as AnyResponse

from academy.kernel import documents, limits
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.i18n import pick
from academy.kernel.limits import Limit
from academy.kernel.pdf.paper import DocumentNotMadeError
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.files import count_print, pdf_answer
from certificates import policies
from certificates.adapters.cover.ceremony import Guest, ceremony_list
from certificates.queries.rounds import (
    InRound,
    files_of_round,
    get_round,
    in_round,
    proposals_to_grant,
    refused_in,
    round_rows,
)
from certificates.services import life, rounds

bp = FeatureBlueprint("certificate_rounds", __name__)

RULE = "/certificaten/rondes/<int:round_id>"
FILES = Limit("round-files", times=20, window=timedelta(hours=1))
JOIN_SECONDS = 60.0


@bp.page("/certificaten/rondes", needs=policies.READ_DOSSIER)
def index() -> str:
    """Show the rounds, newest first; who does not read the register sees their own."""
    page = round_rows(actor(), request.args.get("na"))
    older = url_for("certificate_rounds.index", na=page.next_cursor) if page.next_cursor else None
    return render_template("certificates/rounds.html", page=page, older=older)


@bp.page("/certificaten/ronde", needs=policies.DECIDE)
def ask() -> str:
    """Show who can be granted a certificate at once."""
    return _ask_page()


@bp.action("/certificaten/ronde", needs=policies.DECIDE)
def grant() -> AnyResponse | tuple[str, int]:
    """Let everybody that was ticked be granted a certificate."""
    chosen = request.form.getlist("decision", type=int)
    try:
        round_id = rounds.ask_all(chosen, by=actor())
    except InvalidInputError as error:
        return _ask_page(problem=error.sentence, chosen=chosen), error.status
    flash(_("Je besluit staat vast. De certificaten worden nu toegekend en gemaakt."), "success")
    return redirect(url_for("certificate_rounds.show", round_id=round_id), 303)


def _ask_page(*, problem: str = "", chosen: list[int] | None = None) -> str:
    return render_template(
        "certificates/grant_many.html",
        proposals=proposals_to_grant(actor()),
        problem=problem,
        chosen=chosen,
    )


@bp.page(RULE, needs=policies.READ_DOSSIER)
def show(round_id: int) -> str:
    """Show how far a round is, and who is in it."""
    return _page(round_id, after=request.args.get("na"))


def _page(round_id: int, *, after: str | None, problem: str = "") -> str:
    who = actor()
    page = in_round(round_id, who, after)
    more = page.next_cursor and url_for(
        "certificate_rounds.show", round_id=round_id, na=page.next_cursor
    )
    return render_template(
        "certificates/round.html",
        round=get_round(round_id, who),
        refused=refused_in(round_id, who),
        page=page,
        after=after,
        more=more,
        problem=problem,
        may_decide=who.may(policies.DECIDE),
        may_hand_out=who.may(policies.PROPOSE),
        may_read_register=who.may(policies.REGISTER),
    )


@bp.action(f"{RULE}/stop", needs=policies.DECIDE)
def stop(round_id: int) -> AnyResponse:
    """Grant and make no more for now."""
    rounds.stop(round_id, by=actor())
    flash(_("Gestopt. Wat al is gemaakt, blijft. Je kunt later verdergaan."), "success")
    return _back(round_id)


@bp.action(f"{RULE}/verder", needs=policies.DECIDE)
def resume(round_id: int) -> AnyResponse:
    """Go on granting and making."""
    rounds.resume(round_id, by=actor())
    flash(_("De rest wordt nu gemaakt."), "success")
    return _back(round_id)


@bp.page(f"{RULE}/afbreken", needs=policies.DECIDE)
def ask_end(round_id: int) -> str:
    """Say what ending a round does, and ask."""
    return render_template("certificates/end_round.html", round=get_round(round_id, actor()))


@bp.action(f"{RULE}/afbreken", needs=policies.DECIDE)
def end(round_id: int) -> AnyResponse:
    """Grant nothing more, for good; make what was granted."""
    released = rounds.end(round_id, by=actor())
    flash(
        ngettext(
            "Afgebroken. %(num)s voorstel is weer vrij.",
            "Afgebroken. %(num)s voorstellen zijn weer vrij.",
            released,
        ),
        "success",
    )
    return _back(round_id)


@bp.action(f"{RULE}/uitgereikt", needs=policies.PROPOSE)
def hand_out(round_id: int) -> AnyResponse | tuple[str, int]:
    """Note who has the paper in hand."""
    after = request.form.get("na") or None
    known = {one.id: one for one in files_of_round(round_id, actor())}
    chosen = [known[one] for one in request.form.getlist("certificate", type=int) if one in known]
    if not chosen:
        problem = _("Zet eerst een vinkje bij wie het papier heeft.")
        return _page(round_id, after=after, problem=problem), 422
    for one in chosen:
        if not one.was_handed_out:
            life.hand_out(one.id, by=actor())
    flash(
        ngettext("%(num)s keer opgeschreven.", "%(num)s keer opgeschreven.", len(chosen)),
        "success",
    )
    return redirect(url_for("certificate_rounds.show", round_id=round_id, na=after), 303)


# --- files -----------------------------------------------------------------------------------


@bp.page(f"{RULE}/certificaten.zip", needs=policies.TAKE_FILES)
def archive(round_id: int) -> Response:
    """Hand over every file of a round, each under the name of who it is for."""
    files = _files(round_id)
    kept = io.BytesIO()
    storage = Storage(current().storage)
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as packed:
        for one in files:
            packed.writestr(zipfile.ZipInfo(one.file_name), storage.get(one.sha256))
    kept.seek(0)
    answer: Response = send_file(
        kept,
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"certificaten-ronde-{round_id}.zip",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.page(f"{RULE}/afdrukken.pdf", needs=policies.TAKE_FILES)
def print_file(round_id: int) -> Response:
    """Hand over one file with every page, to print in one go."""
    files = _files(round_id)
    storage = Storage(current().storage)
    try:
        pdf: bytes = documents.call(
            "certificates.adapters.print_file:join_pages",
            wall_seconds=JOIN_SECONDS,
            pdfs=[storage.get(one.sha256) for one in files],
            title=_("Certificaten om af te drukken"),
            language="nl",
        )
    except documents.DocumentError as error:
        raise DocumentNotMadeError(pick({"nl": error.sentence, "en": error.sentence_en})) from error
    return pdf_answer(pdf, f"certificaten-ronde-{round_id}")


@bp.page(f"{RULE}/uitreiking.pdf", needs=policies.TAKE_FILES)
def ceremony(round_id: int) -> Response:
    """Hand over the list for the hand-out."""
    made_by = count_print()
    guests = [
        Guest(one.printed_name, one.cohort, one.number, one.was_handed_out)
        for one in files_of_round(round_id, actor())
    ]
    return pdf_answer(ceremony_list(guests, made_by=made_by), f"uitreiking-{round_id}")


def _files(round_id: int) -> list[InRound]:
    files = files_of_round(round_id, actor())
    if not files:
        raise ConflictError(_("Er is nog geen certificaat klaar."))
    limits.spend_here(
        FILES,
        str(actor().person_id),
        sentence=_("Je haalde dit uur al vaak bestanden op. Wacht even."),
    )
    return files


def _back(round_id: int) -> AnyResponse:
    return redirect(url_for("certificate_rounds.show", round_id=round_id), 303)
