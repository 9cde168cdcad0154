"""Keeping an academy: backup, restore, and looking whether everything is well."""
