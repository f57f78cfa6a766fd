"""Pages of accounts, people and organisations."""
