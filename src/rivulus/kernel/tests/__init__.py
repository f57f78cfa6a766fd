"""Facts about kernel."""
