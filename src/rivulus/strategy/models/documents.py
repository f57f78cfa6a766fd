"""The documents around the strategy, what it says of itself, and the faults found in its text."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rivulus.strategy.models.interpretation import Interpretation
from rivulus.strategy.terms import Origin


class Document(models.Model):
    """A public document that the strategy relates to (or the strategy itself)."""

    code = models.SlugField(max_length=40, unique=True, allow_unicode=False)
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=12)
    period = models.CharField(max_length=40, blank=True)
    url = models.URLField(max_length=500, blank=True)
    note = models.TextField(blank=True)
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return self.title


class DocumentObjective(models.Model):
    """An objective of a document; those that the strategy does not print are entered by the strategy unit."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="objectives")
    code = models.CharField(max_length=30)
    order = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=400)
    source_place = models.CharField(max_length=200, blank=True)
    origin = models.CharField(max_length=10, default=Origin.PACK, choices=[(o.value, o.value) for o in Origin])

    class Meta:
        verbose_name = _("objective of a document")
        verbose_name_plural = _("objectives of documents")
        constraints = [models.UniqueConstraint(fields=["document", "code"], name="document_objective_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class UmbrellaLink(Interpretation):
    """Which document, and which of its objectives, a direction of action answers to: an interpretation."""

    direction = models.ForeignKey("strategy.Direction", on_delete=models.PROTECT, related_name="umbrella_links")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="umbrella_links")
    objective = models.ForeignKey(
        DocumentObjective, on_delete=models.PROTECT, null=True, blank=True, related_name="umbrella_links"
    )

    class Meta:
        verbose_name = _("link to another plan")
        verbose_name_plural = _("links to other plans")
        constraints = [
            models.UniqueConstraint(
                fields=["direction", "document", "objective"], name="umbrella_link_once", nulls_distinct=False
            ),
        ]


class Anomaly(models.Model):
    """A fault or ambiguity found in the text of the source, said plainly wherever the figure is shown."""

    code = models.SlugField(max_length=80, unique=True)
    about = models.CharField(max_length=12)
    subject = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=200)
    description = models.TextField()
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("fault of the source")
        verbose_name_plural = _("faults of the source")
        indexes = [models.Index(fields=["about", "subject"], name="anomaly_subject")]

    def __str__(self) -> str:
        return self.title


class StructurePart(models.Model):
    """A part of the unit that implements and follows the strategy (chapter 6.2)."""

    code = models.SlugField(max_length=40, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    task = models.TextField()
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("part of the strategy unit")
        verbose_name_plural = _("parts of the strategy unit")


class HelixGroup(models.Model):
    """One of the four groups of actors of the quadruple helix."""

    code = models.SlugField(max_length=40, unique=True)
    order = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    examples = models.TextField()
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("group of partners")
        verbose_name_plural = _("groups of partners")


class ConsultationResult(models.Model):
    """An answer of the questionnaire of 2022, with its share where the strategy prints one."""

    code = models.SlugField(max_length=60, unique=True)
    order = models.PositiveSmallIntegerField()
    question = models.CharField(max_length=300)
    answer = models.CharField(max_length=300)
    share_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("result of the consultation")
        verbose_name_plural = _("results of the consultation")


class Vision(models.Model):
    """The vision for 2030, and its faces."""

    code = models.SlugField(max_length=40, unique=True)
    order = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)
    text = models.TextField()
    source_place = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("vision of a pillar")
        verbose_name_plural = _("visions of pillars")


class PackLoad(models.Model):
    """One loading of the pack of facts: which bytes, when, and what changed."""

    pack = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    changes = models.JSONField()

    class Meta:
        verbose_name = _("loading of the pack")
        verbose_name_plural = _("loadings of the pack")
