"""The forecast as a page shows it: a chart, a table of levels, and lists of gains, late projects and gaps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
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

PLACE = "CODE"
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
class Linked:
    """A criterion or a project with its words and the address of its page."""

    code: str
    words: str
    href: str


class Addresses:
    """Where the pages of criteria and projects are, in the language of the reader; asked of Django only once."""

    def __init__(self, portfolio: Portfolio) -> None:
        self._portfolio = portfolio
        self._criterion = reverse("strategy:criterion", args=[PLACE])
        self._project = reverse("strategy:project", args=[PLACE])

    def criterion(self, code: str) -> Linked:
        """Return a criterion with its address."""
        return Linked(code, self._portfolio.criteria[code].text, self._criterion.replace(PLACE, code))

    def project(self, code: str) -> Linked:
        """Return a project with its address."""
        return Linked(code, self._portfolio.projects[code].title, self._project.replace(PLACE, code))


@dataclass(frozen=True, slots=True)
class ReadingTab:
    """A link to the page in one reading."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class LevelCell:
    """The level of a pillar at the end of a year, beside what it was the year before."""

    year: int
    standing: PillarStanding
    fraction: float
    is_same: bool
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

    criterion: Linked
    projects: tuple[Linked, ...]
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

    criterion: Linked
    planned_year: int
    year: int | None


@dataclass(frozen=True, slots=True)
class LateRow:
    """A project in danger: when it was planned, when it is expected, why, and what that costs."""

    project: Linked
    planned_year: int | None
    expected_year: int | None
    why: str
    delays: tuple[DelayRow, ...]


@dataclass(frozen=True, slots=True)
class GapRow:
    """The criteria of a pillar that no project would satisfy."""

    pillar: models.Pillar
    tone: str
    criteria: tuple[Linked, ...]


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
    outlook, pages = forecast.outlook(reading), Addresses(portfolio)
    return ForecastPage(
        reading=reading,
        chart=share_chart(forecast),
        years=tuple(o.year for o in outlook),
        rows=tuple(_pillar_row(portfolio, forecast, outlook, code) for code in forecast.pillars),
        gains=tuple(_year_gains(pages, o, len(forecast.criteria)) for o in outlook),
        late=tuple(_late_row(pages, late) for late in forecast.late),
        gaps=tuple(_gaps(portfolio, forecast, pages)),
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
        description=ngettext(
            "Of %(total)s criterion, met now: %(now)s; at the end of %(year)s, as planned: %(planned)s, "
            "as reported: %(reported)s.",
            "Of %(total)s criteria, met now: %(now)s; at the end of %(year)s, as planned: %(planned)s, "
            "as reported: %(reported)s.",
            total,
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


def _late_row(pages: Addresses, late: Late) -> LateRow:
    return LateRow(
        project=pages.project(late.project),
        planned_year=late.planned.year,
        expected_year=late.expected.year,
        why=_(GROUND_LABELS[late.expected.ground]),
        delays=tuple(DelayRow(pages.criterion(d.criterion), d.planned_year, d.year) for d in late.delays),
    )


def criteria_words(count: int) -> str:
    """Return a number of criteria in words, for labels of charts."""
    return ngettext("%(count)s criterion", "%(count)s criteria", count) % {"count": count}


def _pillar_row(portfolio: Portfolio, forecast: Forecast, outlook: Iterable[Outlook], code: str) -> PillarRow:
    now = forecast.standing_now(code)
    cells, before = [], now
    for year in outlook:
        standing = next(s for s in year.pillars if s.pillar == code)
        rises = standing.level > before.level
        cells.append(LevelCell(year.year, standing, float(standing.fraction), standing == before, rises))
        before = standing
    return PillarRow(portfolio.pillars[code], TONES[code], now, float(now.fraction), tuple(cells))


def _year_gains(pages: Addresses, outlook: Outlook, total: int) -> YearGains:
    rows = tuple(
        GainRow(pages.criterion(g.criterion), tuple(pages.project(p) for p in g.projects), g.implied_by)
        for g in outlook.gains
    )
    return YearGains(outlook.year, len(outlook.met), total, rows)


def _gaps(portfolio: Portfolio, forecast: Forecast, pages: Addresses) -> Iterable[GapRow]:
    for code in forecast.pillars:
        criteria = tuple(pages.criterion(c) for c in forecast.unreachable if portfolio.criteria[c].pillar == code)
        if criteria:
            yield GapRow(portfolio.pillars[code], TONES[code], criteria)


def _grounds(expectations: Mapping[str, Expectation]) -> Iterable[tuple[str, int]]:
    """Return how many projects each rule decides, in the order of the rules."""
    for ground, label in GROUND_LABELS.items():
        count = sum(e.ground is ground for e in expectations.values())
        if count:
            yield _(label), count
