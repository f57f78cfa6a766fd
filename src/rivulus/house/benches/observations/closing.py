"""A worker that does nothing but close hours, count again and compact old weeks, to be killed in the middle of it."""

import time


def main() -> None:
    """Close, count and compact for ever."""
    import django

    django.setup()
    from django.db import Error, connection

    from rivulus.observations.actions.compaction import compact
    from rivulus.observations.actions.rollups import close_hours, recount

    while True:
        try:
            close_hours(by=None)
            recount(by=None)  # once: under load there is always more to count, and weeks must have their turn
            compact(by=None, most=1)
        except Error:  # the database was killed
            connection.close()
        time.sleep(0.05)


if __name__ == "__main__":
    main()
