"""Render, seal, keys and verify: a library that knows nothing of web pages or a database."""
