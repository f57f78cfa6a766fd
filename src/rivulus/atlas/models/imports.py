"""Files that people import into layers: what was found in them, what was said of them, what does not fit."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rivulus.atlas.models.layers import Change, Layer
from rivulus.atlas.rules.imports.states import State
from rivulus.kernel import clock


class LayerImport(models.Model):
    """One file, or what stands at one address, on its way into a layer.

    ``found`` is what reading found (``rules.import_found``), ``choices`` what a person said of it
    (``rules.import_choices``), ``counts`` what it does to the layer. Nothing reaches the layer before ``importing``.
    """

    id = models.AutoField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)  # of the file, as its owner calls it, or the address
    url = models.URLField(max_length=1000, blank=True)
    file = models.CharField(max_length=200, blank=True)  # in the media folder
    size = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=10, default=State.READING)
    found = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    sentence = models.TextField(blank=True)  # why it failed
    values = models.JSONField(default=dict, blank=True)
    change = models.ForeignKey(Change, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["layer", "-id"], name="layer_import_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[str(state) for state in State]), name="layer_import_state_known"
            ),
            models.CheckConstraint(
                condition=Q(change__isnull=True) | Q(state=State.DONE), name="layer_import_done_has_change"
            ),
        ]


class ImportProblem(models.Model):
    """What does not fit: the feature by its number in the file and, where it has one, its key; a sentence; a place."""

    id = models.BigAutoField(primary_key=True)
    layer_import = models.ForeignKey(LayerImport, on_delete=models.CASCADE, related_name="problems")
    ordinal = models.PositiveIntegerField()  # of the feature in the file, from 1
    key = models.CharField(max_length=80, blank=True)
    attribute = models.CharField(max_length=100, blank=True)
    sentence = models.TextField()
    values = models.JSONField(default=dict, blank=True)
    x = models.FloatField(null=True, blank=True)
    y = models.FloatField(null=True, blank=True)
    can_be_repaired = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["layer_import", "id"], name="import_problem_in_order")]
