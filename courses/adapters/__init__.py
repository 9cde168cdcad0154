"""File formats the courses read."""
