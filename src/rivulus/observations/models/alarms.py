"""Alarms, what is said about them to whom, silence, maintenance, and notices to the public."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from rivulus.kernel import clock
from rivulus.observations.models.automations import Automation, AutomationVersion, Run
from rivulus.observations.models.things import Datastream, Thing

ALARM_STATES = ("open", "acknowledged", "no_data", "cleared", "closed")
SEVERITIES = ("info", "warning", "critical")
DELIVERY_STATES = ("waiting", "sent", "given_up", "dropped")


class Alarm(models.Model):
    """Something that is wrong, from the moment a rule saw it until a person or time closes it (rules.alarms)."""

    id = models.BigAutoField(primary_key=True)
    automation = models.ForeignKey(Automation, on_delete=models.PROTECT, related_name="alarms")
    version = models.ForeignKey(AutomationVersion, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="alarms")
    trigger = models.CharField(max_length=40)
    subject = models.CharField(max_length=100, default="")
    datastream = models.ForeignKey(Datastream, on_delete=models.SET_NULL, null=True, related_name="+")
    thing = models.ForeignKey(Thing, on_delete=models.SET_NULL, null=True, related_name="+")
    domain = models.CharField(max_length=20, blank=True)
    title = models.JSONField()  # by language
    severity = models.CharField(max_length=10)
    state = models.CharField(max_length=12)
    value = models.FloatField(null=True)
    threshold = models.FloatField(null=True)
    unit = models.CharField(max_length=50, blank=True)
    is_flapping = models.BooleanField(default=False)
    is_silenced = models.BooleanField(default=False)
    is_simulated = models.BooleanField(default=False)
    times_raised = models.PositiveIntegerField(default=1)
    since = models.DateTimeField()  # the moment of the phenomenon
    opened_at = models.DateTimeField(default=clock.now)
    acknowledge_by = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    cleared_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    escalations = models.PositiveSmallIntegerField(default=0)
    escalate_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["automation", "trigger", "subject"], condition=~Q(state="closed"), name="alarm_one_not_closed"
            ),
            models.CheckConstraint(condition=Q(state__in=ALARM_STATES), name="alarm_state_known"),
            models.CheckConstraint(condition=Q(severity__in=SEVERITIES), name="alarm_severity_known"),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="alarm_latest"),
            models.Index(fields=["state", "-opened_at"], condition=~Q(state="closed"), name="alarm_not_closed"),
            models.Index(fields=["thing", "-opened_at"], name="alarm_thing"),
            models.Index(fields=["escalate_at"], condition=Q(escalate_at__isnull=False), name="alarm_escalation_due"),
        ]


class AlarmMove(models.Model):
    """One change of an alarm: only ever added."""

    id = models.BigAutoField(primary_key=True)
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="moves")
    move = models.CharField(max_length=20)
    state = models.CharField(max_length=12)  # after the move
    at = models.DateTimeField(default=clock.now)
    moment = models.DateTimeField(null=True)  # of the phenomenon
    value = models.FloatField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)


class Notification(models.Model):
    """Words for everybody with one of the roles, shown on the duty pages."""

    id = models.BigAutoField(primary_key=True)
    roles = ArrayField(models.CharField(max_length=20))
    text = models.JSONField()  # by language
    severity = models.CharField(max_length=10, default="info")
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, null=True, related_name="notifications")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="+")
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="notification_latest")]


class Delivery(models.Model):
    """The outbox: one letter or one webhook, tried until it arrives or is given up."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=120, unique=True)  # sent along, so that the receiver can tell a second try
    kind = models.CharField(max_length=10)  # email, webhook
    address = models.CharField(max_length=1000)  # a person's number, or a URL
    secret_name = models.CharField(max_length=60, blank=True)
    content = models.JSONField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="deliveries")
    state = models.CharField(max_length=10, default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(state__in=DELIVERY_STATES), name="delivery_state_known")]
        indexes = [models.Index(fields=["next_attempt_at"], condition=Q(state="waiting"), name="delivery_due")]


class Silence(models.Model):
    """A stretch of time in which nobody is called about some alarms; they are still raised and listed."""

    id = models.BigAutoField(primary_key=True)
    automation = models.ForeignKey(Automation, on_delete=models.CASCADE, null=True, related_name="silences")
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, null=True, related_name="+")
    domain = models.CharField(max_length=20, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="silence_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(automation__isnull=False) | Q(thing__isnull=False) | ~Q(domain=""),
                name="silence_is_about_something",
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], name="silence_end")]


class Maintenance(models.Model):
    """A stretch of time in which somebody works on a thing: what it says raises no alarm and starts nothing."""

    id = models.BigAutoField(primary_key=True)
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="maintenances")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="maintenance_ends_after_it_starts")
        ]
        indexes = [models.Index(fields=["thing", "ends_at"], name="maintenance_end")]


class PublicNotice(models.Model):
    """A sentence for everybody, on every page, for a while."""

    id = models.BigAutoField(primary_key=True)
    text = models.JSONField()  # by language
    severity = models.CharField(max_length=10, default="info")
    automation = models.ForeignKey(Automation, on_delete=models.PROTECT, null=True, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="notices")
    trigger = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=100, blank=True)
    ends_with_alarm = models.BooleanField(default=True)
    is_simulated = models.BooleanField(default=False)
    starts_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # before its time, or noticed by the worker

    class Meta:
        indexes = [models.Index(fields=["ends_at"], condition=Q(ended_at__isnull=True), name="public_notice_current")]
