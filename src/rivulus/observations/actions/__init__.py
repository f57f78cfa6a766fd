"""Changing things, storing observations, raising alarms."""
