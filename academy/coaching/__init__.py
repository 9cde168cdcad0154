"""Coaching: lasting guidance after a certificate. Plans, log entries, agreed actions, signals."""
