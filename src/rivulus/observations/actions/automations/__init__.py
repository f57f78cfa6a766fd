"""Writing rules, switching them on, watching the series they look at, and doing what they say."""
