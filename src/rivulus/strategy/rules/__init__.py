"""What the strategy decides, without a database and without a clock."""
