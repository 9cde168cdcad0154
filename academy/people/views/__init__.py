"""Pages of people: the door, Vandaag, one's own data."""
