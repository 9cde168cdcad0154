"""Reads of coaching, returned as frozen rows."""
