"""Pages of what the city measures."""
