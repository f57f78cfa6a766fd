"""Facts about strategy."""
