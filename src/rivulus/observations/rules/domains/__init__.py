"""What the readings of each domain mean: indices, limits and figures, each with its source."""
