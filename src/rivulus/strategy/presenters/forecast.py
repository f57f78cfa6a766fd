"""The forecast as a page shows it: a chart, a table of levels, and lists of gains, late projects and gaps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rivulus.kernel.words import N_
from rivulus.strategy import models
from rivulus.strategy.queries.forecast import Expected, Portfolio
from rivulus.strategy.rules.forecast import Expectation, Forecast, Ground, Late, Outlook, Reading
from rivulus.strategy.rules.matrix import PillarStanding
from rivulus.strategy.terms import TONES
from rivulus.ui import charts
from rivulus.ui.terms import Tone

READING_LABELS = {Reading.REPORTED: N_("As reported"), Reading.PLANNED: N_("As planned")}
GROUND_LABELS = {
    Ground.PRINTED: N_("the year printed in chapter 5"),
    Ground.NO_YEAR: N_("no year is printed, so the end of the strategy"),
    Ground.FINISHED: N_("reported as finished"),
    Ground.REPORTED_END: N_("the end that the team reports"),
    Ground.PACE: N_("the pace between its reports, continued"),
    Ground.SLIDES: N_("its year has passed and no report says that it has ended"),
    Ground.STOPPED: N_("suspended or abandoned"),
}


@dataclass(frozen=True, slots=True)
class ReadingTab:
    """A link to the page in one reading."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class LevelCell:
    """The level of a pillar at the end of a year; ``rises`` when it is higher than the year before."""

    year: int
    standing: PillarStanding
    fraction: float
    rises: bool


@dataclass(frozen=True, slots=True)
class PillarRow:
    """A pillar, where it stands now and at the end of each year."""

    pillar: models.Pillar
    tone: str
    now: PillarStanding
    now_fraction: float
    cells: tuple[LevelCell, ...]


@dataclass(frozen=True, slots=True)
class GainRow:
    """A criterion newly met, with the projects that do it."""

    criterion: models.Criterion
    projects: tuple[models.Project, ...]
    implied_by: str | None


@dataclass(frozen=True, slots=True)
class YearGains:
    """What a year brings."""

    year: int
    met: int
    total: int
    rows: tuple[GainRow, ...]


@dataclass(frozen=True, slots=True)
class DelayRow:
    """A criterion held back: planned for a year, expected in another or in none."""

    criterion: models.Criterion
    planned_year: int
    year: int | None


@dataclass(frozen=True, slots=True)
class LateRow:
    """A project in danger: when it was planned, when it is expected, why, and what that costs."""

    project: models.Project
    planned_year: int | None
    expected_year: int | None
    why: str
    delays: tuple[DelayRow, ...]


@dataclass(frozen=True, slots=True)
class GapRow:
    """The criteria of a pillar that no project would satisfy."""

    pillar: models.Pillar
    tone: str
    criteria: tuple[models.Criterion, ...]


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """Everything on the page."""

    reading: Reading
    chart: charts.Lines
    years: tuple[int, ...]
    rows: tuple[PillarRow, ...]
    gains: tuple[YearGains, ...]
    late: tuple[LateRow, ...]
    gaps: tuple[GapRow, ...]
    gap_count: int
    delayed_count: int
    met_now: int
    met_at_end: int
    total: int
    end_year: int
    grounds: tuple[tuple[str, int], ...]


def forecast_page(expected: Expected, reading: Reading) -> ForecastPage:
    """Work out what the page shows in a reading."""
    portfolio, forecast = expected.portfolio, expected.forecast
    outlook = forecast.outlook(reading)
    return ForecastPage(
        reading=reading,
        chart=share_chart(forecast),
        years=tuple(o.year for o in outlook),
        rows=tuple(_pillar_row(portfolio, forecast, outlook, code) for code in forecast.pillars),
        gains=tuple(_year_gains(portfolio, o) for o in outlook),
        late=tuple(late_row(portfolio, late) for late in forecast.late),
        gaps=tuple(_gaps(portfolio, forecast)),
        gap_count=len(forecast.unreachable),
        delayed_count=len(forecast.delays),
        met_now=len(forecast.met_now),
        met_at_end=len(outlook[-1].met),
        total=len(forecast.criteria),
        end_year=outlook[-1].year,
        grounds=tuple(_grounds(forecast.expectations(reading))),
    )


def reading_tabs(current: Reading, *, with_demonstrations: bool) -> tuple[ReadingTab, ...]:
    """Return the links between the two readings; the other choices stay as they are."""
    rest = {"demonstration": "on"} if with_demonstrations else {}
    return tuple(
        ReadingTab(_(label), "?" + urlencode({"reading": str(reading), **rest}), reading is current)
        for reading, label in READING_LABELS.items()
    )


def share_chart(forecast: Forecast) -> charts.Lines:
    """Return how many criteria are met at the end of each year, in both readings."""
    both = {reading: forecast.outlook(reading) for reading in (Reading.PLANNED, Reading.REPORTED)}
    total, last = len(forecast.criteria), both[Reading.REPORTED][-1]
    return charts.Lines(
        key="criteria-by-year",
        title=_("Criteria met at the end of each year"),
        description=_(
            "Of %(total)s criteria, %(now)s are met now; at the end of %(year)s %(planned)s as planned "
            "and %(reported)s as reported."
        )
        % {
            "total": total,
            "now": len(forecast.met_now),
            "year": last.year,
            "planned": len(both[Reading.PLANNED][-1].met),
            "reported": len(last.met),
        },
        x_label=_("End of the year"),
        y_label=_("Criteria met"),
        x_is_year=True,
        lines=tuple(
            charts.Line(
                label=_(READING_LABELS[reading]),
                tone=tone,
                is_expected=reading is Reading.PLANNED,
                points=tuple(charts.Point(x=o.year, y=len(o.met), label=str(len(o.met))) for o in both[reading]),
            )
            for reading, tone in ((Reading.PLANNED, Tone.STIBNITE), (Reading.REPORTED, Tone.STREAM))
        ),
    )


def late_row(portfolio: Portfolio, late: Late) -> LateRow:
    """Return a late project in words."""
    return LateRow(
        project=portfolio.projects[late.project],
        planned_year=late.planned.year,
        expected_year=late.expected.year,
        why=_(GROUND_LABELS[late.expected.ground]),
        delays=tuple(DelayRow(portfolio.criteria[d.criterion], d.planned_year, d.year) for d in late.delays),
    )


def criteria_words(count: int) -> str:
    """Return a number of criteria in words, for labels of charts."""
    return ngettext("%(count)s criterion", "%(count)s criteria", count) % {"count": count}


def _pillar_row(portfolio: Portfolio, forecast: Forecast, outlook: Iterable[Outlook], code: str) -> PillarRow:
    now = forecast.standing_now(code)
    cells, before = [], now
    for year in outlook:
        standing = next(s for s in year.pillars if s.pillar == code)
        cells.append(LevelCell(year.year, standing, float(standing.fraction), standing.level > before.level))
        before = standing
    return PillarRow(portfolio.pillars[code], TONES[code], now, float(now.fraction), tuple(cells))


def _year_gains(portfolio: Portfolio, outlook: Outlook) -> YearGains:
    rows = tuple(
        GainRow(portfolio.criteria[g.criterion], tuple(portfolio.projects[p] for p in g.projects), g.implied_by)
        for g in outlook.gains
    )
    return YearGains(outlook.year, len(outlook.met), len(portfolio.facts), rows)


def _gaps(portfolio: Portfolio, forecast: Forecast) -> Iterable[GapRow]:
    for code in forecast.pillars:
        criteria = tuple(
            portfolio.criteria[c] for c in forecast.unreachable if portfolio.criteria[c].pillar.code == code
        )
        if criteria:
            yield GapRow(portfolio.pillars[code], TONES[code], criteria)


def _grounds(expectations: Mapping[str, Expectation]) -> Iterable[tuple[str, int]]:
    """Return how many projects each rule decides, in the order of the rules."""
    for ground, label in GROUND_LABELS.items():
        count = sum(e.ground is ground for e in expectations.values())
        if count:
            yield _(label), count
