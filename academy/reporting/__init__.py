"""Figures across features: what to do first for a group, and who may be forgotten."""
