"""Changes of privacy: an export, an erasure, what is kept no longer."""
