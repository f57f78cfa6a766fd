"""What plans, the register of land, campaigns and analyses report to the strategy; what is made up never counts."""

import datetime as dt

from rivulus.atlas.models import Amendment
from rivulus.atlas.queries import campaigns, land, recipes
from rivulus.atlas.rules.plans import AmendmentState
from rivulus.atlas.terms import Origin
from rivulus.kernel.probes import Probe, Reading
from rivulus.kernel.probes import register as register_probe
from rivulus.kernel.words import N_

YEAR = dt.timedelta(days=365)
GREEN = "green-300m"  # the code of the analysis that says who has green space near home


def register() -> None:
    """Register the probes."""
    for probe in PROBES:
        register_probe(probe)


def land_assets_listed(now: dt.datetime) -> Reading:
    """Count the land and buildings on offer that everybody sees (project D2.1.2)."""
    counts = land.count_assets()
    return Reading(float(counts.listed), {"listed": counts.listed, "valued": counts.valued})


def brownfields_planned_share(now: dt.datetime) -> Reading:
    """Measure the share of brownfields and polluted land with a suggested use or a recovery under way (project D4.1.6)."""
    counts = land.count_assets()
    inputs = {"waiting": counts.polluted, "planned": counts.planned}
    return Reading(100 * counts.planned / counts.polluted if counts.polluted else None, inputs)


def plan_amendments_in_force(now: dt.datetime) -> Reading:
    """Count the amendments of real plans that were approved in the last twelve months (project D5.1.6)."""
    made_up = [Origin.ILLUSTRATIVE, Origin.SCHEMATIC]
    found = Amendment.objects.filter(state=AmendmentState.APPROVED, decided_at__gt=now - YEAR, decided_at__lte=now)
    found = found.exclude(plan__layer__origin__in=made_up)
    last = found.order_by("-decided_at", "-id").values_list("effective_on", flat=True).first()
    return Reading(float(found.count()), {"last_effective": last.isoformat() if last else None})


def community_tasks_approved(now: dt.datetime) -> Reading:
    """Count the tasks of community digitising approved in the last twelve months (project D6.4.8)."""
    merit = campaigns.count_community(now - YEAR)
    return Reading(float(merit.tasks), {"tasks": merit.tasks, "features": merit.features})


def green_space_near_home_share(now: dt.datetime) -> Reading:
    """Measure the share of inhabitants with green space near home, as the latest analysis that rests on real layers says."""
    run = recipes.find_evidence(GREEN)
    if run is None:
        return Reading(None, {"analysis": GREEN, "answered": None})
    share = run.summary.get("served_share")
    inputs = {
        "analysis": GREEN,
        "answered": run.ended_at.isoformat(timespec="seconds") if run.ended_at else None,
        "within_m": run.parameters.get("within_m"),
        "inhabitants": run.summary.get("inhabitants"),
    }
    return Reading(float(share) if share is not None else None, inputs)


PROBES = (
    Probe(
        name="land_assets_listed",
        title=N_("Land and buildings on offer in the public register"),
        unit="",
        explanation=N_("Public entries of the register of land that are on offer; made-up ones do not count."),
        compute=land_assets_listed,
    ),
    Probe(
        name="brownfields_planned_share",
        title=N_("Brownfields and polluted land with a use or a recovery planned"),
        unit="%",
        explanation=N_(
            "Of the public entries that are brownfields or polluted, those with a suggested use or a stage."
        ),
        compute=brownfields_planned_share,
    ),
    Probe(
        name="plan_amendments_in_force",
        title=N_("Amendments of urban plans approved in twelve months"),
        unit="",
        explanation=N_("Reviewed by a second person and brought onto the map with the day from which they hold."),
        compute=plan_amendments_in_force,
    ),
    Probe(
        name="community_tasks_approved",
        title=N_("Tasks of community digitising approved in twelve months"),
        unit="",
        explanation=N_("Each was mapped, validated and approved by three different people."),
        compute=community_tasks_approved,
    ),
    Probe(
        name="green_space_near_home_share",
        title=N_("Inhabitants with green space near home"),
        unit="%",
        explanation=N_("From the analysis “green-300m”, where it is public and rests on nothing made up."),
        compute=green_space_near_home_share,
    ),
)
