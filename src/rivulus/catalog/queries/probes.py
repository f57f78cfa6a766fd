"""What the catalog reports to the strategy. Demonstration and simulated datasets never count as evidence."""

import datetime as dt

from django.db.models import Q, QuerySet

from rivulus.catalog.models import DataRequest, Dataset
from rivulus.catalog.queries.quality import EXCELLENT, count_fresh
from rivulus.catalog.terms import RequestState, Source, State
from rivulus.identity.queries import list_organisations
from rivulus.identity.terms import OrganisationKind
from rivulus.kernel.probes import Probe, Reading
from rivulus.kernel.probes import register as register_probe
from rivulus.kernel.words import N_

PERCENT = "%"
YEAR = dt.timedelta(days=365)


def register() -> None:
    """Register the probes."""
    for probe in PROBES:
        register_probe(probe)


def _real() -> QuerySet[Dataset]:
    return Dataset.objects.filter(state=State.PUBLISHED, is_demonstration=False)


def datasets_published(now: dt.datetime) -> Reading:
    """Count published datasets that rest on nothing made up."""
    total, live = _real().count(), _real().filter(source=Source.LIVE).count()
    return Reading(
        float(total), {"published": total, "live": live, "harvested": _real().exclude(harvested_from="").count()}
    )


def datasets_excellent_share(now: dt.datetime) -> Reading:
    """Which share of the city's own datasets is described excellently."""
    own = _real().filter(harvested_from="")
    total, best = own.count(), own.filter(assessment__points__gte=EXCELLENT).count()
    return Reading(100 * best / total if total else None, {"excellent": best, "published": total})


def organisations_publishing_share(now: dt.datetime) -> Reading:
    """Which share of the town halls of the area publishes at least one dataset."""
    halls = {row.pk for row in list_organisations() if row.kind == OrganisationKind.TOWN_HALL}
    publish = set(_real().values_list("organisation_id", flat=True)) & halls
    return Reading(
        100 * len(publish) / len(halls) if halls else None, {"publishing": len(publish), "town_halls": len(halls)}
    )


def high_value_datasets(now: dt.datetime) -> Reading:
    """Count datasets of the EU's high-value categories that programs read and anybody may use."""
    found = _real().exclude(hvd_category="").filter(Q(formats__overlap=["csv", "json", "geojson", "parquet", "xml"]))
    return Reading(float(found.count()), {"high_value": found.count()})


def datasets_fresh_share(now: dt.datetime) -> Reading:
    """Which share of the datasets that promise a rhythm keeps it."""
    fresh, promised = count_fresh(list(_real().values_list("frequency", "data_changed_at", "source")), now)
    return Reading(100 * fresh / promised if promised else None, {"fresh": fresh, "promised": promised})


def data_requests_on_time_share(now: dt.datetime) -> Reading:
    """Which share of the requests of the last year that were due was answered in time."""
    rows = DataRequest.objects.filter(is_demonstration=False, asked_at__gte=now - YEAR).exclude(
        state=RequestState.REFUSED
    )
    on_time = due = 0
    for answered_at, due_on in rows.values_list("answered_at", "due_on"):
        if answered_at is not None or now.date() > due_on:
            due += 1
            on_time += answered_at is not None and answered_at.date() <= due_on
    return Reading(100 * on_time / due if due else None, {"on_time": on_time, "due": due})


PROBES = (
    Probe(
        "datasets_published", N_("Published datasets"), "", N_("Datasets of the catalog that everybody may fetch."), datasets_published
    ),
    Probe(
        "datasets_excellent_share", N_("Datasets described excellently"), PERCENT,
        N_("Share of the datasets published here whose description has at least 351 of 405 points after the method of data.europa.eu."),
        datasets_excellent_share,
    ),
    Probe(
        "organisations_publishing_share", N_("Town halls of the area that publish"), PERCENT,
        N_("Share of the town halls of the metropolitan area with at least one published dataset."),
        organisations_publishing_share,
    ),
    Probe(
        "high_value_datasets", N_("High-value datasets"), "",
        N_("Published datasets of the categories of Commission Implementing Regulation (EU) 2023/138, in a format that programs read."),
        high_value_datasets,
    ),
    Probe(
        "datasets_fresh_share", N_("Datasets as fresh as promised"), PERCENT,
        N_("Share of the datasets with a promised rhythm that keep it; live tables always do."), datasets_fresh_share,
    ),
    Probe(
        "data_requests_on_time_share", N_("Requests for data answered on time"), PERCENT,
        N_("Share of the requests of the last year that were due and answered within 20 working days (Directive (EU) 2019/1024)."),
        data_requests_on_time_share,
    ),
)  # fmt: skip
