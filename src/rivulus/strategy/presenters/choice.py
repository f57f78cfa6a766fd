"""The answer to a what-if as a page shows it: levels, projects and what each brings, criteria, and the frontier."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from rivulus.kernel.words import N_
from rivulus.strategy import models
from rivulus.strategy.presenters.forecast import Addresses, GainRow, Linked, criteria_words
from rivulus.strategy.queries.choice import Outcome
from rivulus.strategy.queries.forecast import Portfolio
from rivulus.strategy.rules.budget import Reading, reading_of
from rivulus.strategy.rules.choice import Choice, LeftOut, Missing, Share, Wish
from rivulus.strategy.rules.matrix import PillarStanding
from rivulus.strategy.rules.optimum import Point
from rivulus.strategy.terms import TONES
from rivulus.ui import charts
from rivulus.ui.rules import format_money
from rivulus.ui.terms import Tone

LEFT_OUT_LABELS = {
    LeftOut.EXCLUDED: N_("Left out because you ask so"),
    LeftOut.NO_VALUE: N_("No value is stated in chapter 5"),
    LeftOut.AFTER_HORIZON: N_("Planned to end after the horizon"),
    LeftOut.STOPPED: N_("Suspended or abandoned"),
}
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A pillar before and after."""

    pillar: models.Pillar
    tone: str
    before: PillarStanding
    before_fraction: float
    after: PillarStanding
    after_fraction: float
    rises: bool


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A chosen project, what it brings, and the addresses of the same question without it or with it kept in."""

    project: Linked
    cost_eur: int
    is_without_value: bool
    lost: tuple[Linked, ...]
    helps: int
    is_kept_in: bool
    without_href: str


@dataclass(frozen=True, slots=True)
class CornerRow:
    """A corner of the frontier, and what changes from the corner before."""

    criteria: int
    cost_eur: int
    added: tuple[Linked, ...]
    dropped: tuple[Linked, ...]
    href: str


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """Projects not among those to choose from, for one reason."""

    reason: str
    projects: tuple[Linked, ...]


@dataclass(frozen=True, slots=True)
class MissingRow:
    """A criterion out of reach, and the projects left out that would satisfy it."""

    criterion: Linked
    blocked: tuple[tuple[Linked, str], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The choice in five numbers."""

    projects: int
    cost_eur: int
    left_eur: int | None
    criteria: int
    in_pillar: int | None


@dataclass(frozen=True, slots=True)
class ChoicePage:
    """Everything on the page below the question."""

    summary: Summary | None
    levels: tuple[LevelRow, ...]
    projects: tuple[ProjectRow, ...]
    gains: tuple[GainRow, ...]
    obstacle: str
    missing: tuple[MissingRow, ...]
    least_eur: int | None
    least_href: str
    chart: charts.Lines | None
    corners: tuple[CornerRow, ...]
    left_out: tuple[LeftOutRow, ...]
    awaiting: tuple[Linked, ...]
    unclear: tuple[str, ...]
    per_unit: tuple[str, ...]
    yearly: tuple[str, ...]
    years: int
    pillar: models.Pillar | None


def choice_page(
    portfolio: Portfolio, wish: Wish, outcome: Outcome, *, asked: Mapping[str, str], this_year: int
) -> ChoicePage:
    """Work out what the page shows; ``asked`` is the question as the address has it."""
    found, impossible = outcome.choice, outcome.impossible
    least, pages = impossible.least_eur if impossible else None, Addresses(portfolio)
    return ChoicePage(
        summary=_summary(wish, outcome, found) if found else None,
        levels=_levels(portfolio, found) if found else (),
        projects=tuple(_projects(pages, wish, outcome, found.shares, asked)) if found else (),
        gains=_gains(pages, found) if found else (),
        obstacle=str(impossible.obstacle) if impossible else "",
        missing=tuple(_missing(pages, m) for m in impossible.missing) if impossible else (),
        least_eur=least,
        least_href=_address(asked, budget=str(least)) if least is not None else "",
        chart=frontier_chart(portfolio, wish, outcome) if outcome.frontier else None,
        corners=tuple(_corners(pages, outcome.frontier, asked)),
        left_out=tuple(_left_out(portfolio, pages, outcome.problem.left_out)),
        awaiting=tuple(pages.criterion(c) for c in outcome.problem.awaiting),
        unclear=_read_as(portfolio, outcome, Reading.UNCLEAR),
        per_unit=_read_as(portfolio, outcome, Reading.PER_UNIT),
        yearly=_read_as(portfolio, outcome, Reading.YEARLY),
        years=wish.horizon - this_year,
        pillar=portfolio.pillars[wish.pillar] if wish.pillar else None,
    )


def frontier_chart(portfolio: Portfolio, wish: Wish, outcome: Outcome) -> charts.Lines:
    """Return least cost against criteria as steps, with the budget marked."""
    points = outcome.frontier
    last, most = points[-1].cost_eur, points[-1].criteria
    lines = [
        charts.Line(
            label=_("Least cost"),
            tone=TONES[wish.pillar] if wish.pillar else Tone.STREAM,
            is_step=True,
            points=tuple(charts.Point(x=p.cost_eur / MILLION, y=p.criteria) for p in points),
        )
    ]
    if wish.budget_eur is not None and outcome.choice is not None:
        gains = outcome.choice.gains if outcome.choice else ()
        reached = sum(g.criterion in outcome.problem.focus for g in gains)
        # Beyond the last corner more money buys nothing: the mark stays there, so that the drawing keeps its scale.
        place = min(wish.budget_eur, last) / MILLION
        mark = charts.Point(x=place, y=reached, label=criteria_words(reached), is_highlighted=True)
        lines.append(charts.Line(label=_("Your budget"), tone=Tone.CHESTNUT, points=(mark,)))
    values = {"count": most, "cost": format_money(last, language=get_language() or "ro")}
    if wish.pillar:
        description = ngettext(
            "At most %(count)s criterion of %(pillar)s can be newly met, for %(cost)s at least.",
            "At most %(count)s criteria of %(pillar)s can be newly met, for %(cost)s at least.",
            most,
        )
        values["pillar"] = portfolio.pillars[wish.pillar].name
    else:
        description = ngettext(
            "At most %(count)s criterion can be newly met, for %(cost)s at least.",
            "At most %(count)s criteria can be newly met, for %(cost)s at least.",
            most,
        )
    return charts.Lines(
        key="frontier",
        title=_("The least money for each number of criteria"),
        description=description % values,
        x_label=_("Cost, million euros"),
        y_label=_("Criteria newly met"),
        x_decimals=2,
        lines=tuple(lines),
    )


def _summary(wish: Wish, outcome: Outcome, found: Choice) -> Summary:
    in_pillar = sum(g.criterion in outcome.problem.focus for g in found.gains) if wish.pillar else None
    left = wish.budget_eur - found.cost_eur if wish.budget_eur is not None else None
    return Summary(len(found.selected), found.cost_eur, left, len(found.gains), in_pillar)


def _levels(portfolio: Portfolio, found: Choice) -> tuple[LevelRow, ...]:
    return tuple(
        LevelRow(
            pillar=portfolio.pillars[before.pillar],
            tone=TONES[before.pillar],
            before=before,
            before_fraction=float(before.fraction),
            after=after,
            after_fraction=float(after.fraction),
            rises=after.level > before.level,
        )
        for before, after in zip(found.before, found.after, strict=True)
    )


def _projects(
    pages: Addresses, wish: Wish, outcome: Outcome, shares: Iterable[Share], asked: Mapping[str, str]
) -> Iterable[ProjectRow]:
    """Return the chosen projects, those without which most criteria would be lost first."""
    for share in sorted(shares, key=lambda s: (-len(s.lost), -s.helps, s.cost_eur)):
        yield ProjectRow(
            project=pages.project(share.project),
            cost_eur=share.cost_eur,
            is_without_value=share.project in outcome.problem.counted_free,
            lost=tuple(pages.criterion(c) for c in share.lost),
            helps=share.helps,
            is_kept_in=share.project in wish.included,
            without_href=_address(
                asked,
                include=" ".join(sorted(wish.included - {share.project})),
                exclude=" ".join(sorted({*wish.excluded, share.project})),
            ),
        )


def _gains(pages: Addresses, found: Choice) -> tuple[GainRow, ...]:
    return tuple(
        GainRow(pages.criterion(g.criterion), tuple(pages.project(p) for p in g.projects), g.implied_by)
        for g in found.gains
    )


def _missing(pages: Addresses, missing: Missing) -> MissingRow:
    blocked = tuple((pages.project(code), _(LEFT_OUT_LABELS[reason])) for code, reason in missing.blocked)
    return MissingRow(pages.criterion(missing.criterion), blocked)


def _corners(pages: Addresses, points: Iterable[Point], asked: Mapping[str, str]) -> Iterable[CornerRow]:
    before: set[str] = set()
    for point in points:
        now = set(point.selected)
        yield CornerRow(
            criteria=point.criteria,
            cost_eur=point.cost_eur,
            added=tuple(pages.project(p) for p in sorted(now - before)),
            dropped=tuple(pages.project(p) for p in sorted(before - now)),
            href=_address(asked, budget=str(point.cost_eur)),
        )
        before = now


def _left_out(portfolio: Portfolio, pages: Addresses, left_out: Mapping[str, LeftOut]) -> Iterable[LeftOutRow]:
    for reason, label in LEFT_OUT_LABELS.items():
        projects = tuple(pages.project(code) for code in portfolio.projects if left_out.get(code) is reason)
        if projects:
            yield LeftOutRow(_(label), projects)


def _read_as(portfolio: Portfolio, outcome: Outcome, reading: Reading) -> tuple[str, ...]:
    """Return the projects to choose from whose value is read so."""
    return tuple(
        code
        for code in outcome.problem.costs
        if reading_of(
            has_value=portfolio.projects[code].value_eur is not None, rhythm=portfolio.projects[code].value_rhythm
        )
        is reading
    )


def _address(asked: Mapping[str, str], **changes: str) -> str:
    kept = {name: value for name, value in asked.items() if name not in {"page", "gains"}}
    return "?" + urlencode({name: value for name, value in {**kept, **changes}.items() if value or name == "budget"})
