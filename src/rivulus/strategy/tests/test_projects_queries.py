"""Finding projects and adding up their money, each against a slow twin written in plain Python."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from rivulus.identity.models import Person
from rivulus.kernel.words import fold
from rivulus.strategy import models
from rivulus.strategy.queries import budget
from rivulus.strategy.queries.projects import (
    Order,
    ProjectFilter,
    get_project,
    list_owing,
    list_projects,
)
from rivulus.strategy.rules.budget import years_of
from rivulus.strategy.rules.projects import STATUS_OF_MATURITY, HalfYear
from rivulus.strategy.terms import Status

pytestmark = pytest.mark.usefixtures("city")
TODAY = dt.date(2026, 11, 22)


def report(code: str, by: Person, period: HalfYear, status: Status = Status.IN_PROGRESS, **more: Any) -> Any:
    values = {"percent": 10, "spent_eur": Decimal("100.50"), "summary": "Done.", "reported_at": timezone.now()} | more
    return models.ProgressReport.objects.create(
        project=models.Project.objects.get(code=code),
        year=period.year,
        half=period.half,
        status=status,
        reported_by=by,
        **values,
    )


def codes(wanted: ProjectFilter) -> list[str]:
    return [p.code for p in list_projects(wanted)]


def test_there_are_111_projects_in_the_order_of_the_portfolio() -> None:
    found = codes(ProjectFilter())
    assert len(found) == len(set(found)) == 111
    # Numbers are ordered as numbers: 9 comes before 10.
    numbers = [p.number for p in list_projects(ProjectFilter(direction="D2.1"))]
    assert numbers == sorted(numbers)


def test_words_are_found_without_their_accents() -> None:
    with_accents = codes(ProjectFilter(q="învățământ"))
    assert with_accents == codes(ProjectFilter(q="INVATAMANT")) == codes(ProjectFilter(q="  invatamânt "))


@pytest.mark.parametrize("q", ["parc", "oras", "platforma digitala", "városi", "D1.2", "zmbm", "%", "_", "' --", "\\"])
def test_the_search_agrees_with_its_twin(q: str) -> None:
    def texts(p: models.Project) -> str:
        return fold(" ".join([p.code, p.title_ro, p.title_en, p.title_hu, p.responsible]))  # type: ignore[attr-defined]

    twin = {p.code for p in models.Project.objects.all() if all(word in texts(p) for word in fold(q).split())}
    assert set(codes(ProjectFilter(q=q))) == twin


FILTERS: list[tuple[ProjectFilter, Callable[[models.Project], bool]]] = [
    (ProjectFilter(pillar="E"), lambda p: p.direction.pillar.code == "E"),
    (ProjectFilter(direction="D1.2"), lambda p: p.direction.code == "D1.2"),
    (ProjectFilter(priority="priority"), lambda p: p.priority == "priority"),
    (ProjectFilter(funding="por"), lambda p: "por" in {s.code for s in p.funding.all()}),
    (ProjectFilter(year_from=2026), lambda p: p.horizon_year is not None and p.horizon_year >= 2026),
    (ProjectFilter(year_to=2024), lambda p: p.horizon_year is not None and p.horizon_year <= 2024),
    (ProjectFilter(value_min=Decimal(1_000_000)), lambda p: p.value_eur is not None and p.value_eur >= 1_000_000),
    (ProjectFilter(value_max=Decimal(50_000)), lambda p: p.value_eur is not None and p.value_eur <= 50_000),
    (ProjectFilter(value_min=Decimal(0)), lambda p: p.value_eur is not None),
    (ProjectFilter(status="in_progress"), lambda p: STATUS_OF_MATURITY[p.maturity] is Status.IN_PROGRESS),
    (
        ProjectFilter(pillar="L", funding="local_budget", year_to=2027),
        lambda p: (
            p.direction.pillar.code == "L"
            and "local_budget" in {s.code for s in p.funding.all()}
            and p.horizon_year is not None
            and p.horizon_year <= 2027
        ),
    ),
]


@pytest.mark.parametrize(("wanted", "keeps"), FILTERS)
def test_every_filter_agrees_with_its_twin(wanted: ProjectFilter, keeps: Callable[[models.Project], bool]) -> None:
    everything = models.Project.objects.select_related("direction__pillar").prefetch_related("funding")
    twin = {p.code for p in everything if keeps(p)}
    found = codes(wanted)
    assert len(found) == len(set(found))
    assert set(found) == twin
    assert twin


@pytest.mark.parametrize("order", list(Order))
def test_every_order_keeps_all_projects_and_puts_the_unknown_last(order: Order) -> None:
    found = list(list_projects(ProjectFilter(order=order)))
    assert len(found) == 111
    column = {"value": "value_eur", "horizon": "horizon_year", "percent": "latest_percent"}.get(order.lstrip("-"))
    if column:
        values = [getattr(p, column) for p in found]
        known = [v for v in values if v is not None]
        assert values[len(known) :] == [None] * (111 - len(known))
        assert known == sorted(known, reverse=order.startswith("-"))


def test_the_list_takes_one_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        for project in list_projects(ProjectFilter(q="parc", funding="por", pillar="Me", status="idea")):
            assert project.direction.pillar.code == "Me"


def test_the_status_comes_from_the_latest_half_year_not_from_the_latest_row(bogdan: Person) -> None:
    report("D1.1.1", bogdan, HalfYear(2025, 2), Status.IN_PROGRESS, percent=40)
    report("D1.1.1", bogdan, HalfYear(2024, 2), Status.PREPARING, percent=5)
    project = get_project("D1.1.1")
    assert (project.current_status, project.latest_percent, project.latest_year) == ("in_progress", 40, 2025)
    report("D1.1.1", bogdan, HalfYear(2025, 2), Status.IN_PROGRESS, percent=45)
    assert get_project("D1.1.1").latest_percent == 45


def test_a_demonstration_never_moves_a_project(bogdan: Person) -> None:
    report("D1.1.1", bogdan, HalfYear(2026, 1), Status.DONE, percent=100, is_demonstration=True)
    project = get_project("D1.1.1")
    assert (project.current_status, project.latest_percent) == ("idea", None)


def test_a_reported_status_is_found_by_the_filter(bogdan: Person) -> None:
    report("D1.1.1", bogdan, HalfYear(2026, 1), Status.SUSPENDED)
    assert codes(ProjectFilter(status="suspended")) == ["D1.1.1"]
    assert "D1.1.1" not in codes(ProjectFilter(status="idea"))


def test_projects_in_preparation_or_under_way_owe_a_report() -> None:
    running = {m for m, s in STATUS_OF_MATURITY.items() if s in (Status.PREPARING, Status.APPLIED, Status.IN_PROGRESS)}
    twin = set(models.Project.objects.filter(maturity__in=running).values_list("code", flat=True))
    owing = list_owing(today=TODAY)
    assert {late.project.code for late in owing} == twin
    assert {(late.period, late.days_late) for late in owing} == {(HalfYear(2026, 1), 114)}


def test_a_reported_half_year_is_owed_no_more_even_when_the_project_went_on(bogdan: Person) -> None:
    report("D1.1.3", bogdan, HalfYear(2026, 2))
    assert "D1.1.3" in {late.project.code for late in list_owing(today=TODAY)}
    report("D1.1.3", bogdan, HalfYear(2026, 1))
    assert "D1.1.3" not in {late.project.code for late in list_owing(today=TODAY)}


def test_a_project_stopped_in_an_earlier_half_year_owes_nothing(bogdan: Person) -> None:
    report("D1.1.3", bogdan, HalfYear(2025, 2), Status.SUSPENDED)
    assert "D1.1.3" not in {late.project.code for late in list_owing(today=TODAY)}


def test_a_demonstration_does_not_pay_what_is_owed(bogdan: Person) -> None:
    report("D1.1.3", bogdan, HalfYear(2026, 1), is_demonstration=True)
    assert "D1.1.3" in {late.project.code for late in list_owing(today=TODAY)}


def test_what_is_owed_takes_two_queries(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        assert [m for late in list_owing(today=TODAY) for m in late.members] == []


# The money.


def everything() -> list[models.Project]:
    return list(models.Project.objects.select_related("direction__pillar").prefetch_related("funding"))


def twin_whole(project: models.Project) -> Decimal:
    assert project.value_eur is not None
    return sum(
        (project.value_eur for _ in years_of(rhythm=project.value_rhythm, horizon_year=project.horizon_year)),
        Decimal(0),
    )


def test_directions_add_up_as_their_twin() -> None:
    twin: dict[str, list[Decimal]] = defaultdict(list)
    silent: dict[str, int] = defaultdict(int)
    for project in everything():
        if project.value_eur is None:
            silent[project.direction.code] += 1
        else:
            twin[project.direction.code].append(twin_whole(project))
    found = {s.direction.code: s.share for s in budget.sum_by_direction()}
    assert {code: share.amount for code, share in found.items() if share.stated} == {c: sum(v) for c, v in twin.items()}
    assert {code: share.stated for code, share in found.items() if share.stated} == {c: len(v) for c, v in twin.items()}
    assert {code: share.unstated for code, share in found.items() if share.unstated} == dict(silent)
    assert sum(share.projects for share in found.values()) == 111


def test_years_add_up_as_their_twin() -> None:
    twin: dict[int | None, Decimal] = defaultdict(Decimal)
    numbers: dict[int | None, int] = defaultdict(int)
    for project in everything():
        if project.value_eur is not None:
            for year in years_of(rhythm=project.value_rhythm, horizon_year=project.horizon_year):
                twin[year] += project.value_eur
                numbers[year] += 1
    found = budget.sum_by_year()
    assert {s.year: s.amount for s in found} == dict(twin)
    assert {s.year: s.projects for s in found} == dict(numbers)
    years = [s.year for s in found if s.year]
    assert years == sorted(years)


def test_sources_add_up_as_their_twin_and_overlap() -> None:
    twin: dict[str | None, Decimal] = defaultdict(Decimal)
    numbers: dict[str | None, int] = defaultdict(int)
    for project in everything():
        for code in [s.code for s in project.funding.all()] or [None]:
            twin[code] += twin_whole(project) if project.value_eur is not None else 0
            numbers[code] += 1
    found = budget.sum_by_source()
    assert {s.source.code if s.source else None: s.share.amount for s in found} == dict(twin)
    assert {s.source.code if s.source else None: s.share.projects for s in found} == dict(numbers)
    assert sum(s.share.amount for s in found) > budget.get_totals().amount


@pytest.mark.parametrize(
    "wanted", [ProjectFilter(), ProjectFilter(pillar="Mo"), ProjectFilter(q="digital", year_to=2027)]
)
def test_years_directions_and_the_exclusive_split_come_to_the_same_total(wanted: ProjectFilter) -> None:
    totals = budget.get_totals(wanted)
    split = budget.split_by_source(wanted)
    shares = [*(s.share for s in split.one), split.several, split.none]
    assert sum((s.amount for s in budget.sum_by_year(wanted)), Decimal(0)) == totals.amount
    assert sum((s.share.amount for s in budget.sum_by_direction(wanted)), Decimal(0)) == totals.amount
    assert sum((s.amount for s in shares), Decimal(0)) == totals.amount
    assert sum(s.projects for s in shares) == totals.projects == list_projects(wanted).count()
    assert sum(s.unstated for s in shares) == totals.unstated


def test_sums_are_exact_to_the_cent() -> None:
    models.Project.objects.filter(code="D1.1.1").update(
        value_eur=Decimal("0.10"), value_rhythm="yearly", horizon_year=None
    )
    before = budget.get_totals(ProjectFilter(q="D1.1.1"))
    assert before.amount == Decimal("0.80")


def test_a_value_that_is_not_stated_is_listed_and_never_counted_as_nothing() -> None:
    found = budget.get_budget()
    assert {p.code for p in found.unstated} == {p.code for p in everything() if p.value_eur is None}
    assert found.totals.unstated == len(found.unstated)
    assert found.totals.projects == 111
    assert {p.code for p, _ in found.interpreted} == {
        p.code for p in everything() if p.value_eur is not None and p.value_rhythm in ("", "per_unit")
    }


def test_nothing_found_comes_to_nothing() -> None:
    nobody = ProjectFilter(q="xyzzy")
    found = budget.get_budget(nobody)
    assert (found.totals.projects, found.totals.amount, found.years, found.directions) == (0, 0, (), ())
    assert found.exclusive.several.projects == found.exclusive.none.projects == 0


def test_the_budget_takes_a_fixed_number_of_queries(django_assert_num_queries: Any) -> None:
    wanted = ProjectFilter()
    for one in (wanted, replace(wanted, pillar="E")):
        with django_assert_num_queries(8):
            budget.get_budget(one)


def test_the_value_until_the_end_agrees_with_the_database() -> None:
    values = [budget.value_until_end(project) for project in everything()]
    assert sum((value for value in values if value is not None), Decimal(0)) == budget.get_totals().amount
    assert values.count(None) == budget.get_totals().unstated
