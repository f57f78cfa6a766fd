"""The probes of the strategy."""


def register_all() -> None:
    """Register every probe."""
