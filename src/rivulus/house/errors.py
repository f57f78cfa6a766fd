"""Failures of the house that a person can act upon."""


class HouseError(Exception):
    """A sentence for the operator: what is wrong and what to do about it."""
