"""Facts about observations."""
