"""The money of the portfolio, added up in the database by direction, by year and by source.

The rule of the sums is in ``rules.budget``. A value that chapter 5 does not state is in no sum but counted beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Func, IntegerField, Min, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Least

from rivulus.strategy import models
from rivulus.strategy.queries.projects import (
    EVERYTHING,
    ProjectFilter,
    find_projects,
    list_directions,
    list_funding_sources,
)
from rivulus.strategy.rules.budget import FIRST_YEAR, LAST_YEAR, Reading, reading_of, years_of

MONEY = DecimalField(max_digits=18, decimal_places=2)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Share:
    """A sum of stated values: how many projects are in it, and how many state none."""

    amount: Decimal
    stated: int
    unstated: int

    @property
    def projects(self) -> int:
        """Return the number of projects, with and without a stated value."""
        return self.stated + self.unstated


@dataclass(frozen=True, slots=True)
class DirectionShare:
    """The share of one direction of action."""

    direction: models.Direction
    share: Share


@dataclass(frozen=True, slots=True)
class YearShare:
    """What falls on one year; ``year`` None is what has no stated year."""

    year: int | None
    amount: Decimal
    projects: int


@dataclass(frozen=True, slots=True)
class SourceShare:
    """The share of one possible source; ``source`` None are projects without any."""

    source: models.FundingSource | None
    share: Share


@dataclass(frozen=True, slots=True)
class ExclusiveShares:
    """Every project once: with one possible source, with several, with none."""

    one: tuple[SourceShare, ...]
    several: Share
    none: Share


@dataclass(frozen=True, slots=True)
class Totals:
    """What a list of projects comes to."""

    projects: int
    amount: Decimal
    unstated: int


@dataclass(frozen=True, slots=True)
class Budget:
    """All sums of the portfolio, and the projects whose value had to be interpreted or is not stated."""

    totals: Totals
    directions: tuple[DirectionShare, ...]
    years: tuple[YearShare, ...]
    sources: tuple[SourceShare, ...]
    exclusive: ExclusiveShares
    unstated: tuple[models.Project, ...]
    interpreted: tuple[tuple[models.Project, Reading], ...]


def get_budget(wanted: ProjectFilter = EVERYTHING) -> Budget:
    """Return the sums of the projects wanted. Eight queries, whatever their number."""
    found = find_projects(wanted)
    unclear = Q(value_eur__isnull=True) | Q(value_rhythm__in=("", Reading.PER_UNIT))
    special = found.filter(unclear).order_by("direction__code", "number", "pk")
    readings = [(p, reading_of(has_value=p.value_eur is not None, rhythm=p.value_rhythm)) for p in special]
    directions = sum_by_direction(wanted)
    named = list(list_funding_sources())
    return Budget(
        totals=_total(tuple(share.share for share in directions)),
        directions=directions,
        years=sum_by_year(wanted),
        sources=sum_by_source(wanted, named=named),
        exclusive=split_by_source(wanted, named=named),
        unstated=tuple(p for p, reading in readings if reading is Reading.UNSTATED),
        interpreted=tuple(pair for pair in readings if pair[1] is not Reading.UNSTATED),
    )


def get_totals(wanted: ProjectFilter = EVERYTHING) -> Totals:
    """Return how many projects are wanted, what they come to until 2030, and how many state no value."""
    row = find_projects(wanted).aggregate(number=Count("pk"), amount=Sum(_whole()), stated=Count("value_eur"))
    return _total((_share(row),))


def sum_by_direction(wanted: ProjectFilter = EVERYTHING) -> tuple[DirectionShare, ...]:
    """Return the sum of each direction that has projects, pillar by pillar."""
    rows = {row["direction_id"]: _share(row) for row in _shares(find_projects(wanted).values("direction_id"))}
    return tuple(DirectionShare(d, rows[d.pk]) for d in list_directions() if d.pk in rows)


def sum_by_year(wanted: ProjectFilter = EVERYTHING) -> tuple[YearShare, ...]:
    """Return what falls on each year, the years without end in a row, then what has no stated year."""
    stated = find_projects(wanted).filter(value_eur__isnull=False)
    dated = stated.filter(Q(horizon_year__isnull=False) | Q(value_rhythm=Reading.YEARLY))
    rows = dated.annotate(year=_years()).values("year").annotate(amount=Sum("value_eur"), number=Count("pk"))
    years = [YearShare(row["year"], row["amount"], row["number"]) for row in rows.order_by("year")]
    rest = stated.filter(horizon_year__isnull=True).exclude(value_rhythm=Reading.YEARLY)
    undated = rest.aggregate(amount=Sum("value_eur"), number=Count("pk"))
    if undated["number"]:
        years.append(YearShare(None, undated["amount"], undated["number"]))
    return tuple(years)


def sum_by_source(
    wanted: ProjectFilter = EVERYTHING, *, named: Sequence[models.FundingSource] | None = None
) -> tuple[SourceShare, ...]:
    """Return the sum of the projects that name each source: one with several sources stands under each of them."""
    rows = {row["funding"]: _share(row) for row in _shares(find_projects(wanted).values("funding"))}
    sources = list_funding_sources() if named is None else named
    shares = [SourceShare(source, rows[source.pk]) for source in sources if source.pk in rows]
    shares.sort(key=lambda s: -s.share.amount)
    return (*shares, SourceShare(None, rows[None])) if None in rows else tuple(shares)


def split_by_source(
    wanted: ProjectFilter = EVERYTHING, *, named: Sequence[models.FundingSource] | None = None
) -> ExclusiveShares:
    """Return every project once: under its only source, under *several sources*, or under *none stated*."""
    counted = find_projects(wanted).annotate(sources=Count("funding"), only=Min("funding"), amount=_whole())
    several, none, one = Share(ZERO, 0, 0), Share(ZERO, 0, 0), dict[int, Share]()
    # One row for each project: the grouping is by a count, which SQL would need a second SELECT for.
    for number, only, amount in counted.values_list("sources", "only", "amount"):
        share = Share(amount or ZERO, int(amount is not None), int(amount is None))
        if number == 0:
            none = _added(none, share)
        elif number > 1:
            several = _added(several, share)
        else:
            one[only] = _added(one.get(only, Share(ZERO, 0, 0)), share)
    sources = list_funding_sources() if named is None else named
    shares = [SourceShare(source, one[source.pk]) for source in sources if source.pk in one]
    return ExclusiveShares(tuple(sorted(shares, key=lambda s: -s.share.amount)), several, none)


def value_until_end(project: models.Project) -> Decimal | None:
    """Return what a project comes to until 2030; None when chapter 5 states no value."""
    if project.value_eur is None:
        return None
    return project.value_eur * len(years_of(rhythm=project.value_rhythm, horizon_year=project.horizon_year))


class Years(Func):
    """One row for each year from the first to the last."""

    function = "generate_series"
    arity = 2
    set_returning = True
    output_field = IntegerField()


def _last_year() -> Combinable:
    return Coalesce(Cast("horizon_year", IntegerField()), Value(LAST_YEAR))


def _years() -> Combinable:
    first = Case(When(value_rhythm=Reading.YEARLY, then=Least(_last_year(), Value(FIRST_YEAR))), default=_last_year())
    return Years(first, _last_year())


def _whole() -> Combinable:
    """The value of a project until 2030; NULL when it states none."""
    years = _last_year() - Least(_last_year(), Value(FIRST_YEAR)) + Value(1)
    yearly = Cast(F("value_eur") * Cast(years, MONEY), MONEY)
    return Case(When(value_rhythm=Reading.YEARLY, then=yearly), default=Cast("value_eur", MONEY), output_field=MONEY)


def _shares(grouped: QuerySet[models.Project, Any]) -> QuerySet[models.Project, Any]:
    return grouped.annotate(amount=Sum(_whole()), number=Count("pk"), stated=Count("value_eur"))


def _share(row: dict[str, object]) -> Share:
    number, stated = int(str(row["number"])), int(str(row["stated"]))
    return Share(Decimal(str(row["amount"] or 0)), stated, number - stated)


def _total(shares: Sequence[Share]) -> Totals:
    amount = sum((share.amount for share in shares), ZERO)
    return Totals(sum(s.projects for s in shares), amount, sum(s.unstated for s in shares))


def _added(one: Share, other: Share) -> Share:
    return Share(one.amount + other.amount, one.stated + other.stated, one.unstated + other.unstated)
