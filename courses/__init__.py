"""Tracks, courses, cohorts, sessions, enrolment, attendance and assessment."""
