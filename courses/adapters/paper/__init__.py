"""The papers of a cohort: what stands on them, and the pages that they are laid into. Dutch."""
