"""An academy of two regions, each with an organisation, three cohorts and two coaches."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import current_app

from academy.coaching.models import OwnWords, YearlyReview
from academy.coaching.services import cover, log, matching, openings, plans, sheets, signals
from academy.coaching.services.matching import NewOffer, NewWish
from academy.coaching.services.sheets import NewSheet, NewStep
from academy.community.models import MeetUp, MentorDay, MentorOffer, MentorPair, Rsvp, Story
from academy.contact.models import ContactRequest
from academy.kernel import clock, ids
from academy.kernel.db import db, unit_of_work
from academy.kernel.messages.models import SentMessage
from academy.kernel.policy import Actor
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from academy.people.models import Account, ApiToken, Person, Place, SecondFactor
from academy.privacy.adapters.zipping import locked
from academy.privacy.models import DataExport
from academy.research.models import Confirmation, Observation, Problem, Project, Talk
from certificates.adapters.keys import init_keys
from certificates.models import (
    Certificate,
    CertificateEvent,
    Decision,
    IssueRound,
    NameApproval,
    Revocation,
    RoundProposal,
    Ruling,
    SigningKey,
    StandingProposal,
)
from certificates.rules.code import code_digest
from certificates.rules.number import format_number
from courses.models import (
    Assessment,
    AssessorDeclaration,
    AttendanceCell,
    AttendanceMark,
    Cohort,
    CohortHost,
    CourseVersion,
    CriterionScore,
    Enrolment,
    FinalAttempt,
    Module,
    Objection,
    PracticeAssignment,
    PracticeFile,
    PracticeSubmission,
    Promise,
    Quiz,
    QuizAttempt,
    ScoreTalk,
    Session,
)
from courses.services.content import import_curricula
from tests.access.marks import Ledger
from tests.courses.training_group import curricula
from tests.factories import (
    make_actor,
    make_cohort,
    make_coordinator,
    make_enrolment,
    make_grant,
    make_organisation,
    make_person,
    make_place,
    make_sign_in,
    make_trainer,
)

TENANTS = ("A", "B")
OPENED = "A3p2"
"""Whose log is open in need, for the coordinator of region A."""
OPEN = "open."
"""Cells that start so hold what everybody may read."""
COHORTS = (1, 2, 3)
PRINCIPALS = (
    "anonymous",
    "nobody",
    "participant",
    "trainer",
    "assessor",
    "coach",
    "coordinator",
    "board",
    "client_contact",
    "admin",
)
CRITERIA = ("luisteren", "waarnemen", "kracht", "verbinden", "eigenaarschap", "grenzen")
START = date(2026, 10, 5)


@dataclass
class World:
    """The academy as built: who is who, whose text stands where, how each comes in."""

    ledger: Ledger = field(default_factory=Ledger)
    people: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    def cell_of(self, principal: str) -> str:
        """Return the cell of the person who plays this principal."""
        cells = {
            "participant": "A1p1",
            "trainer": "A1.trainer",
            "assessor": "A1.assessor",
            "coach": "Ak1",
            "coordinator": "A.coordinator",
        }
        return cells.get(principal, principal)


def build_world() -> World:
    """Make the academy, mark every text in it, and sign everybody in. Commits."""
    world = World()
    with unit_of_work():
        _import_courses()
        _make_keys()
        _make_house(world)
        for tenant in TENANTS:
            _Tenant(world, tenant).build()
        world.ledger.write()
        _sign_in(world)
    return world


def _import_courses() -> None:
    import_curricula(curricula(), by=Actor(origin="cli"))


def _make_keys() -> None:
    settings = current()
    if not settings.keys.exists():
        init_keys(settings.keys, settings.keys_passphrase, now=clock.real_now())


def _make_house(world: World) -> None:
    """Make the people who belong to no region."""
    for name, role in (("nobody", ""), ("board", "board"), ("admin", "admin")):
        with world.ledger.cell(name):
            person = make_person(name.title())
            if role:
                make_grant(person, role)
        world.people[name] = person.id
    for name in ("board2", "admin2"):
        with world.ledger.cell(name):
            make_grant(make_person(name.title()), name[:-1])


class _Tenant:
    """Builds one region."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.cell = world.ledger.cell

    def build(self) -> None:
        with self.cell(self.name):
            organisation = make_organisation(city=f"Stad {self.name}", contact_email="a@b.example")
            self.place = make_place(f"Buurt {self.name}", client_organisation_id=organisation.id)
        with self.cell(f"{self.name}.coordinator"):
            self.coordinator = make_coordinator(self.place)
        contact = "client_contact" if self.name == "A" else "B.client_contact"
        with self.cell(contact):
            client = make_person("Opdrachtgever", organisation_id=organisation.id)
            make_grant(client, "client_contact", organisation=organisation)
        self.coaches = {}
        for number in (1, 2):
            with self.cell(f"{self.name}k{number}"):
                self.coaches[number] = make_person("Begeleider", place_id=self.place.id)
        with self.cell(self.name):
            self._make_community()
        with self.cell(f"{OPEN}{self.name}"):
            self._make_open_story()
        for number in COHORTS:
            self._make_cohort(number)
        with self.cell(self.name):
            self._cover_a_coach()
        for number, coach in self.coaches.items():
            with self.cell(f"{self.name}k{number}"):
                offer = NewOffer(("nl",), place_id=self.place.id, about="Over mij")
                matching.save_offer(coach.id, offer, by=make_actor(self.coordinator))
        if self.name == "A":
            self.world.people |= {
                "coordinator": self.coordinator.id,
                "client_contact": client.id,
                "coach": self.coaches[1].id,
            }

    def _cover_a_coach(self) -> None:
        """Let the second coach stand in for the first, later."""
        first_day = clock.today() + timedelta(days=60)
        cover.arrange_cover(
            self.coaches[1].id,
            self.coaches[2].id,
            by=make_actor(self.coordinator),
            first_day=first_day,
            last_day=first_day + timedelta(days=7),
        )

    def _make_community(self) -> None:
        self.meetup = MeetUp(
            kind="follow_up",
            title="Middag",
            held_on=date(2027, 1, 20),
            place="Buurthuis",
            capacity=30,
            state="invited",
        )
        db.session.add(self.meetup)
        db.session.add(
            Story(
                title="Verhaal",
                place_id=self.place.id,
                text="Nog niet te lezen.",
                asset="people",
                told_by_id=self.coordinator.id,
                may_share=False,
            )
        )
        db.session.flush()

    def _make_open_story(self) -> None:
        """Make a story that everybody may read."""
        _add(
            Story(
                title="Verhaal",
                place_id=self.place.id,
                text="Te lezen.",
                asset="people",
                told_by_id=self.coordinator.id,
                may_share=True,
                confirmed_by=3,
                published_on=clock.today(),
            )
        )

    def _make_cohort(self, number: int) -> None:
        cell = f"{self.name}{number}"
        version = db.session.scalars(
            sa.select(CourseVersion).where(
                CourseVersion.content["course"]["id"].as_string() == "res"
            )
        ).one()
        with self.cell(cell):
            cohort = make_cohort(version=version, place=self.place, starts_on=START)
        with self.cell(f"{cell}.trainer"):
            trainer = make_trainer(cohort)
        with self.cell(f"{cell}.assessor"):
            assessor = make_person("Beoordelaar")
            make_grant(assessor, "assessor", cohort=cohort)
        with self.cell(cell):
            _make_research(cohort, self.place, trainer)
            _make_host(cohort, trainer)
        for which in (1, 2):
            with self.cell(f"{cell}p{which}"):
                builder = _Participant(self, cohort, trainer, assessor, number=which)
                builder.build()
                if f"{cell}p{which}" == OPENED:
                    builder.open_log()
            if cell == "A1" and which == 1:
                self.world.people["participant"] = builder.person.id
        if cell == "A1":
            self.world.people |= {"trainer": trainer.id, "assessor": assessor.id}


def _make_host(cohort: Cohort, person: Person) -> None:
    _add(
        CohortHost(
            cohort_id=cohort.id,
            person_id=person.id,
            printed_name="Gastvrouw",
            agreed_on=cohort.starts_on,
            noted_by_id=person.id,
        )
    )


def _make_research(cohort: Cohort, place: Place, lead: Person) -> None:
    project = _add(
        Project(
            title="Onderzoek",
            place_id=place.id,
            lead_id=lead.id,
            state="confirming",
            started_on=cohort.starts_on,
        )
    )
    _add(
        Observation(
            project_id=project.id,
            sense="see",
            text="Licht",
            place_hint="plein",
            observed_on=cohort.starts_on,
            time_of_day="evening",
            observed_by="resident",
            is_quote=False,
            consent="not_needed",
        )
    )
    problem = _add(
        Problem(
            project_id=project.id,
            words="Donker",
            barrier="neighbourhood",
            named_by=4,
            key="Lampen",
            step="doing",
        )
    )
    said = [
        _add(
            Confirmation(
                problem_id=problem.id,
                number=number,
                experience=experience,
                took_part=False,
                note="nee",
                confirmed_on=cohort.starts_on,
            )
        )
        for number, experience in ((1, "no"), (2, "no"))
    ]
    _add(Talk(confirmation_id=said[1].id, talked_on=cohort.starts_on, what_changed="Lamp erbij"))


def _add(thing: Any) -> Any:
    db.session.add(thing)
    db.session.flush()
    return thing


class _Participant:
    """Builds one participant with everything that can be kept about somebody."""

    def __init__(
        self, tenant: _Tenant, cohort: Cohort, trainer: Person, assessor: Person, *, number: int
    ) -> None:
        self.tenant, self.cohort, self.number = tenant, cohort, number
        self.trainer, self.assessor = trainer, assessor

    def build(self) -> None:
        self.person = make_person(
            "Deelnemer", place_id=self.tenant.place.id, phone="06", support="leest liever samen"
        )
        self.enrolment = make_enrolment(self.cohort, self.person, applied_on=START)
        self._attend()
        self._practise()
        self._score()
        self._object()
        self._certify()
        self._write_to_us()
        self._be_guided()
        _add(Rsvp(meet_up_id=self.tenant.meetup.id, person_id=self.person.id, answer="maybe"))
        self._begin_with_a_mentor()
        self._wait_for_a_call()
        _add(Promise(enrolment_id=self.enrolment.id, text="Ik beloof dit"))
        self._take_along()

    def _begin_with_a_mentor(self) -> None:
        """Let the coordinator walk along with this person, who offers to walk along as well."""
        mentor_id, today = self.tenant.coordinator.id, clock.today()
        pair = _add(
            MentorPair(
                mentor_id=mentor_id,
                person_id=self.person.id,
                state="running",
                proposed_on=today,
                mentor_yes_on=today,
                person_yes_on=today,
            )
        )
        _add(MentorDay(person_id=mentor_id, kind="walk_along", done_on=today, pair_id=pair.id))
        _add(
            MentorOffer(
                person_id=self.person.id,
                walk_along=True,
                train=True,
                assess=False,
                saved_at=clock.now(),
            )
        )

    def _take_along(self) -> None:
        now = clock.now()
        _add(
            DataExport(
                person_id=self.person.id,
                asked_by_id=self.person.id,
                asked_at=now,
                state="made",
                made_at=now,
                ends_at=now + timedelta(days=7),
                size_bytes=2,
                content=locked(b"PK"),
            )
        )

    def _wait_for_a_call(self) -> None:
        now = clock.now()
        _add(
            SentMessage(
                key=f"call-{self.person.id}",
                name="courses/practice_more",
                person_id=self.person.id,
                channel="phone",
                planned_for=now,
                use_by=now + timedelta(days=14),
                recorded_at=now,
                ids={"submission_id": 0},
            )
        )

    def _attend(self) -> None:
        sessions = db.session.scalars(
            sa.select(Session).where(Session.cohort_id == self.cohort.id).order_by(Session.id)
        ).all()
        for session in sessions[:3]:
            make = partial(
                AttendanceMark,
                session_id=session.id,
                enrolment_id=self.enrolment.id,
                source="web",
                marked_by_id=self.trainer.id,
                marked_at=clock.now(),
            )
            mark, other = _add(make(status="present")), None
            if session is sessions[2]:
                other = _add(make(status="excused"))
            _add(
                AttendanceCell(
                    session_id=session.id,
                    enrolment_id=self.enrolment.id,
                    mark_id=mark.id,
                    other_mark_id=other.id if other else None,
                    version=1,
                )
            )

    def _practise(self) -> None:
        assignments = db.session.scalars(
            sa.select(PracticeAssignment)
            .join(Module, Module.id == PracticeAssignment.module_id)
            .where(Module.course_version_id == self.cohort.course_version_id)
            .order_by(Module.order)
        ).all()
        for assignment, state in zip(assignments, ("done", "submitted"), strict=False):
            submission = _add(
                PracticeSubmission(
                    enrolment_id=self.enrolment.id,
                    assignment_id=assignment.id,
                    state=state,
                    evidence="foto",
                    submitted_at=clock.now(),
                    submitted_by_id=self.person.id,
                )
            )
            _add(
                PracticeFile(
                    submission_id=submission.id,
                    media_type="image/jpeg",
                    people="nobody",
                    content=b"not looked at here",
                )
            )
        quiz = db.session.scalars(sa.select(Quiz).order_by(Quiz.id)).first()
        _add(
            QuizAttempt(
                enrolment_id=self.enrolment.id,
                quiz_id=quiz.id,
                course_version_id=self.cohort.course_version_id,
                attempt=1,
                started_at=clock.now(),
            )
        )

    def _score(self) -> None:
        attempt = _add(
            FinalAttempt(
                enrolment_id=self.enrolment.id,
                attempt=1,
                state="planned" if self.number == 1 else "both_scored",
                planned_on=clock.today(),
                first_assessor_id=self.trainer.id,
                second_assessor_id=self.assessor.id,
            )
        )
        for role, person in (("first", self.trainer), ("second", self.assessor)):
            handed_in = clock.now() if self.number == 2 else None
            assessment = _add(
                Assessment(
                    final_attempt_id=attempt.id,
                    role=role,
                    assessor_id=person.id,
                    handed_in_at=handed_in,
                )
            )
            _add(
                AssessorDeclaration(
                    final_attempt_id=attempt.id,
                    role=role,
                    assessor_id=person.id,
                    knows_privately=False,
                    declared_at=clock.now(),
                )
            )
            if self.number == 1:
                continue
            for criterion in CRITERIA:
                level = 2 if role == "first" and criterion == "kracht" else 3
                _add(
                    CriterionScore(
                        assessment_id=assessment.id, criterion=criterion, level=level, comment="a"
                    )
                )
        if self.number == 2:
            _add(
                ScoreTalk(
                    final_attempt_id=attempt.id, talk_on=clock.today(), line="talk", agreed=False
                )
            )

    def _object(self) -> None:
        today = clock.today()
        _add(
            Objection(
                enrolment_id=self.enrolment.id,
                state="received",
                result_on=today,
                in_time_until=today,
                words="Dit klopt niet",
                way="self",
                noted_by_id=self.person.id,
                received_on=today,
                due_on=today + timedelta(days=42),
            )
        )

    def _certify(self) -> None:
        is_open = self.number == 2
        now = clock.now()
        decision = Decision(
            enrolment_id=self.enrolment.id,
            kind="first",
            proposer_id=self.trainer.id,
            holder_id=self.person.id,
            first_assessor_id=self.trainer.id,
            proposed_at=now,
            verdict={"complete": True, "criteria": []},
        )
        if not is_open:
            decision.decided_by_id = self.tenant.world.people["board"]
            decision.decided_at, decision.outcome, decision.reason = now, "grant", "goed"
        _add(decision)
        if is_open:
            return
        _add(
            Ruling(
                decision_id=decision.id,
                outcome="grant",
                reason="goed",
                by_id=self.tenant.world.people["board"],
                at=now,
            )
        )
        _add(
            NameApproval(
                person_id=self.person.id,
                printed_name="Deelnemer",
                approved_at=now,
                by_id=self.tenant.world.people["board"],
                way="read_aloud",
            )
        )
        code = f"{self.enrolment.id:020d}"
        self.tenant.world.codes[f"{self.tenant.name}{self.enrolment.id}"] = code
        serial = self.enrolment.id
        a_round = _add(
            IssueRound(decided_by_id=self.tenant.world.people["board"], decided_at=now, starts=1)
        )
        _add(
            RoundProposal(
                round_id=a_round.id,
                decision_id=decision.id,
                state="refused",
                sentence="Nog niet.",
            )
        )
        certificate = _add(
            Certificate(
                round_id=a_round.id,
                number=format_number("B", year=2026, serial=serial),
                letter="B",
                year=2026,
                serial=serial,
                decision_id=decision.id,
                enrolment_id=self.enrolment.id,
                person_id=self.person.id,
                track="residents",
                language="nl",
                printed_name="Deelnemer",
                content=CERTIFICATE,
                issued_on=clock.today(),
                valid_until=clock.today() + timedelta(days=900),
                state="issued",
                approved_at=now,
                issued_at=now,
                code_hash=code_digest(code),
                sha256=Storage(current().storage).put(f"%PDF-1.7 {serial}".encode()),
                size_bytes=20,
                key_id=_signing_key(),
            )
        )
        _add(
            Revocation(
                certificate_id=certificate.id,
                ground="conduct",
                holder_id=self.person.id,
                proposer_id=self.tenant.world.people["board"],
                proposed_at=now,
            )
        )
        _add(
            CertificateEvent(
                certificate_id=certificate.id,
                kind="reprinted",
                at=now,
                by_id=self.tenant.world.people["board"],
            )
        )
        _add(
            StandingProposal(
                certificate_id=certificate.id,
                kind="end",
                cause="erasure",
                holder_id=self.person.id,
                proposer_id=self.tenant.world.people["board"],
                proposed_at=now,
            )
        )

    def _write_to_us(self) -> None:
        _add(
            ContactRequest(
                received_at=clock.now(),
                name="Schrijver",
                reach="06",
                place_words="bij het plein",
                message="Ik wil meedoen",
                kind="resident",
                state="new",
                is_open=True,
                answer_by=clock.today() + timedelta(days=7),
                place_id=self.tenant.place.id,
            )
        )

    def _be_guided(self) -> None:
        coach = self.tenant.coaches[self.number]
        coordinator = make_actor(self.tenant.coordinator)
        plan = plans.open_plan(self.person.id, by=coordinator, place_id=self.tenant.place.id)
        assert plan is not None
        plans.match(plan.id, coach.id, by=coordinator)
        plans.agree(plan.id, by=make_actor(coach))
        plans.agree(plan.id, by=make_actor(self.person))
        by = make_actor(coach)
        contact = log.Contact(
            kind="phone",
            happened_on=clock.today(),
            minutes=20,
            discussed="Besproken",
            went_well="Goed",
            is_hard="Lastig",
            energy=2,
            actions=(
                log.NewAction("Bel de buurvrouw", clock.today() + timedelta(days=9)),
                log.NewAction("Vraag een lamp", clock.today() + timedelta(days=9), "coordinator"),
            ),
        )
        entry = log.log_contact(plan.id, contact, by=by)
        log.save_draft(plan.id, contact, by=by, form_key=f"key{plan.id}")
        _add(OwnWords(entry_id=entry.id, words="Mijn woord", at=clock.now(), by_id=self.person.id))
        self.opening = openings.ask(plan.id, "complaint", "Een klacht", by=coordinator)
        signals.raise_signal(plan.id, "overload", by=by, severity="middle", note="Kijk mee")
        self._make_plan(plan.id, entry.id, by=by)

    def _make_plan(self, plan_id: int, entry_id: int, *, by: Actor) -> None:
        own = make_actor(self.person)
        matching.save_wish(self.person.id, NewWish(("nl",), words="Samen lopen"), by=own)
        steps = (NewStep("Bel de buurman", clock.today() + timedelta(days=9)),)
        sheet = NewSheet("Een feest", "Koken", "Nee zeggen", "Ik slaap slecht", steps=steps)
        agreed = sheets.write_sheet(plan_id, sheet, by=by)
        sheets.agree_sheet(plan_id, agreed.number, by=own)
        sheets.write_sheet(plan_id, sheet, by=by)
        _add(
            YearlyReview(
                plan_id=plan_id,
                person_id=self.person.id,
                entry_id=entry_id,
                held_on=clock.today(),
                circle_mine="Graag",
                circle_together="Samen",
                circle_not="Niet",
                wants="other",
                written_at=clock.now(),
            )
        )

    def open_log(self) -> None:
        """Let a second person agree that the coordinator reads the log."""
        now = clock.now()
        self.opening.answer, self.opening.answered_by_id = "agreed", self.trainer.id
        self.opening.answered_at, self.opening.open_until = now, now + timedelta(hours=24)


CERTIFICATE: dict[str, Any] = {
    "title": {"nl": "Certificaat buurtaanjager", "en": "Certificate"},
    "statement": {"nl": "kan dit", "en": "can do this"},
    "disclaimer": {"nl": "", "en": ""},
    "hours": 40,
    "signatories": [],
    "place": "Waterdam",
    "design": "residents",
    "course_version": "2026.1",
}


def _signing_key() -> int:
    found = db.session.scalar(sa.select(SigningKey.id))
    if found is not None:
        return found
    key = SigningKey(
        kid="test",
        purpose="certificates",
        fingerprint="00",
        certificate_pem="",
        valid_from=clock.now(),
        valid_to=clock.now() + timedelta(days=900),
    )
    db.session.add(key)
    db.session.flush()
    return key.id


def _sign_in(world: World) -> None:
    """Open a sign-in for every principal; somebody else's lies beside it."""
    for name, person_id in world.people.items():
        with world.ledger.cell(world.cell_of(name)):
            db.session.add(Account(person_id=person_id, mailbox=f"{name}@test.example"))
            db.session.flush()
            world.tokens[name] = make_sign_in(person_id)
            world.keys[name] = _make_key(person_id)
            _make_second_factors(person_id)


def _make_second_factors(person_id: int) -> None:
    """Make an app and a passkey that count."""
    now = clock.real_now()
    for kind, device in (("app", ""), ("passkey", "Telefoon")):
        _add(
            SecondFactor(
                person_id=person_id,
                kind=kind,
                device=device,
                secret="A" * 32,
                made_at=now,
                confirmed_at=now,
                last_used_at=now,
            )
        )


def _make_key(person_id: int) -> str:
    """Make a key for the API with every scope, also for who could not make one."""
    token = ids.token()
    features = current_app.extensions["academy.features"]
    _add(
        ApiToken(
            person_id=person_id,
            name="Een programma",
            token_hash=ids.digest(token),
            scopes=[scope.name for feature in features for scope in feature.api_scopes],
            created_at=clock.real_now(),
            expires_on=clock.real_today() + timedelta(days=9),
        )
    )
    return token


def enrolment_of(world: World, cell: str) -> Enrolment:
    """Return the enrolment in a cell."""
    return db.session.get_one(Enrolment, world.ledger.ids("enrolment", cell=cell)[0])
