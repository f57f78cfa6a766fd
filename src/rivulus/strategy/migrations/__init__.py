"""Migrations of the strategy."""
