"""Floor 1. Everything here serves the features and names none of them."""
