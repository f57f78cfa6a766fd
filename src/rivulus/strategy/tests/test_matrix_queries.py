"""Facts about reading the matrix: it agrees with a naive twin, whatever was said, in whatever order."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from rivulus.identity.models import Person
from rivulus.kernel import clock
from rivulus.strategy import models
from rivulus.strategy.queries import criterion as criteria
from rivulus.strategy.queries import matrix
from rivulus.strategy.rules.matrix import LEVELS
from rivulus.strategy.terms import Basis, Mode, State, Verdict

TODAY = dt.date(2026, 11, 20)


def naive_stated(day: dt.date) -> dict[str, tuple[str, str, dt.date]]:
    """The statement in force of each criterion, found by looking at every row in Python."""
    best: dict[str, models.Assessment] = {}
    for row in models.Assessment.objects.select_related("criterion").order_by("id"):
        decision = models.AssessmentDecision.objects.filter(assessment=row).first()
        waits = row.basis == "declared" and row.needs_confirmation and (not decision or decision.verdict != "confirmed")
        if row.is_demonstration or waits or row.valid_from > day:
            continue
        known = best.get(row.criterion.code)
        rank = (row.basis == "declared", row.valid_from, row.pk)
        if known is None or rank > (known.basis == "declared", known.valid_from, known.pk):
            best[row.criterion.code] = row
    return {code: (row.state, row.basis, row.valid_from) for code, row in best.items()}


def naive_level(pillar: str, met: set[str]) -> int:
    """The level of a pillar, counted level by level from the rows."""
    level = 0
    while level < 5:
        wanted = models.Criterion.objects.filter(pillar__code=pillar, level=level + 1)
        if not all(c.code in met for c in wanted):
            break
        level += 1
    return level


def _say_at_random(people: list[Person], rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    criteria_ = list(models.Criterion.objects.order_by("id"))
    for _ in range(rounds):
        criterion = chance.choice(criteria_[:30])
        row = models.Assessment.objects.create(
            criterion=criterion,
            state=chance.choice(list(State)),
            basis=Basis.DECLARED,
            valid_from=TODAY - dt.timedelta(days=chance.randint(-30, 1500)),
            reason="Un motiv.",
            needs_confirmation=chance.random() < 0.4,
            is_demonstration=chance.random() < 0.15,
            declared_by=people[0],
            declared_at=clock.now(),
        )
        if row.needs_confirmation and chance.random() < 0.7:
            models.AssessmentDecision.objects.create(
                assessment=row, verdict=chance.choice(list(Verdict)), decided_by=people[1], decided_at=clock.now()
            )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_statement_in_force_agrees_with_looking_at_every_row(
    city: None, ioana: Person, mara: Person, seed: int
) -> None:
    _say_at_random([ioana, mara], 150, seed)
    for day in (dt.date(2022, 6, 1), dt.date(2024, 2, 29), TODAY):
        found = {code: (s.state, s.basis, s.since) for code, s in matrix.stated_at(day).items()}
        assert found == naive_stated(day)


@pytest.mark.parametrize("at", [dt.date(2015, 1, 1), dt.date(2022, 12, 31), None])
def test_levels_of_baia_mare_agree_with_counting_by_hand(city: None, at: dt.date | None) -> None:
    found = matrix.get_matrix(at)
    assert len(found.cells) == 127
    met = {cell.code for cell in found.cells if cell.state is State.MET}
    under_way = met | {cell.code for cell in found.cells if cell.state is State.IN_PROGRESS}
    expected = {cell.code for cell in found.cells if cell.is_expected}
    for column in found.columns:
        code = column.pillar.code
        assert column.now.level == naive_level(code, met)
        assert column.in_progress.level == naive_level(code, under_way)
        assert column.expected.level == naive_level(code, expected)
        level_above = [c for c in found.cells if c.pillar == code and c.level == column.now.level + 1]
        assert (column.now.met, column.now.total) == (sum(c.code in met for c in level_above), len(level_above))


def test_before_the_baseline_nothing_is_known(city: None) -> None:
    found = matrix.get_matrix(dt.date(2022, 12, 30))
    assert Counter(cell.state for cell in found.cells) == {State.UNKNOWN: 127}
    assert all(column.now.level == 0 for column in found.columns)


def test_states_of_2022_are_those_of_the_pack_with_ladders_applied(city: None) -> None:
    found = matrix.get_matrix(dt.date(2022, 12, 31))
    said = dict(models.Assessment.objects.values_list("criterion__code", "state"))
    for cell in found.cells:
        if cell.implied_by is None:
            assert cell.state == said[cell.code]
        else:
            assert found_state(found, cell.implied_by) is cell.state


def found_state(found: matrix.Matrix, code: str) -> State:
    return next(cell.state for cell in found.cells if cell.code == code)


def test_every_criterion_stands_once_in_its_pillar_and_level(city: None) -> None:
    found = matrix.get_matrix()
    placed = Counter((cell.pillar, cell.level) for cell in found.cells)
    rows = Counter(models.Criterion.objects.values_list("pillar__code", "level"))
    assert placed == rows
    assert set(LEVELS) == {level.number for level in found.levels}


def test_the_matrix_speaks_the_language_of_the_reader(city: None) -> None:
    texts = {}
    for language in ("ro", "en", "hu"):
        with translation.override(language):
            texts[language] = matrix.get_matrix().cells[0].text
    assert len(set(texts.values())) == 3


def _measurement(link: models.CriterionProbe, at: dt.datetime, *, passed: bool, silent: bool = False) -> None:
    reading = models.ProbeReading.objects.create(probe=link.probe, at=at, value=1.0, unit="%", inputs={})
    models.Measurement.objects.create(
        link=link,
        criterion=link.criterion,
        reading=reading,
        passed=passed,
        silent=silent,
        mode=link.mode,
        threshold=link.threshold,
        comparator=link.comparator,
        at=at,
    )


def _at(day: int, hour: int = 12) -> dt.datetime:
    return dt.datetime(2026, 5, day, hour, tzinfo=clock.CITY_ZONE)


def test_the_last_answer_of_a_link_is_in_force_at_the_end_of_the_day(city: None) -> None:
    link = models.CriterionProbe.objects.order_by("id")[0]
    _measurement(link, _at(3), passed=True)
    _measurement(link, _at(5, 23), passed=False)
    _measurement(link, _at(9), passed=False, silent=True)
    answers = {day: matrix.measured_at(dt.date(2026, 5, day)).get(link.criterion.code) for day in (2, 3, 4, 5, 8, 9)}
    assert [bool(answers[day]) for day in (2, 3, 4, 5, 8, 9)] == [False, True, True, True, True, False]
    assert [answers[day][0].passed for day in (3, 4, 5, 8)] == [True, True, False, False]  # type: ignore[index]


def test_an_edited_link_changes_no_matrix_of_an_earlier_day(city: None) -> None:
    link = models.CriterionProbe.objects.order_by("id")[0]
    link.mode = Mode.MEASURED
    link.save()
    _measurement(link, _at(3), passed=True)
    day = dt.date(2026, 5, 4)
    before = matrix.get_matrix(day)
    models.CriterionProbe.objects.filter(pk=link.pk).update(mode=Mode.BOTH, withdrawn=True, threshold=1)
    assert matrix.get_matrix(day).cells == before.cells
    assert found_state(before, link.criterion.code) is State.MET


def test_the_matrix_is_read_in_six_queries(city: None, django_assert_num_queries: Callable[[int], Any]) -> None:
    with django_assert_num_queries(6):
        matrix.get_matrix()


@pytest.mark.parametrize("code", ["E1.1", "Mo2.1", "G4.1", "G5.5"])
def test_a_criterion_is_read_in_thirteen_queries_and_agrees_with_the_matrix(
    city: None, code: str, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_max_num_queries(13):
        view = criteria.get_criterion_view(code)
    cell = next(cell for cell in matrix.get_matrix().cells if cell.code == code)
    assert (view.standing.state, view.standing.basis, view.standing.implied_by) == (
        cell.state,
        cell.basis,
        cell.implied_by,
    )


def test_criteria_follow_one_another_through_the_whole_matrix(city: None) -> None:
    codes, code = [], "E1.1"
    assert criteria.get_criterion_view(code).previous is None
    while code:
        codes.append(code)
        code = criteria._neighbours(code)[1] or ""
    assert codes == [cell.code for cell in matrix.get_matrix().cells]
