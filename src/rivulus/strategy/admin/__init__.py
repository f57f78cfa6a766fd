"""The records of the strategy in the staff admin, to look up only."""

from rivulus.strategy.admin import documents, indicators, matrix, portfolio, statements

__all__ = ["documents", "indicators", "matrix", "portfolio", "statements"]
