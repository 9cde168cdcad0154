from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from certificates.rules.verdict import (
    REASONS,
    VERDICTS,
    RegisterEntry,
    SealReading,
    file_verdict,
    register_verdict,
)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = date(2026, 11, 23)
GOOD = SealReading(carries_seal=True, intact=True, number="SLHZ-B-2026-00042-74")
BROKEN = SealReading(carries_seal=True, intact=False)
FOREIGN = SealReading(carries_seal=False, intact=False)


def entry(state="issued", until=date(2029, 11, 23), renewed_by=None):
    return RegisterEntry("SLHZ-B-2026-00042-74", state, until, renewed_by)


@pytest.mark.parametrize(
    ("state", "until", "verdict"),
    [
        ("issued", date(2029, 11, 23), "original"),
        ("issued", TODAY, "original"),
        ("issued", None, "original"),
        ("issued", date(2026, 11, 22), "expired"),
        ("revoked", date(2026, 11, 22), "revoked"),
        ("replaced", date(2026, 11, 22), "replaced"),
        ("withdrawn", date(2029, 11, 23), "withdrawn"),
    ],
)
def test_the_register_says_how_a_certificate_stands(state, until, verdict):
    finding = register_verdict(entry(state, until), now=NOW, today=TODAY)
    assert (finding.verdict, finding.reasons[0].code) == (verdict, verdict)
    assert finding.number == "SLHZ-B-2026-00042-74"
    assert finding.as_of == NOW


def test_what_is_not_in_the_register_is_unknown_without_a_number():
    finding = register_verdict(None, now=NOW, today=TODAY)
    assert (finding.verdict, finding.number) == ("unknown", None)


def test_renewed_is_a_reason_and_no_verdict():
    until = date(2026, 2, 20)
    before = register_verdict(entry(until=until, renewed_by="N"), now=NOW, today=date(2026, 2, 10))
    after = register_verdict(entry(until=until, renewed_by="N"), now=NOW, today=TODAY)
    assert [r.code for r in before.reasons] == ["original", "renewed"]
    assert [r.code for r in after.reasons] == ["expired", "renewed"]


@pytest.mark.parametrize(
    ("found", "seal", "verdict", "reason"),
    [
        (entry(), GOOD, "original", "original"),
        (entry("revoked"), GOOD, "revoked", "revoked"),
        (entry(), BROKEN, "unknown", "seal_missing"),
        (entry(), FOREIGN, "unknown", "seal_missing"),
        (None, GOOD, "unknown", "not_registered"),
        (None, BROKEN, "altered", "altered"),
        (None, FOREIGN, "unknown", "not_ours"),
    ],
)
def test_a_file_is_original_only_by_register_and_seal_together(found, seal, verdict, reason):
    finding = file_verdict(found, seal, now=NOW, today=TODAY)
    assert (finding.verdict, finding.reasons[0].code) == (verdict, reason)
    assert (finding.number is None) == (found is None or not seal.intact)


@pytest.mark.parametrize(
    ("seal", "verdict", "reason"),
    [
        (GOOD, "original", "status_not_known"),
        (BROKEN, "altered", "altered"),
        (FOREIGN, "unknown", "not_ours"),
    ],
)
def test_without_a_register_the_status_is_not_known(seal, verdict, reason):
    finding = file_verdict(None, seal, now=NOW, today=TODAY, has_register=False)
    assert (finding.verdict, finding.reasons[0].code) == (verdict, reason)


def test_every_verdict_has_a_sentence_in_both_languages():
    assert set(VERDICTS) <= set(REASONS)
    assert all(reason.nl and reason.en for reason in REASONS.values())


@pytest.mark.parametrize(
    ("changes", "verdict", "codes"),
    [
        ({"key_lost": True}, "unknown", ["key_lost"]),
        ({"key_lost": True, "resealed": True}, "replaced", ["resealed"]),
        ({"key_lost": True, "resealed": True, "state": "revoked"}, "revoked", ["revoked"]),
        ({"resealed": True}, "original", ["original", "newer_seal"]),
        ({"resealed": True, "state": "replaced"}, "replaced", ["replaced"]),
    ],
)
def test_what_a_key_sealed_that_was_lost_by_then_counts_under_a_new_seal_only(
    changes, verdict, codes
):
    finding = register_verdict(replace(entry(), **changes), now=NOW, today=TODAY)
    assert (finding.verdict, [one.code for one in finding.reasons]) == (verdict, codes)


@pytest.mark.parametrize(
    ("changes", "lost", "codes"),
    [
        ({}, (), ["status_not_known"]),
        ({"badge": "right"}, (), ["status_not_known"]),
        ({"badge": "none"}, (), ["status_not_known"]),
        ({"badge": "key_not_known"}, (), ["status_not_known", "badge_key_not_known"]),
        ({"badge": "wrong"}, (), ["badge_wrong"]),
        ({"one_form": False}, (), ["needs_register"]),
        ({"key_id": "k"}, ("k",), ["key_stolen", "needs_register"]),
        ({"key_id": "k"}, ("other",), ["status_not_known"]),
    ],
)
def test_a_seal_alone_is_believed_when_nobody_else_could_have_made_the_file(changes, lost, codes):
    seal = replace(GOOD, **changes)
    finding = file_verdict(None, seal, now=NOW, today=TODAY, has_register=False, lost_keys=lost)
    assert [one.code for one in finding.reasons] == codes
    assert (finding.verdict == "original") == (codes[0] == "status_not_known")


def test_the_register_outweighs_a_credential_that_does_not_fit_and_says_so():
    seal = replace(GOOD, badge="wrong", one_form=False)
    finding = file_verdict(entry(), seal, now=NOW, today=TODAY, lost_keys=("",))
    assert [one.code for one in finding.reasons] == ["original", "badge_wrong"]
