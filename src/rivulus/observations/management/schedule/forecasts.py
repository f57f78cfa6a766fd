"""When forecasts learn and speak (in UTC): each series in a task of its own."""

import time
from pathlib import Path

from django.conf import settings
from django.tasks import task

from rivulus.kernel import clock
from rivulus.kernel.tasks import periodic
from rivulus.observations.actions import forecasts
from rivulus.observations.feeds import forecast_pack
from rivulus.observations.models import Forecaster

LEARN_EVERY_DAYS = 7
NEW_FOR_S = 240


@periodic("20 1 * * *")
@task
def learn_due() -> None:
    """Let a seventh of the series learn anew each night, and those that have not learned yet or are new."""
    forecast_pack.load(by=None, folder=Path(settings.PACK_DIR) / "observations")
    today = clock.today().toordinal() % LEARN_EVERY_DAYS
    for pk, state in Forecaster.objects.filter(is_active=True).values_list("pk", "state"):
        if state != "ready" or pk % LEARN_EVERY_DAYS == today:
            learn_one.enqueue(pk)
    forecasts.forget_old(by=None)


@periodic("*/10 * * * *")
@task
def learn_new() -> None:
    """Let series that were chosen just now learn without waiting for the night, for at most some minutes at a time."""
    until = time.monotonic() + NEW_FOR_S
    waiting = Forecaster.objects.filter(is_active=True, state="waiting").order_by("pk").values_list("pk", flat=True)
    for pk in list(waiting):
        if time.monotonic() > until:
            return
        learn_one.call(pk)


@task
def learn_one(pk: int) -> None:
    """Learn one series; a task that runs twice learns twice."""
    forecaster = Forecaster.objects.select_related("datastream").filter(pk=pk, is_active=True).first()
    if forecaster is not None and forecasts.learn(by=None, forecaster=forecaster) is not None:
        forecasts.forecast(by=None, forecaster=forecaster)


@periodic("4 * * * *")
@task
def forecast_all() -> None:
    """Say what comes, when the hour is over."""
    for forecaster in Forecaster.objects.filter(is_active=True, state="ready").select_related("datastream"):
        forecasts.forecast(by=None, forecaster=forecaster)
