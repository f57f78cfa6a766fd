"""Forecasts: for which series, what they were worth, what they say."""

from django.db import models

from rivulus.kernel import clock
from rivulus.observations.models.things import Datastream

STATES = ("waiting", "learning", "ready", "refused")
WAYS = ("sum", "mean")


class Forecaster(models.Model):
    """A series that is forecast, or a group of several, and the series looked at besides (weather, neighbours).

    A group has a code, a title and members instead of one series, and says how these become one (sum, mean).
    """

    id = models.AutoField(primary_key=True)
    datastream = models.OneToOneField(Datastream, on_delete=models.CASCADE, null=True, related_name="forecaster")
    code = models.SlugField(max_length=60, null=True, unique=True)
    title = models.JSONField(default=dict, blank=True)  # by language
    how = models.CharField(max_length=4, blank=True)
    members = models.ManyToManyField(Datastream, related_name="+", blank=True)
    companions = models.ManyToManyField(Datastream, related_name="+", blank=True)
    is_active = models.BooleanField(default=True)
    state = models.CharField(max_length=8, default="waiting")
    done_share = models.FloatField(default=0.0)  # of the learning that is under way
    refusal = models.CharField(max_length=300, blank=True)  # a msgid: why there is no forecast
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="forecaster_state_known"),
            models.CheckConstraint(
                condition=models.Q(datastream__isnull=False, code__isnull=True, how="")
                | models.Q(datastream__isnull=True, code__isnull=False, how__in=WAYS),
                name="forecaster_is_of_a_series_or_a_group",
            ),
        ]


class Training(models.Model):
    """One learning with its backtest; kept, so that it can be seen what was believed when."""

    id = models.BigAutoField(primary_key=True)
    forecaster = models.ForeignKey(Forecaster, on_delete=models.CASCADE, related_name="trainings")
    made_at = models.DateTimeField()
    took_s = models.FloatField()
    backtest = models.JSONField()  # rules.forecasts.backtest.Backtest
    companions = models.JSONField(default=list)  # names of what the trees looked at, in their order
    members = models.JSONField(default=list)  # of a group: the numbers of the series that spoke when it learned
    trees = models.BinaryField()  # zlib of JSON {horizon: trees}; empty once a newer one serves
    has_skill = models.BooleanField()  # trees serve at some horizon, better than both naive methods

    class Meta:
        indexes = [models.Index(fields=["forecaster", "-made_at"], name="training_latest")]


class Forecast(models.Model):
    """What was forecast at one hour; the points are hours ahead with value and intervals."""

    id = models.BigAutoField(primary_key=True)
    forecaster = models.ForeignKey(Forecaster, on_delete=models.CASCADE, related_name="forecasts")
    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="+")
    origin = models.DateTimeField()  # end of the last hour that was known
    made_at = models.DateTimeField()
    points = models.JSONField()  # [[hours ahead, value, radius 80 %, radius 95 %, method], …]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["forecaster", "origin"], name="forecast_one_for_each_hour")]
        indexes = [models.Index(fields=["forecaster", "-origin"], name="forecast_latest")]
