from datetime import date

import pytest

from certificates.rules.validity import is_expired, valid_until


@pytest.mark.parametrize(
    ("start", "months", "until"),
    [
        (date(2023, 2, 20), 36, date(2026, 2, 20)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_a_certificate_is_valid_up_to_the_same_day(start, months, until):
    assert valid_until(start, months=months) == until


def test_a_proof_of_participation_does_not_end():
    assert valid_until(date(2026, 11, 20), months=None) is None
    assert not is_expired(None, today=date(2999, 1, 1))


def test_no_validity_of_nothing():
    with pytest.raises(ValueError, match="one month"):
        valid_until(date(2026, 1, 1), months=0)


def test_the_last_day_still_counts():
    assert not is_expired(date(2026, 2, 20), today=date(2026, 2, 20))
    assert is_expired(date(2026, 2, 20), today=date(2026, 2, 21))
