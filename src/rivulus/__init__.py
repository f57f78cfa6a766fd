"""Rivulus, the open city platform of Baia Mare: a city that measures itself."""
