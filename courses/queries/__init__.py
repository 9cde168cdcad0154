"""Reads of learning, returned as frozen rows made for one page."""
