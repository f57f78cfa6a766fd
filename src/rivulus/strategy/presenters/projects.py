"""Projects as they are shown: rows, charts, and what is printed beside what it is taken to mean."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.presenters.periods import period_text
from rivulus.strategy.queries.budget import Budget, SourceShare
from rivulus.strategy.queries.projects import ProjectFilter
from rivulus.strategy.queries.reports import Told
from rivulus.strategy.rules.budget import READINGS, Reading, reading_of, years_of
from rivulus.strategy.rules.projects import MAIN_PATH, PRIORITY_LABELS, STATUS_OF_MATURITY, HalfYear
from rivulus.strategy.terms import STATUS_LABELS, TONES, Status
from rivulus.ui import charts
from rivulus.ui.terms import Step

SHAPES = {
    Status.IDEA: "unknown",
    Status.PREPARING: "expected",
    Status.APPLIED: "expected",
    Status.IN_PROGRESS: "in_progress",
    Status.DONE: "met",
    Status.SUSPENDED: "not_met",
    Status.ABANDONED: "not_met",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A project in a list."""

    project: models.Project
    href: str
    tone: str
    status: Status
    shape: str
    status_label: str
    percent: int | None
    spent: Decimal | None
    reported: str
    value_note: str
    is_yearly: bool
    horizon: str
    is_past: bool


def make_rows(projects: Iterable[models.Project], *, today: dt.date | None = None) -> list[Row]:
    """Return projects, annotated as ``list_projects`` does, as rows."""
    day = today or clock.today()
    return [make_row(project, day) for project in projects]


def make_row(project: models.Project, today: dt.date) -> Row:
    """Return one project as a row."""
    status = Status(project.current_status)  # type: ignore[attr-defined]
    year, half = project.latest_year, project.latest_half  # type: ignore[attr-defined]
    reading = reading_of(has_value=project.value_eur is not None, rhythm=project.value_rhythm)
    notes = {Reading.PER_UNIT: _("for one unit"), Reading.UNCLEAR: _("per year or in all: not said")}
    return Row(
        project=project,
        href=reverse("strategy:project", args=[project.code]),
        tone=tone_of(project),
        status=status,
        shape=SHAPES[status],
        status_label=_(STATUS_LABELS[status]),
        percent=project.latest_percent,  # type: ignore[attr-defined]
        spent=project.latest_spent_eur,  # type: ignore[attr-defined]
        reported=period_text(HalfYear(year, half)) if year else "",
        value_note=notes.get(reading, ""),
        is_yearly=reading is Reading.YEARLY,
        horizon=horizon_text(project),
        is_past=is_past(project, status, today),
    )


def tone_of(project: models.Project) -> str:
    """Return the colour name of a project's pillar."""
    return TONES.get(project.direction.pillar.code, "stibnite")


def horizon_text(project: models.Project) -> str:
    """Return the horizon as it is read: a year, every year, or what the strategy says instead."""
    if project.horizon_year:
        return str(project.horizon_year)
    if project.horizon_rhythm == "yearly":
        return _("every year")
    if project.horizon_rhythm == "opportunity":
        return _("as opportunities come")
    return _("not stated")


def is_past(project: models.Project, status: Status, today: dt.date) -> bool:
    """Tell whether the year in which a project should have ended is over, and it neither ended nor was given up."""
    over = project.horizon_year is not None and project.horizon_year < today.year
    return over and status not in (Status.DONE, Status.ABANDONED)


@dataclass(frozen=True, slots=True)
class Sorted:
    """The head of a column that sorts the list: its address, and which way it is sorted now."""

    href: str
    direction: str  # "", ascending, descending


def sort_links(query: QueryDict, order: str) -> dict[str, Sorted]:
    """Return for each column the address that sorts by it, or turns it round when it is sorted already."""
    links = {}
    for column, first in (("code", "code"), ("value", "-value"), ("horizon", "horizon"), ("percent", "-percent")):
        turned = column if first.startswith("-") else f"-{column}"
        changed = query.copy()
        changed["order"] = turned if order == first else first
        changed.pop("page", None)
        down = order.startswith("-")
        direction = "" if order.lstrip("-") != column else "descending" if down else "ascending"
        links[column] = Sorted(f"?{changed.urlencode()}", direction)
    return links


def csv_address(wanted: ProjectFilter) -> str:
    """Return where the same list is served for spreadsheets."""
    named = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    given = {name: str(value) for name, value in named.items() if value not in ("", None)}
    return f"{reverse('api:projects-csv')}?{urlencode({**given, 'lang': get_language() or 'ro'})}"


# The timeline.


@dataclass(frozen=True, slots=True)
class YearGroup:
    """The projects that have their horizon in one year."""

    title: str
    rows: list[Row]


def make_timelines(rows: Sequence[Row], today: dt.date) -> list[charts.Timeline]:
    """Return one timeline for each pillar that has dated projects."""
    now = today.year + (today.timetuple().tm_yday - 1) / 365
    pillars: dict[str, list[Row]] = {}
    for row in rows:
        pillars.setdefault(row.project.direction.pillar.code, []).append(row)
    timelines = []
    for code, members in pillars.items():
        spans = [_span(row) for row in sorted(members, key=_soonest) if _years(row.project)]
        if spans:
            pillar = members[0].project.direction.pillar
            timelines.append(
                charts.Timeline(
                    key=f"pillar-{code.lower()}",
                    title=pillar.name,
                    description=_(
                        "The year in which each project should be ready; projects of every year are long bars."
                    ),
                    spans=tuple(spans),
                    now=now,
                )
            )
    return timelines


def group_by_year(rows: Sequence[Row]) -> list[YearGroup]:
    """Return the projects by the year of their horizon, then those of every year, then those without a year."""
    groups: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        year = row.project.horizon_year
        groups.setdefault((year or (9998 if row.project.horizon_rhythm == "yearly" else 9999), row.horizon), []).append(
            row
        )
    return [YearGroup(_capital(title), members) for (_year, title), members in sorted(groups.items())]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _years(project: models.Project) -> tuple[int, int] | None:
    if project.horizon_rhythm == "yearly" or project.value_rhythm == Reading.YEARLY:
        years = years_of(rhythm=Reading.YEARLY, horizon_year=project.horizon_year)
        return int(years[0] or 0), int(years[-1] or 0)
    return (project.horizon_year, project.horizon_year) if project.horizon_year else None


def _soonest(row: Row) -> tuple[int, int]:
    years = _years(row.project)
    return (years[1], years[0]) if years else (9999, 0)


def _span(row: Row) -> charts.Span:
    years = _years(row.project) or (0, 0)
    return charts.Span(
        label=f"{row.project.code} {row.project.title}",
        start=years[0],
        end=years[1],
        tone=row.tone,
        percent=row.percent,
        href=row.href,
        note=row.status_label,
    )


# The money.


def direction_chart(budget: Budget) -> charts.Bars:
    """Return the sums by direction of action."""
    bars = tuple(
        charts.Bar(
            label=f"{s.direction.code} {s.direction.title}",
            value=float(s.share.amount) / 1_000_000 if s.share.stated else None,
            tone=TONES.get(s.direction.pillar.code, "stibnite"),
            note=_unstated(s.share.unstated),
        )
        for s in budget.directions
    )
    return charts.Bars(
        key="by-direction",
        title=_("By direction of action"),
        description=_("What chapter 5 states, until 2030."),
        unit=_("million euro"),
        bars=bars,
        decimals=2,
    )


def year_chart(budget: Budget) -> charts.Bars:
    """Return the sums by year."""
    bars = tuple(
        charts.Bar(
            label=str(s.year) if s.year else _("Without a year"),
            value=float(s.amount) / 1_000_000,
            tone="stream" if s.year else "stibnite",
        )
        for s in budget.years
    )
    return charts.Bars(
        key="by-year",
        title=_("By year"),
        description=_("A single sum falls in the year of its horizon, a yearly one on each year."),
        unit=_("million euro"),
        bars=bars,
        decimals=2,
    )


def source_chart(budget: Budget) -> charts.Bars:
    """Return the sums by possible source; they overlap."""
    bars = tuple(
        charts.Bar(
            label=source_name(s),
            value=float(s.share.amount) / 1_000_000 if s.share.stated else None,
            tone="gold" if s.source else "stibnite",
            note=_unstated(s.share.unstated),
        )
        for s in budget.sources
    )
    return charts.Bars(
        key="by-source",
        title=_("By possible source of money"),
        description=_("A project with several possible sources stands under each of them: the sums overlap."),
        unit=_("million euro"),
        bars=bars,
        decimals=2,
    )


def exclusive_chart(budget: Budget) -> charts.Bars:
    """Return the sums with every project once."""
    split = budget.exclusive
    bars = [charts.Bar(label=source_name(s), value=float(s.share.amount) / 1_000_000, tone="gold") for s in split.one]
    for label, share in ((_("Several sources"), split.several), (_("No source stated"), split.none)):
        if share.projects:
            bars.append(
                charts.Bar(
                    label=label,
                    value=float(share.amount) / 1_000_000 if share.stated else None,
                    tone="stibnite",
                    note=_unstated(share.unstated),
                )
            )
    return charts.Bars(
        key="exclusive",
        title=_("By source, every project once"),
        description=_("Projects with several possible sources stand together; these sums can be added."),
        unit=_("million euro"),
        bars=tuple(bars),
        decimals=2,
    )


def source_name(share: SourceShare) -> str:
    """Return the name of a source, or that none is stated."""
    return share.source.name if share.source else _("No source stated")


def reading_text(reading: Reading) -> str:
    """Return how a value is read."""
    return _(READINGS[reading])


def _unstated(number: int) -> str:
    return _("%(number)s without a value") % {"number": number} if number else ""


# One project.


@dataclass(frozen=True, slots=True)
class Fact:
    """What chapter 5 prints of a project, beside what it is taken to mean."""

    name: str
    printed: str
    meaning: str


def make_facts(project: models.Project, funding: Sequence[models.FundingSource]) -> list[Fact]:
    """Return the cells of chapter 5 and how each is read."""
    reading = reading_of(has_value=project.value_eur is not None, rhythm=project.value_rhythm)
    sources = ", ".join(source.name for source in funding) or _("not stated")
    return [
        Fact(_("Maturity"), project.maturity_printed, _maturity_text(project.maturity)),
        Fact(_("Value"), project.value_printed, reading_text(reading)),
        Fact(_("Horizon"), project.horizon_printed, horizon_text(project)),
        Fact(_("Sources of money"), project.funding_printed, sources),
        Fact(_("Priority"), project.priority_printed, _(PRIORITY_LABELS[project.priority])),
    ]


def _maturity_text(maturity: str) -> str:
    if maturity == "unknown":
        return _("not stated; taken as an idea")
    if maturity == "pilot":
        return _("a pilot, taken as under way")
    return _(STATUS_LABELS[STATUS_OF_MATURITY[maturity]])


def make_steps(project: models.Project, history: Sequence[Told]) -> tuple[Step, ...]:
    """Return the stops that are known of a project's life, and those still to come.

    A project may skip stops: only what chapter 5 prints and what was reported is said to have been.
    """
    stops = [(STATUS_OF_MATURITY[project.maturity], _("chapter 5, 2022"))]
    for told in reversed([t for t in history if not t.is_replaced and not t.report.is_demonstration]):
        status = Status(told.report.status)
        if status is not stops[-1][0]:
            stops.append((status, period_text(told.period)))
    last = len(stops) - 1
    steps = [
        Step(label=_(STATUS_LABELS[status]), status=_sign(status, is_now=place == last), note=note)
        for place, (status, note) in enumerate(stops)
    ]
    if stops[-1][0] is not Status.ABANDONED:
        reached = max(MAIN_PATH.index(status) for status, _note in stops if status in MAIN_PATH)
        steps += [Step(label=_(STATUS_LABELS[status]), status="open") for status in MAIN_PATH[reached + 1 :]]
    return tuple(steps)


def _sign(status: Status, *, is_now: bool) -> str:
    if not is_now or status is Status.DONE:
        return "done"
    return "refused" if status is Status.ABANDONED else "current"
