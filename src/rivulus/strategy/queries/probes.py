"""The probes of the strategy: what the platform can already measure of the city from its own records."""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from rivulus.journal import queries as journal
from rivulus.kernel import clock, publishing
from rivulus.kernel import probes as registry
from rivulus.kernel.probes import Inputs, Probe, Reading
from rivulus.kernel.words import N_
from rivulus.strategy import models
from rivulus.strategy.queries import matrix, projects
from rivulus.strategy.rules import projects as project_rules
from rivulus.strategy.rules.probes import YEAR, share
from rivulus.strategy.rules.projects import HalfYear
from rivulus.strategy.terms import Basis

PERCENT = "%"


def register_all() -> None:
    """Register every probe."""
    for probe in PROBES:
        registry.register(probe)


def portfolio_reported_on_time_share(now: dt.datetime) -> Reading:
    """Measure reports in time, of the half-year that fell due last; demonstrations never count."""
    period = _last_due(_day(now))
    running = [str(status) for status in project_rules.RUNNING]
    owing = [p.pk for p in projects.list_projects(before=period) if p.current_status in running]  # type: ignore[attr-defined]
    first = dict(
        projects.list_counting_reports()
        .filter(year=period.year, half=period.half, reported_at__lte=now)
        .order_by("project_id", "reported_at", "id")
        .distinct("project_id")
        .values_list("project_id", "reported_at")
    )
    in_time = sum(pk in first and project_rules.is_in_time(period, _day(first[pk])) for pk in owing)
    inputs: Inputs = {"half_year": str(period), "due": period.due.isoformat(), "projects_running": len(owing)}
    return Reading(share(in_time, len(owing)), {**inputs, "reported_in_time": in_time})


def indicators_with_value_this_year_share(now: dt.datetime) -> Reading:
    """Measure the indicators that already have this year's value for the city; rows that repeat another do not count."""
    year = _day(now).year
    indicators = models.Indicator.objects.filter(repeats__isnull=True)
    valued = indicators.filter(values__in=_values_of(year)).distinct().count()
    total = indicators.count()
    return Reading(share(valued, total), {"year": year, "indicators": total, "with_value": valued})


def _values_of(year: int) -> QuerySet[models.IndicatorValue]:
    home = models.PackLoad.objects.order_by("-id").values("pack")[:1]
    return models.IndicatorValue.objects.filter(year=year, is_demonstration=False, place__code__in=home).exclude(
        value__isnull=True, text=""
    )


def criteria_with_evidence_share(now: dt.datetime) -> Reading:
    """Measure the criteria whose state is measured, or declared with a document, directly or up a ladder."""
    facts = matrix.facts_of(list(matrix.list_criteria()))
    standings = matrix.standings_at(_day(now), facts)
    documented = matrix.list_documented_at(_day(now))
    measured = sum(s.basis is Basis.MEASURED for s in standings.values())
    declared = sum(s.basis is Basis.DECLARED and (s.implied_by or c) in documented for c, s in standings.items())
    inputs = {"criteria": len(facts), "measured": measured, "declared_with_document": declared}
    return Reading(share(measured + declared, len(facts)), inputs)


def assessments_this_year_share(now: dt.datetime) -> Reading:
    """Measure the criteria that somebody declared on, or a probe answered to, in the last twelve months."""
    since = now - YEAR
    declared = set(
        matrix.list_counting_assessments()
        .filter(basis=Basis.DECLARED, declared_at__gt=since, declared_at__lte=now)
        .values_list("criterion_id", flat=True)
    )
    asked = models.ProbeReading.objects.filter(
        at__gt=since, at__lte=now, error="", value__isnull=False, simulated=False
    )
    links = models.CriterionProbe.objects.filter(withdrawn=False, probe__in=asked.values("probe"))
    measured = set(links.values_list("criterion_id", flat=True))
    total = models.Criterion.objects.count()
    inputs: Inputs = {
        "criteria": total,
        "declared": len(declared),
        "measured": len(measured),
        "since": _day(since).isoformat(),
    }
    return Reading(share(len(declared | measured), total), inputs)


def journal_verified_today(now: dt.datetime) -> Reading:
    """Measure whether the journal was verified today and found whole."""
    last = journal.find_latest_verification()
    if last is None:
        return Reading(0, {"verified_at": None, "faults": None})
    fresh = _day(last.finished_at) == _day(now)
    inputs: Inputs = {"verified_at": last.finished_at.isoformat(timespec="seconds"), "faults": last.fault_count}
    return Reading(float(fresh and last.fault_count == 0), {**inputs, "lines": last.lines, "facts": last.facts})


def open_datasets_with_live_api(now: dt.datetime) -> Reading:
    """Count the collections that the public interface serves from the present records."""
    live = [collection.name for collection in publishing.list_collections() if collection.live]
    return Reading(float(len(live)), {"collections": ", ".join(live)})


def strategy_evaluations_published(now: dt.datetime) -> Reading:
    """Count the evaluations of the strategy published in the last twelve months."""
    made = models.Evaluation.objects.filter(is_demonstration=False, made_at__gt=now - YEAR, made_at__lte=now)
    last = made.order_by("-made_at", "-id").first()
    inputs: Inputs = {"since": _day(now - YEAR).isoformat(), "last": _day(last.made_at).isoformat() if last else None}
    return Reading(float(made.count()), inputs)


def public_pages_languages(now: dt.datetime) -> Reading:
    """Count the languages in which every public page is offered: English, and those with a catalogue of words."""
    offered = {code: code == "en" or _has_catalogue(code) for code, _name in settings.LANGUAGES}
    return Reading(float(sum(offered.values())), offered)


def _has_catalogue(code: str) -> bool:
    return any((Path(folder) / code / "LC_MESSAGES" / "django.mo").exists() for folder in settings.LOCALE_PATHS)


def _last_due(day: dt.date) -> HalfYear:
    """Return the half-year whose reports fell due last: before the due date nobody is late."""
    period = project_rules.last_ended(day)
    return period if period.due < day else period.previous


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(clock.CITY_ZONE).date()


PROBES = (
    Probe(
        name="portfolio_reported_on_time_share",
        title=N_("Projects reported on time"),
        unit=PERCENT,
        explanation=N_(
            "Of the projects in preparation or under way, the share whose report of the half-year that fell due last "
            "came by its due date. There is no value while no project is running."
        ),
        compute=portfolio_reported_on_time_share,
    ),
    Probe(
        name="indicators_with_value_this_year_share",
        title=N_("Indicators with a value of this year"),
        unit=PERCENT,
        explanation=N_(
            "Of the indicators of chapter 6.4, the share that has a value of the present year for the city. Rows that "
            "repeat another row are counted once."
        ),
        compute=indicators_with_value_this_year_share,
    ),
    Probe(
        name="criteria_with_evidence_share",
        title=N_("Criteria with evidence"),
        unit=PERCENT,
        explanation=N_(
            "Of all criteria of the matrix, the share whose state is measured, or declared with a document; a higher "
            "step of a ladder lends its evidence to the lower ones."
        ),
        compute=criteria_with_evidence_share,
    ),
    Probe(
        name="assessments_this_year_share",
        title=N_("Criteria looked at in the last twelve months"),
        unit=PERCENT,
        explanation=N_(
            "Of all criteria of the matrix, the share on which somebody declared a state, or a probe gave a value, in "
            "the last twelve months."
        ),
        compute=assessments_this_year_share,
    ),
    Probe(
        name="journal_verified_today",
        title=N_("Journal verified today"),
        unit=N_("1 = yes, 0 = no"),
        explanation=N_("Whether the whole journal was recomputed today and every sealed row agreed with its line."),
        compute=journal_verified_today,
    ),
    Probe(
        name="open_datasets_with_live_api",
        title=N_("Open data collections with a live interface"),
        unit=N_("collections"),
        explanation=N_("Collections that anybody may read by machine, answered from the present records."),
        compute=open_datasets_with_live_api,
    ),
    Probe(
        name="strategy_evaluations_published",
        title=N_("Evaluations of the strategy published"),
        unit=N_("evaluations"),
        explanation=N_("Evaluations and annual reports of the strategy published in the last twelve months."),
        compute=strategy_evaluations_published,
    ),
    Probe(
        name="public_pages_languages",
        title=N_("Languages of the public pages"),
        unit=N_("languages"),
        explanation=N_("Languages in which every public page of the platform is offered."),
        compute=public_pages_languages,
    ),
)
