"""Automations (rules): their versions, how far each has looked, what it did and why."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from rivulus.kernel import clock
from rivulus.observations.models.things import Datastream
from rivulus.observations.terms import Domain

VERSION_STATES = ("draft", "confirmed", "active", "retired")
RUN_STATES = ("queued", "running", "done", "failed", "stopped", "skipped", "suppressed", "replaced")
STEP_STATES = ("waiting", "done", "failed", "skipped")


class Automation(models.Model):
    """A rule of the city, under one code through all its versions."""

    id = models.AutoField(primary_key=True)
    code = models.SlugField(max_length=60, unique=True)
    domain = models.CharField(max_length=20, blank=True, choices=[(str(d), str(d)) for d in Domain])
    is_from_pack = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)


class AutomationVersion(models.Model):
    """What a rule said from one writing on; the text never changes, the state only moves forward.

    ``definition`` is the text as data. ``acts_on_street`` holds where an actuator is told something: such a version is
    switched on only after a second person has confirmed it, which the database itself checks. ``is_demonstration``
    versions were written, confirmed or switched on by people of the demonstration and see simulated series only.
    """

    id = models.AutoField(primary_key=True)
    automation = models.ForeignKey(Automation, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    definition = models.JSONField()
    title = models.JSONField()  # by language
    acts_on_street = models.BooleanField()
    is_measure = models.BooleanField()  # changes something without a person: a task or a public notice
    is_demonstration = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="draft")
    note = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    activated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    activated_at = models.DateTimeField(null=True)
    retired_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["automation", "number"], name="automation_version_once"),
            models.UniqueConstraint(
                fields=["automation"], condition=Q(state="active"), name="automation_has_one_active_version"
            ),
            models.CheckConstraint(condition=Q(state__in=VERSION_STATES), name="automation_version_state_known"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | Q(created_by__isnull=True) | ~Q(confirmed_by=F("created_by")),
                name="automation_confirmed_by_a_second_person",
                violation_error_message="A rule is confirmed by somebody who did not write it.",
            ),
        ]


class AutomationCursor(models.Model):
    """How far one trigger of a version has read one series (0: none), and what it remembers."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(AutomationVersion, on_delete=models.CASCADE, related_name="cursors")
    trigger = models.CharField(max_length=40)
    datastream = models.IntegerField(default=0)
    position = models.DateTimeField()
    state = models.JSONField(default=dict)
    deadline = models.DateTimeField(null=True)  # when time alone changes something

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "trigger", "datastream"], name="automation_cursor_once")
        ]
        indexes = [models.Index(fields=["deadline"], condition=Q(deadline__isnull=False), name="automation_cursor_due")]


class Occurrence(models.Model):
    """Something that happened, told by a context to the rules that wait for it."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=80)
    subject = models.CharField(max_length=100, blank=True)
    datastream = models.ForeignKey(Datastream, on_delete=models.SET_NULL, null=True, related_name="+")
    content = models.JSONField(default=dict)
    occurred_at = models.DateTimeField(default=clock.now)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["name", "-occurred_at"], name="occurrence_latest")]


class Run(models.Model):
    """One firing of a version, and what became of it; ``why`` holds all that it was decided from."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(AutomationVersion, on_delete=models.PROTECT, related_name="runs")
    trigger = models.CharField(max_length=40)
    signal = models.CharField(max_length=10)  # raised, cleared, lost, found, fired
    subject = models.CharField(max_length=100, default="")  # series:<number>, event:<number>, or nothing
    moment = models.DateTimeField()  # of the phenomenon, not of the clock of this machine
    datastream = models.ForeignKey(Datastream, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10)
    why = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)
    is_simulated = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    next_step = models.PositiveSmallIntegerField(default=0)
    resume_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Exactly once: a second engine, or the same one after a crash, cannot fire again.
            models.UniqueConstraint(
                fields=["version", "trigger", "signal", "subject", "moment"], name="automation_run_once"
            ),
            models.CheckConstraint(condition=Q(state__in=RUN_STATES), name="automation_run_state_known"),
        ]
        indexes = [
            models.Index(fields=["version", "-started_at", "-id"], name="automation_run_latest"),
            models.Index(fields=["resume_at"], condition=Q(state="running"), name="automation_run_due"),
            models.Index(fields=["started_at"], name="automation_run_age"),
        ]


class RunStep(models.Model):
    """One action of a run and its result."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=60)
    state = models.CharField(max_length=10)
    content = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="automation_step_once"),
            models.CheckConstraint(condition=Q(state__in=STEP_STATES), name="automation_step_state_known"),
        ]


class Replay(models.Model):
    """A rule tried on what was stored before; nothing else comes of it."""

    STATES = ("waiting", "running", "done", "failed")

    id = models.BigAutoField(primary_key=True)
    automation = models.ForeignKey(Automation, on_delete=models.CASCADE, null=True, related_name="replays")
    text = models.TextField()
    start = models.DateTimeField()
    finish = models.DateTimeField()
    only_simulated = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="waiting")
    percent = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="automation_replay_age")]
