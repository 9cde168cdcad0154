"""The fast path: a certificate rendered once as a template, filled and sealed for each person.

The reference path (`adapters.render`, `adapters.seal`) is its oracle. What it cannot set in the
same way raises LookupError, and that paper takes the reference path.
"""
