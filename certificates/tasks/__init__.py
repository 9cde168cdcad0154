"""Jobs of certificates: making files, rounds, and what happens once a day."""
