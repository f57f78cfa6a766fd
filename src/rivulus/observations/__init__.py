"""What the city measures: things, series, observations, rules, alarms, forecasts."""
