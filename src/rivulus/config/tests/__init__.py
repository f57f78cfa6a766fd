"""Facts about config."""
