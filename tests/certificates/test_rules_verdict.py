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
