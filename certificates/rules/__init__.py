"""Pure rules of certificates: numbers and codes, printed names, how long one is valid, verdicts."""
