"""Persons, organisations, places, dated grants and sign-in."""
