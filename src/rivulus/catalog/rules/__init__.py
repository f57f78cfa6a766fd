"""What decides, without a database."""
