"""Certificates: issue, render, seal, verify, revoke."""
