"""Jobs of coaching."""
