"""Access, erasure and retention, run over what every feature declares of its columns."""
