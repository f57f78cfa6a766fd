"""Observations as sentences, figures and charts."""
