"""Commands of the journal for the operator."""
