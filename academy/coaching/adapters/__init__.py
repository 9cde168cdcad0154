"""Encrypted notes and the printed coaching log."""
