"""How datasets and their rows are shown."""
