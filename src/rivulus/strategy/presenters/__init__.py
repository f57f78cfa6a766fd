"""What a page needs of the strategy, made ready to be shown."""
