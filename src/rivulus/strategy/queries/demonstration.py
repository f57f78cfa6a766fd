"""Which rows are shown: made-up ones only where the demonstration runs."""

from django.conf import settings
from django.db.models import Model, QuerySet


def runs() -> bool:
    """Tell whether this copy shows a demonstration at all."""
    return bool(settings.RIVULUS_DEMO)


def shown[Row: Model](rows: QuerySet[Row], *, told_by: str = "") -> QuerySet[Row]:
    """Return the rows that may be shown; ``told_by`` is the way to what is marked (``person``), when not the row."""
    mark = f"{told_by}__is_demonstration" if told_by else "is_demonstration"
    return rows if runs() else rows.filter(**{mark: False})
