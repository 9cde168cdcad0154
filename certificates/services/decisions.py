"""Propose and decide: two people, and the rules' verdict filed with what they decided."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _

from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
)
from academy.kernel.messages.engine import announce
from academy.kernel.policy import Actor
from certificates import policies
from certificates.models import OUTCOMES, Certificate, Decision, Ruling
from certificates.queries import standing
from certificates.queries.facts import (
    EnrolmentFacts,
    assessor_ids,
    find_first_assessor,
    get_facts,
    trainer_ids,
)
from certificates.queries.judgement import judge, judge_renewal
from certificates.rules.four_eyes import Obstacle, find_obstacle
from certificates.services.names import printable
from certificates.services.register import approve, what_differs
from courses.services import enrolment as enrolments

NOT_GRANTED = "certificates/not_granted"
GRANT_REASON = "voldoet aan de regels van de leergang"
REASON_MAX = 500


# --- propose ---------------------------------------------------------------------------------


def propose(enrolment_id: int, *, by: Actor, hardship: str = "") -> int:
    """Propose somebody for the certificate of their course, and return the decision's id.

    The rules must say yes, or `hardship` says in writing why an exception is asked. Raises
    InvalidInputError for neither and for a name that cannot be printed, ConflictError when it was
    proposed before or the person does not take part.
    """
    facts = get_facts(enrolment_id, lock=True)
    policy.require(by, policies.PROPOSE, facts.reach)
    _refuse_oneself(facts.person_id, by)
    if facts.state != "active":
        raise ConflictError(_("%(name)s doet nu niet mee aan deze groep.", name=facts.holder))
    _refuse_second_proposal(enrolment_id)
    hardship = _text(hardship, field="hardship")
    verdict = judge(enrolment_id)
    _refuse_incomplete(verdict.complete, hardship, name=facts.holder)
    printable(facts.printed_name)
    return _add(facts, "first", by=by, verdict=verdict.trace, hardship=hardship)


def propose_replacement(certificate_id: int, *, printed_name: str, by: Actor) -> int:
    """Propose a certificate in the place of one with an old name or an error; return its id.

    Under the same name only when something else that it said has been put right. Raises
    InvalidInputError when nothing would change or for a name that cannot be printed, ConflictError
    when the certificate does not count any more or a proposal is open.
    """
    facts, earlier = _changeable(certificate_id, by=by)
    printed_name = printable(printed_name)
    differs = what_differs(db.session.get_one(Certificate, earlier.id), facts)
    if printed_name == earlier.printed_name and not differs:
        sentence = _(
            "Deze naam staat al op het certificaat. Is er iets anders fout? Verbeter dat dan eerst."
        )
        raise InvalidInputError(sentence, fields={"printed_name": sentence})
    return _add(
        facts,
        "replacement",
        by=by,
        verdict={"differs": differs},
        earlier_id=earlier.id,
        printed_name=printed_name,
    )


def propose_renewal(certificate_id: int, *, by: Actor, hardship: str = "") -> int:
    """Propose a certificate for another term, and return the decision's id.

    Raises InvalidInputError when requirements are missing and no `hardship` says why to make an
    exception, ConflictError when it is not renewable or a proposal is open.
    """
    facts, earlier = _changeable(certificate_id, by=by)
    hardship = _text(hardship, field="hardship")
    verdict = _judge_renewal(facts, earlier)
    _refuse_incomplete(verdict["complete"], hardship, name=facts.holder)
    printable(earlier.printed_name)
    return _add(
        facts,
        "renewal",
        by=by,
        verdict=verdict,
        hardship=hardship,
        earlier_id=earlier.id,
        printed_name=earlier.printed_name,
    )


def _changeable(certificate_id: int, *, by: Actor) -> tuple[EnrolmentFacts, standing.Standing]:
    earlier = standing.get_standing(certificate_id)
    facts = get_facts(earlier.enrolment_id, lock=True)
    policy.require(by, policies.PROPOSE_CHANGE, facts.reach)
    _refuse_oneself(facts.person_id, by)
    if earlier.state != "issued" or earlier.standing != "valid":
        raise ConflictError(_("Dit certificaat telt niet meer. Kies het nieuwste."))
    _refuse_second_proposal(earlier.enrolment_id)
    return facts, earlier


def _judge_renewal(facts: EnrolmentFacts, earlier: standing.Standing) -> dict[str, Any]:
    verdict = judge_renewal(facts, earlier)
    if verdict is None:
        raise ConflictError(_("Dit bewijs verloopt niet. Verlengen is niet nodig."))
    return verdict.trace()


def _refuse_oneself(person_id: int, by: Actor) -> None:
    if by.person_id is None or by.person_id == person_id:
        raise ForbiddenError(_("Je kunt jezelf niet voordragen. Vraag het een collega."))


def _refuse_second_proposal(enrolment_id: int) -> None:
    if standing.has_open_proposal(enrolment_id):
        raise ConflictError(_("Er ligt al een voorstel. Het wacht op een besluit."))


def _refuse_incomplete(complete: bool, hardship: str, *, name: str) -> None:  # noqa: FBT001
    if complete or hardship:
        return
    sentence = _(
        "%(name)s heeft nog niet alles. Wil je toch een voorstel doen? Schrijf dan op waarom.",
        name=name,
    )
    raise InvalidInputError(sentence, fields={"hardship": sentence})


def _text(text: str, *, field: str) -> str:
    text = text.strip()
    if len(text) > REASON_MAX:
        sentence = _("Dit is te lang. Er passen %(count)d tekens in.", count=REASON_MAX)
        raise InvalidInputError(sentence, fields={field: sentence})
    return text


def _add(
    facts: EnrolmentFacts,
    kind: str,
    *,
    by: Actor,
    verdict: dict[str, Any],
    hardship: str = "",
    earlier_id: int | None = None,
    printed_name: str = "",
) -> int:
    decision = Decision(
        enrolment_id=facts.enrolment_id,
        kind=kind,
        proposer_id=by.person_id,
        holder_id=facts.person_id,
        first_assessor_id=find_first_assessor(facts.enrolment_id),
        proposed_at=clock.now(),
        hardship=hardship,
        printed_name=printed_name,
        earlier_id=earlier_id,
        verdict=verdict,
    )
    db.session.add(decision)
    db.session.flush()  # the audit names the row
    audit.record(
        "certificates:decision:proposed",
        ("certification_decision", decision.id),
        by=by,
        subject_id=facts.person_id,
        decision_kind=kind,
        exception=bool(hardship),
    )
    return decision.id


# --- decide ----------------------------------------------------------------------------------


def decide(
    decision_id: int,
    outcome: str,
    *,
    reason: str = "",
    by: Actor,
    issued_on: date | None = None,
    serial: int | None = None,
    round_id: int | None = None,
) -> int | None:
    """Grant, hold or refuse a proposal; return the certificate's id after a grant.

    Hold and refuse need a reason, which is told to whom it is about; what is on hold can be decided
    again. `issued_on` (default today) is the day printed; `serial` is for a register taken over
    from elsewhere. In a round the files are made together. Raises NotFoundError, ForbiddenError for
    somebody who had a part in it, ConflictError when it was decided already, InvalidInputError for
    a missing reason.
    """
    if outcome not in OUTCOMES:
        sentence = _("Kies wat je besluit.")
        raise InvalidInputError(sentence, fields={"outcome": sentence})
    decision = _open_decision(decision_id)
    facts = get_facts(decision.enrolment_id, lock=True)
    policy.require(by, policies.DECIDE, facts.reach)
    _refuse_involved(decision, facts, by)
    decision.reason = _reason(outcome, reason)
    decision.outcome = outcome
    decision.decided_by_id = by.person_id
    decision.decided_at = clock.now()
    ruling = _keep_ruling(decision)
    certificate = None
    if outcome == "grant":
        certificate = _grant(
            decision,
            facts,
            by=by,
            issued_on=issued_on or clock.today(),
            serial=serial,
            round_id=round_id,
        )
    else:
        announce(
            NOT_GRANTED,
            key=f"{NOT_GRANTED}-{ruling.id}",
            person_ids=[decision.holder_id],
            ruling_id=ruling.id,
        )
    audit.record(
        "certificates:decision:decided",
        ("certification_decision", decision.id),
        by=by,
        subject_id=decision.holder_id,
        outcome=outcome,
        certificate_id=certificate.id if certificate else None,
    )
    return certificate.id if certificate else None


def _keep_ruling(decision: Decision) -> Ruling:
    """Keep what was said this time: after a hold the decision's own columns are written again."""
    ruling = Ruling(
        decision_id=decision.id,
        outcome=decision.outcome,
        reason=decision.reason,
        by_id=decision.decided_by_id,
        at=decision.decided_at,
    )
    db.session.add(ruling)
    db.session.flush()  # the message names the row
    return ruling


def why_not(decision_id: int, *, by: Actor, facts: EnrolmentFacts | None = None) -> str:
    """Return why `by` may not decide on this proposal, as a sentence; empty when they may.

    `facts` are those of its enrolment, for who has read them already.
    """
    decision = db.session.get(Decision, decision_id)
    if decision is None:
        raise NotFoundError
    facts = facts or get_facts(decision.enrolment_id)
    if not policy.covers(by, policies.DECIDE, facts.reach):
        return str(_("Het bestuur beslist hierover."))
    obstacle = _obstacle(decision, facts, by)
    return _obstacle_sentence(obstacle) if obstacle else ""


def _open_decision(decision_id: int) -> Decision:
    decision = db.session.get(Decision, decision_id, with_for_update=True)
    if decision is None:
        raise NotFoundError
    if decision.outcome not in (None, "hold"):
        raise ConflictError(_("Hierover is al besloten."))
    return decision


def _obstacle(decision: Decision, facts: EnrolmentFacts, by: Actor) -> Obstacle | None:
    return find_obstacle(
        by.person_id,
        proposer_id=decision.proposer_id,
        holder_id=decision.holder_id,
        assessor_ids=assessor_ids(facts.enrolment_id),
        trainer_ids=trainer_ids(facts.cohort_id),
    )


def _refuse_involved(decision: Decision, facts: EnrolmentFacts, by: Actor) -> None:
    obstacle = _obstacle(decision, facts, by)
    if obstacle or by.person_id is None:
        raise ForbiddenError(_obstacle_sentence(obstacle or "proposer"))


def _obstacle_sentence(obstacle: Obstacle) -> str:
    sentence: str = {
        "holder": _("Dit gaat over jezelf. Iemand anders beslist."),
        "proposer": _("Je deed dit voorstel zelf. Iemand anders beslist."),
        "assessor": _("Je beoordeelde de proeve van deze deelnemer. Iemand anders beslist."),
        "trainer": _("Je bent trainer van deze groep. Iemand anders beslist."),
    }[obstacle]
    return sentence


def _reason(outcome: str, reason: str) -> str:
    text = _text(reason, field="reason")
    if not text and outcome != "grant":
        sentence = _("Schrijf in een zin waarom. De deelnemer krijgt dit te horen.")
        raise InvalidInputError(sentence, fields={"reason": sentence})
    return text or GRANT_REASON


def _grant(
    decision: Decision,
    facts: EnrolmentFacts,
    *,
    by: Actor,
    issued_on: date,
    serial: int | None,
    round_id: int | None,
) -> Certificate:
    if issued_on < clock.today():
        sentence = _("Deze dag is al geweest. Kies vandaag of later.")
        raise InvalidInputError(sentence, fields={"issued_on": sentence})
    _refuse_ended_earlier(decision)
    _judge_again(decision, facts)
    name = printable(decision.printed_name or facts.printed_name)
    certificate = approve(
        decision,
        facts,
        printed_name=name,
        issued_on=issued_on,
        serial=serial,
        round_id=round_id,
    )
    if decision.kind == "first":
        enrolments.complete(facts.enrolment_id, by=by)
    return certificate


def _refuse_ended_earlier(decision: Decision) -> None:
    """Refuse when what it follows was revoked or taken back since, or is about to be revoked."""
    if decision.earlier_id is None:
        return
    earlier = db.session.get_one(Certificate, decision.earlier_id, with_for_update=True)
    if earlier.standing != "valid":
        raise ConflictError(_("Het eerdere certificaat telt niet meer."))
    if standing.find_open_revocation(earlier.id) is not None:
        raise ConflictError(_("Beslis eerst over het voorstel om dit certificaat in te trekken."))


def _judge_again(decision: Decision, facts: EnrolmentFacts) -> None:
    """File the verdict of this moment: what was true at the proposal may have been corrected."""
    if decision.kind == "first":
        verdict = judge(facts.enrolment_id)
        complete, decision.verdict = verdict.complete, verdict.trace
    elif decision.kind == "renewal":
        earlier = standing.get_standing(decision.earlier_id or 0)
        decision.verdict = _judge_renewal(facts, earlier)
        complete = decision.verdict["complete"]
    else:
        complete = True
    if not complete and not decision.hardship:
        raise ConflictError(
            _(
                "%(name)s voldoet nu niet meer aan de regels. Kijk eerst wat er veranderde.",
                name=facts.holder,
            )
        )
