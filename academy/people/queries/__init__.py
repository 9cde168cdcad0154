"""Reads of people, returned as frozen rows."""
