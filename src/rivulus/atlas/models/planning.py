"""Plans, what each kind of zone allows, what limits building besides, and amendments under review."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from rivulus.atlas.models.layers import Change, Layer
from rivulus.atlas.rules.plans import (
    AMENDMENT_STATE_NAMES,
    CONSTRAINT_KIND_NAMES,
    PLAN_KIND_NAMES,
    AmendmentState,
    ConstraintKind,
    ItemAction,
    PlanKind,
)
from rivulus.kernel import clock


def _in_language(row: models.Model, name: str) -> str:
    own = str(getattr(row, f"{name}_{(get_language() or 'ro')[:2]}", ""))
    return own or str(getattr(row, f"{name}_ro"))


class Plan(models.Model):
    """An urban plan; its zones are the features of ``layer``, each with the attribute ``zone`` that names a rule."""

    id = models.AutoField(primary_key=True)
    code = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=4, choices=[(str(kind), name) for kind, name in PLAN_KIND_NAMES.items()])
    layer = models.OneToOneField(Layer, on_delete=models.PROTECT, related_name="plan")
    title_ro = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    title_hu = models.CharField(max_length=300, blank=True)
    decision = models.CharField(max_length=200, blank=True)  # the council's decision: number and date
    adopted_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[str(kind) for kind in PlanKind]), name="plan_kind_known"),
            models.CheckConstraint(
                condition=Q(adopted_on__isnull=True) | Q(expires_on__isnull=True) | Q(expires_on__gt=F("adopted_on")),
                name="plan_expires_after_adoption",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """Return the title in the language of the reader, or else in Romanian."""
        return _in_language(self, "title")


class PlanDocument(models.Model):
    """A regulation, a drawing, a decision: kept here or at an address elsewhere."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="documents")
    title = models.CharField(_("Title"), max_length=300)
    url = models.URLField(_("Address"), max_length=500, blank=True)
    file = models.CharField(max_length=200, blank=True)  # in the media folder; PDF
    size = models.PositiveIntegerField(null=True, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["plan", "id"], name="plan_document_in_order")]
        constraints = [
            models.CheckConstraint(
                condition=(Q(url="") & ~Q(file="")) | (~Q(url="") & Q(file="")), name="plan_document_is_somewhere"
            )
        ]


class ZoneRule(models.Model):
    """What a plan says of one kind of zone from a day on; a later row for the same code takes its place. Append-only.

    Indices that a zone's own feature states (``pot_max``, ``cut_max``, ``height_max_m``, ``storeys``) go before these.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="rules")
    code = models.CharField(max_length=30)
    valid_from = models.DateField()
    title_ro = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    title_hu = models.CharField(max_length=300, blank=True)
    permitted_ro = models.TextField(blank=True)
    permitted_en = models.TextField(blank=True)
    permitted_hu = models.TextField(blank=True)
    forbidden_ro = models.TextField(blank=True)
    forbidden_en = models.TextField(blank=True)
    forbidden_hu = models.TextField(blank=True)
    pot_max = models.FloatField(null=True, blank=True)  # %
    cut_max = models.FloatField(null=True, blank=True)
    height_max_m = models.FloatField(null=True, blank=True)
    storeys = models.CharField(max_length=60, blank=True)
    recorded_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "code", "valid_from"], name="zone_rule_once_a_day"),
            models.CheckConstraint(
                condition=Q(pot_max__isnull=True) | Q(pot_max__gte=0, pot_max__lte=100), name="zone_rule_pot_is_share"
            ),
            models.CheckConstraint(
                condition=Q(cut_max__isnull=True) | Q(cut_max__gte=0), name="zone_rule_cut_positive"
            ),
        ]

    @property
    def title(self) -> str:
        """Return the title in the language of the reader, or else in Romanian."""
        return _in_language(self, "title")

    @property
    def permitted(self) -> str:
        """Return what may be done there, in the language of the reader."""
        return _in_language(self, "permitted")

    @property
    def forbidden(self) -> str:
        """Return what may not be done there, in the language of the reader."""
        return _in_language(self, "forbidden")


class Constraint(models.Model):
    """A layer whose features limit building: within ``buffer_m`` metres of them its sentence holds."""

    layer = models.OneToOneField(Layer, on_delete=models.PROTECT, related_name="constraint")
    kind = models.CharField(max_length=12, choices=[(str(kind), name) for kind, name in CONSTRAINT_KIND_NAMES.items()])
    effect_ro = models.TextField()
    effect_en = models.TextField(blank=True)
    effect_hu = models.TextField(blank=True)
    authority = models.CharField(max_length=200, blank=True)  # whose consent is needed
    buffer_m = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[str(kind) for kind in ConstraintKind]), name="constraint_kind_known"
            ),
            models.CheckConstraint(condition=Q(buffer_m__gte=0, buffer_m__lte=5000), name="constraint_buffer_sensible"),
        ]

    @property
    def effect(self) -> str:
        """Return what it means for building, in the language of the reader."""
        return _in_language(self, "effect")


class Amendment(models.Model):
    """A proposed change of a plan; approved by a second person, it holds from ``effective_on``."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveIntegerField()
    title = models.CharField(_("Title"), max_length=200)
    reason = models.TextField(_("Why the plan should change"), blank=True)
    document_url = models.URLField(_("Address of the decision or study"), max_length=500, blank=True)
    effective_on = models.DateField(_("Holds from"), null=True, blank=True)
    state = models.CharField(
        max_length=10,
        default=AmendmentState.DRAFT,
        choices=[(str(state), name) for state, name in AMENDMENT_STATE_NAMES.items()],
    )
    revision = models.PositiveIntegerField(default=1)  # of the draft: two people may write on it
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=500, blank=True)
    change = models.ForeignKey(Change, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["plan", "-id"], name="amendment_latest")]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="amendment_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=[str(state) for state in AmendmentState]), name="amendment_state_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="amendment_decided_by_another",
                violation_error_message=_("A second person decides on an amendment."),
            ),
            models.CheckConstraint(
                condition=~Q(state=str(AmendmentState.APPROVED))
                | Q(decided_by__isnull=False, effective_on__isnull=False, change__isnull=False),
                name="amendment_approved_whole",
            ),
        ]


class AmendmentItem(models.Model):
    """What an amendment does to one zone; ``seen`` is the version of the zone that the proposal was drawn over."""

    amendment = models.ForeignKey(Amendment, on_delete=models.CASCADE, related_name="items")
    action = models.CharField(max_length=6, choices=[(str(action), str(action)) for action in ItemAction])
    key = models.CharField(max_length=80)
    seen = models.PositiveIntegerField(null=True, blank=True)
    properties = models.JSONField(default=dict, blank=True)
    geometry = models.BinaryField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["amendment", "key"], name="amendment_item_once"),
            models.CheckConstraint(
                condition=Q(action=str(ItemAction.ADD), seen__isnull=True, geometry__isnull=False)
                | Q(action=str(ItemAction.CHANGE), seen__isnull=False, geometry__isnull=False)
                | Q(action=str(ItemAction.REMOVE), seen__isnull=False),
                name="amendment_item_whole",
            ),
        ]
