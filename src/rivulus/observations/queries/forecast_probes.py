"""What forecasts report to the strategy: how many are better than both naive ones."""

import datetime as dt

from django.db.models import OuterRef, Subquery

from rivulus.kernel.probes import Probe, Reading
from rivulus.kernel.probes import register as register_probe
from rivulus.kernel.words import N_
from rivulus.observations.models import Forecaster, Training


def register() -> None:
    """Register the probe."""
    register_probe(
        Probe(
            name="forecasts_with_skill",
            title=N_("Forecasts better than both simple ones"),
            unit=N_("forecasts"),
            explanation=N_(
                "Series whose newest test showed smaller errors than “as it is now” and “as it was before”, at one "
                "number of hours ahead at least. Simulated series never count."
            ),
            compute=count_with_skill,
        )
    )


def count_with_skill(now: dt.datetime) -> Reading:
    """Count the forecast series whose newest training, up to a moment, had skill."""
    newest = Training.objects.filter(forecaster=OuterRef("pk"), made_at__lte=now).order_by("-made_at", "-id")
    # A group is made of series, and would count them once more.
    series = Forecaster.objects.filter(is_active=True, datastream__isnull=False)
    rows = series.annotate(skill=Subquery(newest.values("has_skill")[:1]))
    found = list(rows.values_list("skill", "datastream__is_simulated"))
    real = [skill for skill, is_simulated in found if not is_simulated and skill is not None]
    made_up = [skill for skill, is_simulated in found if is_simulated and skill is not None]
    if not real and made_up:
        return Reading(sum(map(bool, made_up)), {"tested": len(made_up), "chosen": len(found)}, simulated=True)
    return Reading(sum(map(bool, real)) if real else None, {"tested": len(real), "chosen": len(found)})
