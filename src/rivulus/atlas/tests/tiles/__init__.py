"""Facts about vector tiles."""
