"""What identity does by itself."""
