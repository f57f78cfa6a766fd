"""What the strategy does not give: links that are somebody's reading of it, each with its reason."""

from django.conf import settings
from django.db import models

from rivulus.strategy.terms import Origin


class Interpretation(models.Model):
    """A link made by the pack or by a person; withdrawn ones stay, and edited ones are kept when the pack is loaded."""

    reason = models.TextField()
    origin = models.CharField(max_length=10, default=Origin.PACK, choices=[(o.value, o.value) for o in Origin])
    withdrawn = models.BooleanField(default=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
