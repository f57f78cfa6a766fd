"""What can be read of the strategy."""
