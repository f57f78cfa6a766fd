"""What people may type about the strategy, and what is wrong with it."""
