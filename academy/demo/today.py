"""The day on which the fictional academy goes on."""

from datetime import date, datetime

from academy.kernel import clock

DAY = date(2026, 11, 23)
TODAY: datetime = clock.local(DAY, 9)
"""Monday 23 November 2026, nine o'clock in Amsterdam; everything after it is a plan."""
