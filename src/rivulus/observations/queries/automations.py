"""Rules, their versions, their runs, and replays."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Count, Min, Prefetch, QuerySet

from rivulus.kernel.errors import NotFound
from rivulus.observations.models import Automation, AutomationCursor, AutomationVersion, Replay, Run, RunStep
from rivulus.observations.rules.automations.grammar import parse
from rivulus.observations.rules.automations.syntax import Rule

NEWEST_FIRST = AutomationVersion.objects.order_by("-number").select_related(
    "created_by", "confirmed_by", "activated_by", "retired_by"
)


def list_automations(*, domain: str = "", state: str = "", search: str = "") -> "QuerySet[Automation]":
    """Return rules by code, each with its versions, the newest first."""
    rows = Automation.objects.order_by("code").prefetch_related(Prefetch("versions", NEWEST_FIRST))
    if domain:
        rows = rows.filter(domain=domain)
    if state == "active":
        rows = rows.filter(versions__state="active")
    elif state == "waiting":
        rows = rows.filter(versions__state__in=["draft", "confirmed"]).distinct()
    elif state == "off":
        rows = rows.exclude(versions__state="active")
    return rows.filter(code__icontains=search) if search else rows


def get_automation(code: str) -> Automation:
    """Return one rule with its versions; raises NotFound."""
    found = Automation.objects.filter(code=code).prefetch_related(Prefetch("versions", NEWEST_FIRST)).first()
    if found is None:
        raise NotFound
    return found


def find_automation(code: str) -> Automation | None:
    """Return a rule, or None."""
    return Automation.objects.filter(code=code).first()


def get_version(code: str, number: int) -> AutomationVersion:
    """Return one version; raises NotFound."""
    found = NEWEST_FIRST.filter(automation__code=code, number=number).select_related("automation").first()
    if found is None:
        raise NotFound
    return found


def list_active() -> "QuerySet[AutomationVersion]":
    """Return the versions that are switched on, by rule."""
    return AutomationVersion.objects.filter(state="active").select_related("automation").order_by("automation__code")


def find_active(automation: Automation) -> AutomationVersion | None:
    """Return the version of a rule that is switched on, or None."""
    return AutomationVersion.objects.filter(automation=automation, state="active").first()


def find_newest(automation: Automation) -> AutomationVersion | None:
    """Return the newest version of a rule."""
    return AutomationVersion.objects.filter(automation=automation).order_by("-number").first()


def shown_version(automation: Automation) -> AutomationVersion | None:
    """Return the version that stands for a rule read with its versions: the one switched on, else the newest."""
    listed = list(automation.versions.all())
    return next((version for version in listed if version.state == "active"), listed[0] if listed else None)


def rule_of(version: AutomationVersion) -> Rule | None:
    """Return what a version says, or None where the language no longer knows a word of it."""
    return parse(version.text).rule


def list_runs(automation: Automation, *, state: str = "") -> "QuerySet[Run]":
    """Return the runs of all versions of a rule, the newest first."""
    rows = Run.objects.filter(version__automation=automation).select_related("version", "datastream__thing")
    rows = rows.prefetch_related(Prefetch("steps", RunStep.objects.order_by("position")))
    rows = rows.filter(state=state) if state else rows
    return rows.order_by("-started_at", "-id")


def list_all_runs(
    *, code: str = "", state: str = "", since: dt.datetime | None = None, with_simulated: bool = True
) -> "QuerySet[Run]":
    """Return the runs of all rules, or of one, the newest first."""
    rows = Run.objects.select_related("version__automation", "datastream")
    if code:
        rows = rows.filter(version__automation__code=code)
    if state:
        rows = rows.filter(state=state)
    if since:
        rows = rows.filter(started_at__gte=since)
    if not with_simulated:
        rows = rows.filter(is_simulated=False)
    return rows.order_by("-started_at", "-id")


def get_run(number: int) -> Run:
    """Return one run with its steps; raises NotFound."""
    rows = Run.objects.select_related("version__automation", "datastream__thing")
    found = rows.prefetch_related(Prefetch("steps", RunStep.objects.order_by("position"))).filter(pk=number).first()
    if found is None:
        raise NotFound
    return found


def next_deadline(version: AutomationVersion) -> dt.datetime | None:
    """Return when time alone changes something for a version."""
    found: dt.datetime | None = AutomationCursor.objects.filter(version=version).aggregate(at=Min("deadline"))["at"]
    return found


def list_due_runs(now: dt.datetime) -> "QuerySet[Run]":
    """Return the runs whose waiting is over, the oldest first."""
    return Run.objects.filter(state="running", resume_at__lte=now).order_by("resume_at", "id")


def get_replay(number: int) -> Replay:
    """Return one replay; raises NotFound."""
    found = Replay.objects.select_related("automation").filter(pk=number).first()
    if found is None:
        raise NotFound
    return found


def count_runs_of(versions: Collection[int], since: dt.datetime) -> dict[int, int]:
    """Return how many runs each version has had since a time."""
    rows = Run.objects.filter(version_id__in=versions, started_at__gte=since).values_list("version_id")
    return dict(rows.annotate(n=Count("id")))
