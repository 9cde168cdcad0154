"""Manifest of certificates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from academy.kernel import mail
from academy.kernel.feature import Feature, Figure, NavItem
from academy.kernel.policy import ApiScope
from certificates import api, policies
from certificates.mails import MESSAGES
from certificates.queries import archive, chain_checks, checkpoints, checks, round_jobs
from certificates.queries.approvals import ISSUE_JOB
from certificates.queries.figures import granted_without_file, issued_count
from certificates.queries.holder import holds_any
from certificates.queries.round_jobs import ROUND_JOB
from certificates.services.issuing import ISSUED_MAIL, mail_values
from certificates.services.life import REMOVE_JOB
from certificates.tasks import issuing
from certificates.tasks.archiving import ARCHIVE_JOB, prove_files
from certificates.tasks.checkpoint import CHECKPOINT_JOB, make_checkpoint
from certificates.tasks.expire import EXPIRE_JOB, expire
from certificates.tasks.rounds import issue_round
from certificates.tasks.snapshot import PUBLISH_JOB, publish_snapshot
from certificates.tasks.sweep import SWEEP_JOB, sweep_files
from certificates.views import (
    badges,
    credentials,
    decisions,
    designs,
    extract,
    holder,
    keys,
    life,
    offline,
    own_life,
    register,
    rounds,
    verify,
    wallet,
    wallet_issuer,
)
from certificates.views.names import ACTS, for_another
from certificates.views.names import bp as names_bp
from certificates.views.sharing import bp as sharing_bp
from certificates.views.sharing import public_bp as shared_bp
from certificates.views.today import today

mail.register_values(ISSUED_MAIL, mail_values)

FEATURE = Feature(
    name="certificates",
    blueprints=(
        badges.bp,
        credentials.bp,
        keys.bp,
        verify.bp,
        offline.bp,
        holder.bp,
        own_life.bp,
        names_bp,
        sharing_bp,
        shared_bp,
        decisions.bp,
        register.bp,
        life.bp,
        designs.bp,
        extract.bp,
        rounds.bp,
        wallet.bp,
        wallet_issuer.bp,
        wallet_issuer.api_bp,
        api.bp,
    ),
    capabilities=policies.ALL,
    jobs={
        ISSUE_JOB: issuing.issue,
        ROUND_JOB: issue_round,
        REMOVE_JOB: issuing.remove_file,
        EXPIRE_JOB: expire,
        ARCHIVE_JOB: prove_files,
        CHECKPOINT_JOB: make_checkpoint,
        PUBLISH_JOB: publish_snapshot,
        SWEEP_JOB: sweep_files,
    },
    today=today,
    for_another=for_another,
    acts=ACTS,
    messages=MESSAGES,
    navigation=(
        NavItem(
            _("Certificaten"), "certificates.overview", "certificate", policies.READ_DOSSIER, 50
        ),
        NavItem(
            _("Certificaat"),
            "my_certificates.own",
            "certificate",
            policies.OWN_CERTIFICATE,
            55,
            for_participants=True,
            is_used=holds_any,
        ),
    ),
    api_scopes=(
        ApiScope(
            "certificates:read",
            _("Lezen hoe certificaten ervoor staan"),
            frozenset({policies.REGISTER}),
        ),
    ),
    checks=(
        checks.file_faults,
        checks.serial_faults,
        checks.waiting_faults,
        round_jobs.round_faults,
        checks.orphan_faults,
        checks.key_faults,
        archive.archive_faults,
        chain_checks.chain_faults,
        checkpoints.checkpoint_faults,
    ),
    figures=(
        Figure("academy_certificates_issued", "Certificates with a sealed file.", issued_count),
        Figure(
            "academy_certificates_unmade",
            "Certificates that were granted and have no file yet.",
            granted_without_file,
        ),
        Figure(
            "academy_certificates_unproved",
            "Files that wait for the level of ACADEMY_SEAL_LEVEL.",
            archive.waiting_for_proof,
        ),
    ),
)
