"""The content of a new evaluation: all that the cockpit shows at the end of a day, in three languages.

It is built from the same queries as the pages, so that both show the same numbers. Demonstrations are left out. A change
of its shape raises ``rules.evaluations.FORMAT``.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q

from rivulus.strategy import models
from rivulus.strategy.queries import anomalies, budget, indicators, projects
from rivulus.strategy.queries import forecast as forecasts
from rivulus.strategy.queries import matrix as matrices
from rivulus.strategy.queries.evaluations import LANGUAGES, find_previous
from rivulus.strategy.queries.matrix import Matrix
from rivulus.strategy.rules import evaluations as rules
from rivulus.strategy.rules import indicators as indicator_rules
from rivulus.strategy.rules.evaluations import decimal_text
from rivulus.strategy.rules.forecast import Forecast, Reading
from rivulus.strategy.rules.matrix import PillarStanding
from rivulus.strategy.rules.projects import STATUS_OF_MATURITY, HalfYear
from rivulus.strategy.terms import EvaluationKind, State, Status

Content = dict[str, Any]
Words = dict[str, str]


def build_content(
    *, kind: EvaluationKind, at: dt.date, title: str, note: str, is_demonstration: bool = False
) -> Content:
    """Return a snapshot of everything at the end of ``at``. A fixed number of queries, whatever the city's size."""
    matrix = matrices.get_matrix(at)
    previous = find_previous(kind=kind, at=at)
    content: Content = {
        "format": rules.FORMAT,
        "evaluation": {
            "kind": str(kind),
            "title": title,
            "note": note,
            "at": at.isoformat(),
            "is_demonstration": is_demonstration,
        },
        "pack": _pack(),
        "vision": [_named(v, "title", "text") for v in models.Vision.objects.order_by("order", "id")],
        **_matrix(matrix),
        **_indicators(at),
        "anomalies": [_anomaly(a) for a in anomalies.list_anomalies()],
        **_portfolio(at),
        "documents": [_document(d) for d in models.Document.objects.order_by("id")],
        "forecast": _forecast(forecasts.get_forecast(today=at).forecast),
    }
    content["counts"] = _counts(content)
    content["sums"] = _sums(content)
    content["previous"] = _previous(previous)
    return content


def _previous(row: models.Evaluation | None) -> Content | None:
    """Return what a comparison needs of the evaluation before, so that the report needs nothing but this snapshot."""
    if row is None:
        return None
    kept = ("evaluation", "criteria", "pillars", "indicators", "projects", "sums", "counts")
    facts = {key: row.content[key] for key in kept}
    facts["criteria"] = [{k: c[k] for k in ("code", "state", "basis")} for c in facts["criteria"]]
    facts["pillars"] = [{k: p[k] for k in ("code", "now", "in_progress")} for p in facts["pillars"]]
    facts["indicators"] = [{k: i[k] for k in ("code", "values")} for i in facts["indicators"]]
    facts["projects"] = [{k: p[k] for k in ("code", "status", "percent", "spent_eur")} for p in facts["projects"]]
    return {"digest": row.digest, **facts}


def _pack() -> Content:
    load = models.PackLoad.objects.order_by("-id").first()
    return {"code": load.pack if load else "", "digest": load.digest if load else ""}


def words(thing: object, field: str) -> Words:
    """Return a trilingual field."""
    return {language: getattr(thing, f"{field}_{language}") or "" for language in LANGUAGES}


def _named(thing: Any, *fields: str) -> Content:
    return {"code": thing.code, **{field: words(thing, field) for field in fields}}


def _matrix(matrix: Matrix) -> Content:
    texts = {c.code: words(c, "text") for c in matrices.list_criteria()}
    return {
        "levels": [
            {"number": n.number, "name": words(n, "name"), "description": words(n, "description")}
            for n in matrix.levels
        ],
        "milestones": [
            {**_named(m, "title", "note"), "after_level": m.after_level, "printed_as": m.printed_as}
            for m in matrix.milestones
        ],
        "pillars": [
            {
                **_named(column.pillar, "name", "goal", "summary"),
                "now": _standing(column.now),
                "in_progress": _standing(column.in_progress),
                "expected": _standing(column.expected),
            }
            for column in matrix.columns
        ],
        "criteria": [
            {
                "code": cell.code,
                "pillar": cell.pillar,
                "level": cell.level,
                "text": texts[cell.code],
                "state": str(cell.state),
                "basis": str(cell.basis),
                "since": cell.since.isoformat() if cell.since else None,
                "implied_by": cell.implied_by,
                "expected": cell.expected,
                "is_expected": cell.is_expected,
                "ladder": cell.ladder,
                "step": cell.step,
            }
            for cell in matrix.cells
        ],
    }


def _standing(standing: PillarStanding) -> Content:
    return {"level": standing.level, "met": standing.met, "total": standing.total}


def _indicators(at: dt.date) -> Content:
    places = list(indicators.list_places())
    codes = {place.pk: place.code for place in places}
    in_time = indicators.list_values_in_force().filter(Q(year=None) | Q(year__lte=at.year))
    values: dict[int, list[models.IndicatorValue]] = defaultdict(list)
    for row in sorted(in_time, key=lambda r: (r.year or 0, r.place_id)):
        values[row.indicator_id].append(row)
    faulty = {a.subject for a in models.Anomaly.objects.filter(about="indicator").order_by("id")}
    city = next((p for p in places if p.kind == "city"), None)
    region = next((p for p in places if p.kind == "region"), None)
    return {
        "places": [{**_named(p, "name"), "kind": p.kind} for p in places],
        "indicators": [
            _indicator(i, values[indicators.shown_from(i)], codes, city, region, i.code in faulty)
            for i in indicators.list_indicators()
        ],
    }


def _indicator(
    row: models.Indicator,
    values: list[models.IndicatorValue],
    codes: Mapping[int, str],
    city: models.Place | None,
    region: models.Place | None,
    is_faulty: bool,
) -> Content:
    own = indicators.latest_of([v for v in values if city and v.place_id == city.pk])
    theirs = [v for v in values if region and v.place_id == region.pk]
    other = indicators.matching(theirs, own.year if own else None)
    compared = indicator_rules.compare(
        indicators.measure_of(row), indicators.figure_of(own), indicators.figure_of(other), is_suspicious=is_faulty
    )
    return {
        **_named(row, "title", "unit", "target_text", "note"),
        "pillar": row.pillar.code,
        "kind": row.kind,
        "direction": row.direction,
        "target": decimal_text(row.target_value),
        "target_comparator": row.target_comparator,
        "target_year": row.target_year,
        "target_source": row.target_source,
        "repeats": row.repeats.code if row.repeats else None,
        "source_place": row.source_place,
        "values": [_value(v, codes) for v in values],
        "outcome": str(compared.outcome),
        "reason": str(compared.reason) if compared.reason else None,
        "marks": sorted(str(m) for m in compared.marks),
        "is_faulty": is_faulty,
    }


def _value(row: models.IndicatorValue, codes: Mapping[int, str]) -> Content:
    return {
        "place": codes[row.place_id],
        "year": row.year,
        "value": decimal_text(row.value),
        "text": words(row, "text"),
        "source_place": row.source_place,
        "origin": str(row.origin),
    }


def _anomaly(row: models.Anomaly) -> Content:
    texts = _named(row, "title", "description")
    return {**texts, "about": row.about, "subject": row.subject, "place": row.source_place}


def _document(row: models.Document) -> Content:
    return {**_named(row, "title"), "kind": row.kind, "period": row.period, "url": row.url}


def list_reports_at(at: dt.date) -> dict[int, models.ProgressReport]:
    """Return the last report of each project as of a day: of a half-year that had ended, or sent in by then."""
    half = HalfYear.of(at)
    before = Q(year__lt=half.year) | Q(year=half.year, half__lt=half.half)
    begun = Q(year=half.year, half=half.half, reported_at__lt=matrices.end_of(at))
    rows = (
        projects.list_counting_reports()
        .filter(before | begun)
        .order_by("project_id", "-year", "-half", "-id")
        .distinct("project_id")
    )
    return {row.project_id: row for row in rows}


def _portfolio(at: dt.date) -> Content:
    reports = list_reports_at(at)
    late = [owing for owing in projects.list_owing(today=at) if owing.is_late]
    overdue = {owing.project.code for owing in late}
    portfolio = [_project(p, reports.get(p.pk), p.code in overdue) for p in projects.list_projects()]
    shares = {s.direction.code: s.share for s in budget.sum_by_direction()}
    return {
        "directions": [
            {
                **_named(d, "title"),
                "pillar": d.pillar.code,
                "planned": decimal_text(shares[d.code].amount) if d.code in shares else "0",
                "projects": shares[d.code].projects if d.code in shares else 0,
                "unstated": shares[d.code].unstated if d.code in shares else 0,
            }
            for d in projects.list_directions()
        ],
        "projects": portfolio,
        "years": [
            {"year": y.year, "amount": decimal_text(y.amount), "projects": y.projects} for y in budget.sum_by_year()
        ],
        "overdue": [
            {
                "project": owing.project.code,
                "period": str(owing.period),
                "due": owing.due.isoformat(),
                "days": owing.days_late,
            }
            for owing in late
        ],
    }


def _project(row: models.Project, report: models.ProgressReport | None, is_overdue: bool) -> Content:
    status = report.status if report else STATUS_OF_MATURITY.get(row.maturity, Status.IDEA)
    return {
        **_named(row, "title"),
        "direction": row.direction.code,
        "pillar": row.direction.pillar.code,
        "responsible": row.responsible,
        "status": str(status),
        "percent": report.percent if report else None,
        "spent_eur": decimal_text(report.spent_eur) if report else None,
        "reported_for": f"{report.year}-{report.half}" if report else None,
        "value_eur": decimal_text(row.value_eur),
        "value_rhythm": row.value_rhythm,
        "value_printed": row.value_printed,
        "horizon_year": row.horizon_year,
        "horizon_rhythm": row.horizon_rhythm,
        "priority": row.priority,
        "is_overdue": is_overdue,
        "source_place": row.source_place,
    }


def _forecast(forecast: Forecast) -> Content:
    """Return the expected levels and criteria at the end of each year, as planned and as reported."""
    return {
        **{
            str(reading): [
                {
                    "year": outlook.year,
                    "met": len(outlook.met),
                    "levels": {s.pillar: s.level for s in outlook.pillars},
                }
                for outlook in forecast.outlook(reading)
            ]
            for reading in Reading
        },
        "unreachable": list(forecast.unreachable),
    }


def _counts(content: Content) -> dict[str, int]:
    states = Counter(c["state"] for c in content["criteria"])
    bases = Counter(c["basis"] for c in content["criteria"])
    return {
        "criteria": len(content["criteria"]),
        **{str(state): states[str(state)] for state in State},
        **{f"basis_{basis}": bases[basis] for basis in ("measured", "declared", "reconstructed", "unknown")},
        "expected": sum(c["is_expected"] for c in content["criteria"]),
        "indicators": len(content["indicators"]),
        "projects": len(content["projects"]),
        "directions": len(content["directions"]),
        "anomalies": len(content["anomalies"]),
        "documents": len(content["documents"]),
        "overdue": len(content["overdue"]),
    }


def _sums(content: Content) -> Words:
    """Return the sums that are compared from one evaluation to the next, as decimal texts."""
    portfolio = content["projects"]
    return {
        "planned": _total(d["planned"] for d in content["directions"]),
        "spent": _total(p["spent_eur"] for p in portfolio),
        "projects": str(len(portfolio)),
        "unstated": str(sum(p["value_eur"] is None for p in portfolio)),
        "reported": str(sum(p["percent"] is not None for p in portfolio)),
        "finished": str(sum(p["status"] == Status.DONE for p in portfolio)),
        "overdue": str(len(content["overdue"])),
        "criteria_met": str(content["counts"]["met"]),
    }


def _total(amounts: Iterable[str | None]) -> str:
    return decimal_text(sum((Decimal(a) for a in amounts if a is not None), Decimal(0))) or "0"
