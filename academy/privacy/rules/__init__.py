"""Pure rules of privacy: what stays of whom, for how long, and what is blacked out."""
