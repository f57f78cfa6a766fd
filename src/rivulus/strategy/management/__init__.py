"""Commands of the strategy for the operator."""
