"""Printed documents: one render engine for everything that leaves the academy as a PDF."""
