"""File formats of reporting."""
