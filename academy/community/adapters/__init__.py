"""Papers of the community."""
