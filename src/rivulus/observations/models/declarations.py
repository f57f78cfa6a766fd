"""What the pack declares of the observations, as it was loaded last: domains and factors in JSON, as they stand in the files."""

from django.db import models

from rivulus.kernel import clock


class Declaration(models.Model):
    """One file of the pack: ``domains`` or ``factors``."""

    id = models.AutoField(primary_key=True)
    code = models.SlugField(max_length=30, unique=True)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(default=clock.now)
