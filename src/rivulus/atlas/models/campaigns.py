"""Community digitising: campaigns cut into tasks, who takes part, what was drawn, and what happened to each task."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from rivulus.atlas.models.layers import Change, Layer
from rivulus.atlas.rules.campaigns.moves import CampaignState, Level, TaskState
from rivulus.atlas.rules.plans import ItemAction
from rivulus.kernel import clock


class Campaign(models.Model):
    """An area in which people map one layer. ``tags`` says how its features are written for OpenStreetMap:
    ``{"fixed": {"amenity": "bench"}, "attributes": {"seats": "seats"}}``.
    """

    id = models.AutoField(primary_key=True)
    code = models.SlugField(_("Code"), max_length=60, unique=True)
    title_ro = models.CharField(_("Title in Romanian"), max_length=200)
    title_en = models.CharField(_("Title in English"), max_length=200, blank=True)
    title_hu = models.CharField(_("Title in Hungarian"), max_length=200, blank=True)
    instructions_ro = models.TextField(_("Instructions in Romanian"), blank=True)
    instructions_en = models.TextField(_("Instructions in English"), blank=True)
    instructions_hu = models.TextField(_("Instructions in Hungarian"), blank=True)
    owner = models.ForeignKey("identity.Organisation", on_delete=models.PROTECT, related_name="+")
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="campaigns")
    area = models.BinaryField()  # WKB, longitude and latitude
    side_m = models.FloatField()
    tags = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, default=CampaignState.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[str(s) for s in CampaignState]), name="campaign_state_known"),
            models.CheckConstraint(condition=~Q(title_ro=""), name="campaign_has_title"),
        ]

    @property
    def title(self) -> str:
        """Return the title in the language of the reader, or else in Romanian."""
        return getattr(self, f"title_{(get_language() or 'ro')[:2]}", "") or self.title_ro

    @property
    def instructions(self) -> str:
        """Return the instructions in the language of the reader, or else in Romanian."""
        return getattr(self, f"instructions_{(get_language() or 'ro')[:2]}", "") or self.instructions_ro


class CampaignMember(models.Model):
    """Somebody who takes part. ``shown_name`` is what the leaderboard calls them; empty, a number does."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=8, default=Level.STUDENT)
    shown_name = models.CharField(_("Name on the leaderboard"), max_length=60, blank=True)
    joined_at = models.DateTimeField(default=clock.now)
    certificate = models.CharField(max_length=32, blank=True)  # its number, once there is one

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "person"], name="campaign_member_once"),
            models.UniqueConstraint(
                fields=["certificate"], condition=~Q(certificate=""), name="campaign_certificate_once"
            ),
            models.CheckConstraint(condition=Q(level__in=[str(x) for x in Level]), name="campaign_member_level_known"),
        ]


class CampaignTask(models.Model):
    """A piece of the area. Whoever mapped does not validate, whoever did either does not approve."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="tasks")
    number = models.PositiveIntegerField()
    area = models.BinaryField()
    state = models.CharField(max_length=10, default=TaskState.READY)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    locked_until = models.DateTimeField(null=True, blank=True)
    mapped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    validated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    change = models.ForeignKey(Change, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="campaign_task_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=[str(s) for s in TaskState]), name="campaign_task_state_known"
            ),
            models.CheckConstraint(
                condition=Q(validated_by__isnull=True) | ~Q(validated_by=F("mapped_by")),
                name="campaign_task_validated_by_another",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("mapped_by")) & ~Q(approved_by=F("validated_by"))),
                name="campaign_task_approved_by_a_third",
            ),
            models.CheckConstraint(
                condition=~Q(state=str(TaskState.LOCKED)) | Q(locked_by__isnull=False, locked_until__isnull=False),
                name="campaign_task_lock_is_somebodys",
            ),
        ]


class Contribution(models.Model):
    """What somebody drew in a task: a new feature, or another shape, other attributes or the end of one that is there."""

    task = models.ForeignKey(CampaignTask, on_delete=models.PROTECT, related_name="contributions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=6)
    key = models.CharField(max_length=80)
    seen = models.PositiveIntegerField(null=True, blank=True)
    properties = models.JSONField(default=dict, blank=True)
    geometry = models.BinaryField(null=True, blank=True)
    number = models.PositiveIntegerField(default=1)
    drawn_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "key"], name="contribution_once"),
            models.CheckConstraint(
                condition=Q(action=str(ItemAction.ADD), seen__isnull=True, geometry__isnull=False)
                | Q(action=str(ItemAction.CHANGE), seen__isnull=False, geometry__isnull=False)
                | Q(action=str(ItemAction.REMOVE), seen__isnull=False),
                name="contribution_whole",
            ),
        ]


class TaskEvent(models.Model):
    """What happened to a task, and what was said of it. Append-only."""

    task = models.ForeignKey(CampaignTask, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    comment = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["task", "-id"], name="task_event_latest")]
