"""Template tags: one function for each component."""
