"""Reads of certificates, returned as frozen rows."""
