"""Which daily snapshots stay: thirty days, then one a month for two years, then one a year."""

import datetime as dt
from collections.abc import Collection

DAILY = 30
MONTHLY = 24


def days_to_keep(days: Collection[dt.date], today: dt.date) -> frozenset[dt.date]:
    """Return the days whose snapshots stay; of older months the first one kept, of older years the first."""
    recent = {day for day in days if (today - day).days < DAILY}
    months: dict[tuple[int, int], dt.date] = {}
    years: dict[int, dt.date] = {}
    for day in sorted(days):
        if _months_between(day, today) <= MONTHLY:
            months.setdefault((day.year, day.month), day)
        years.setdefault(day.year, day)
    return frozenset(recent | set(months.values()) | set(years.values()))


def _months_between(day: dt.date, today: dt.date) -> int:
    return (today.year - day.year) * 12 + today.month - day.month
