"""What the layers report to the strategy; what is made up, schematic or empty never counts."""

import datetime as dt

from django.db.models import Exists, OuterRef, QuerySet

from rivulus.atlas.models import Change, Feature, Layer
from rivulus.atlas.queries.visible import PUBLIC, list_layers
from rivulus.atlas.rules.specs import is_current
from rivulus.atlas.terms import Origin, Theme
from rivulus.identity.terms import OrganisationKind
from rivulus.kernel.probes import Probe, Reading
from rivulus.kernel.probes import register as register_probe
from rivulus.kernel.words import N_

PERCENT = "%"
REAL = (Origin.OFFICIAL, Origin.OPEN, Origin.COMMUNITY)
PROVIDERS = (OrganisationKind.UTILITY, OrganisationKind.COMPANY)
YEAR = dt.timedelta(days=365)


def register() -> None:
    """Register the probes."""
    for probe in PROBES:
        register_probe(probe)


def real_layers() -> QuerySet[Layer]:
    """Return the public layers that hold something surveyed, official or approved."""
    is_filled = Exists(Feature.objects.filter(layer=OuterRef("pk")))
    return list_layers(PUBLIC).filter(is_filled, origin__in=REAL)


def gis_layers_public(now: dt.datetime) -> Reading:
    """Count public layers that are not empty and not made up."""
    found = list(real_layers().values_list("code", "origin"))
    inputs = {str(origin): sum(o == origin for _, o in found) for origin in REAL}
    return Reading(float(len(found)), inputs)


def gis_layers_kept_current_share(now: dt.datetime) -> Reading:
    """Of the layers that promise a rhythm, the share that were touched in time."""
    rows = list(real_layers().values_list("update_rhythm", "changed_at"))
    kept = [is_current(rhythm, (now - changed) / dt.timedelta(days=1)) for rhythm, changed in rows]
    promised = [current for current in kept if current is not None]
    inputs = {"promised": len(promised), "current": sum(promised), "without_promise": len(rows) - len(promised)}
    return Reading(100 * sum(promised) / len(promised) if promised else None, inputs)


def gis_provider_layers_public(now: dt.datetime) -> Reading:
    """Count public layers of providers: their own ones, and those of utility networks."""
    rows = real_layers().values_list("theme", "owner__kind")
    own = sum(kind in PROVIDERS for _theme, kind in rows)
    networks = sum(theme == Theme.UTILITIES and kind not in PROVIDERS for theme, kind in rows)
    return Reading(float(own + networks), {"owned_by_providers": own, "utility_networks": networks})


def gis_plan_layers_public(now: dt.datetime) -> Reading:
    """Count public layers of urban planning that are official and hold zones."""
    found = real_layers().filter(theme=Theme.PLANNING, origin=Origin.OFFICIAL)
    return Reading(float(found.count()), {"layers": ", ".join(found.values_list("code", flat=True)[:20])})


def gis_changes_last_year(now: dt.datetime) -> Reading:
    """Count the sets of changes of real layers in the last twelve months; the pack's own do not count."""
    layers = real_layers().values("pk")
    found = Change.objects.filter(layer__in=layers, at__gt=now - YEAR, at__lte=now).exclude(kind="pack")
    by_hand = found.filter(by__isnull=False).count()
    return Reading(float(found.count()), {"by_people": by_hand})


PROBES = (
    Probe(
        "gis_layers_public",
        N_("Public layers on the map"),
        "",
        N_("Layers that everybody sees and that hold features; schematic and made-up ones do not count."),
        gis_layers_public,
    ),
    Probe(
        "gis_layers_kept_current_share",
        N_("Layers kept current"),
        PERCENT,
        N_("Of the public layers that promise an update rhythm, the share that were changed in time."),
        gis_layers_kept_current_share,
    ),
    Probe(
        "gis_provider_layers_public",
        N_("Public layers of service providers"),
        "",
        N_("Public layers of utilities and firms, and of utility networks, that hold features."),
        gis_provider_layers_public,
    ),
    Probe(
        "gis_plan_layers_public",
        N_("Public layers of urban plans"),
        "",
        N_("Official public layers of urban planning that hold zones."),
        gis_plan_layers_public,
    ),
    Probe(
        "gis_changes_last_year",
        N_("Changes of layers in a year"),
        "",
        N_("Sets of changes of public layers in the last twelve months, whoever made them."),
        gis_changes_last_year,
    ),
)
