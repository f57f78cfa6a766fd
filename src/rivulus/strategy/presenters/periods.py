"""Half-years in words."""

from django.utils.translation import gettext

from rivulus.strategy.rules.projects import PERIOD_LABELS, HalfYear


def period_text(period: HalfYear) -> str:
    """Return "first half of 2026" in the active language."""
    return gettext(PERIOD_LABELS[period.half]) % {"year": period.year}
