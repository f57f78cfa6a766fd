"""What anyone may download, and through which interface."""
