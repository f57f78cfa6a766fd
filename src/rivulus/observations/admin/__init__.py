"""Registers in the staff pages."""
