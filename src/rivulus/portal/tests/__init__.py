"""Facts about portal."""
