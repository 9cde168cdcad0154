"""Meet-ups after certification, and the public bank of residents' solutions."""
