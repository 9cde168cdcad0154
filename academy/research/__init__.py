"""Sensory neighbourhood research: observations, problems in residents' words, confirmations."""
