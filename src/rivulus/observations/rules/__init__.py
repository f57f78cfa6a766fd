"""What is decided without a database: units, quality, filters, rules, forecasts, indices."""
