"""Forecasts of hourly series: naive ones, learned ones, and what each was worth in the past."""
