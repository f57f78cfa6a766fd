"""Half-years in words."""

from django.utils.translation import gettext

from rivulus.strategy.rules.projects import HalfYear


def period_text(period: HalfYear) -> str:
    """Return "first half of 2026" in the active language."""
    if period.half == 1:
        return gettext("First half of %(year)s") % {"year": period.year}
    return gettext("Second half of %(year)s") % {"year": period.year}
