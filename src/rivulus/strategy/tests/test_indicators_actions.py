"""Entering and importing values: who may, what is kept, and that nothing is kept twice or by half."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from rivulus.identity.models import Person
from rivulus.journal.models import Line
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.strategy import models
from rivulus.strategy.actions.indicators import Import, add_place, enter_value, import_values
from rivulus.strategy.rules.indicator_values import Entry

pytestmark = pytest.mark.usefixtures("city")
MAY_ENTER = {"ioana", "mara", "dan"}
EVERYBODY = ("ana", "dan", "ioana", "mara", "bogdan", "vlad", "administrator")


@pytest.fixture(autouse=True)
def _november_2026() -> Any:
    with clock.frozen(dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)):
        yield


def indicator(code: str = "E-15") -> models.Indicator:
    return models.Indicator.objects.get(code=code)


def place(code: str = "baia_mare") -> models.Place:
    return models.Place.objects.get(code=code)


def enter(by: Any, code: str = "E-15", **more: Any) -> models.IndicatorValue:
    known: dict[str, Any] = {
        "place": place(),
        "year": 2026,
        "value": Decimal("1.4"),
        "source_place": "A report",
    }
    return enter_value(by=by, indicator=indicator(code), **(known | more))


def entry(code: str = "E-15", value: str = "1.4", year: int = 2026, at: str = "baia_mare") -> Entry:
    return Entry(code, at, year, Decimal(value), "", "A report")


VERBS: dict[str, Callable[[Any], object]] = {
    "enter": enter,
    "import": lambda by: import_values(by=by, rows=[entry()]),
    "add a place": lambda by: add_place(by=by, name_ro="Satu Mare"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", EVERYBODY)
def test_only_the_unit_and_the_departments_enter_values(name: str, verb: str, request: Any) -> None:
    person = request.getfixturevalue(name)
    before = models.IndicatorValue.objects.count(), models.Place.objects.count()
    if name in MAY_ENTER:
        VERBS[verb](person)
        return
    with pytest.raises(Refused):
        VERBS[verb](person)
    assert (models.IndicatorValue.objects.count(), models.Place.objects.count()) == before


def test_a_value_is_added_with_one_line_in_the_journal(ioana: Person) -> None:
    row = enter(ioana)
    line = Line.objects.order_by("-sequence").first()
    assert line is not None and line.verb == "strategy.indicator_value.entered"
    assert (line.subject_id, line.actor_id, line.content["value"]) == (str(row.pk), ioana.pk, "1.4")
    assert (row.origin, row.entered_by) == ("person", ioana)


def test_the_same_value_twice_is_kept_once(ioana: Person) -> None:
    first = enter(ioana)
    lines = Line.objects.count()
    assert enter(ioana).pk == first.pk
    assert Line.objects.count() == lines


def test_a_correction_leaves_the_first_value_in_place(ioana: Person, dan: Person) -> None:
    first, second = enter(ioana), enter(dan, value=Decimal("1.5"))
    assert second.pk > first.pk
    first.refresh_from_db()
    assert first.value == Decimal("1.4")
    with pytest.raises(DatabaseError), transaction.atomic():
        models.IndicatorValue.objects.filter(pk=first.pk).update(value=3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"year": 1999},
        {"year": 2027},
        {"value": None},
        {"value": Decimal("1e13")},
        {"text": "da"},
        {"source_place": " "},
        {"code": "G-01"},
        {"code": "E-02"},
        {"code": "L-06", "value": None, "text": "poate"},
    ],
)
def test_a_wrong_value_is_refused(ioana: Person, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        enter(ioana, **wrong)


def test_a_demonstration_account_enters_demonstrations_only(ioana: Person) -> None:
    ioana.is_demonstration = True
    assert enter(ioana).is_demonstration
    import_values(by=ioana, rows=[entry("E-17", "6000")])
    assert models.IndicatorValue.objects.get(indicator__code="E-17", year=2026).is_demonstration


def test_an_import_adds_what_is_new_and_the_second_time_nothing(ioana: Person) -> None:
    rows = [entry(), entry("E-17", "6000"), entry("E-15", "1.6", 2025)]
    assert import_values(by=ioana, rows=rows) == Import(created=3, unchanged=0)
    lines = Line.objects.count()
    assert import_values(by=ioana, rows=rows) == Import(created=0, unchanged=3)
    assert Line.objects.count() == lines
    rows[1] = entry("E-17", "6100")
    assert import_values(by=ioana, rows=rows) == Import(created=1, unchanged=2)
    line = Line.objects.order_by("-sequence").first()
    assert line is not None and line.verb == "strategy.indicator_values.imported"
    assert [value["value"] for value in line.content["values"]] == ["6100"]


@pytest.mark.parametrize(
    "wrong",
    [entry("E-99"), entry(at="nowhere"), entry(year=1990), entry("G-01"), entry(value="1.00001"), entry()],
)
def test_one_wrong_row_and_nothing_is_imported(ioana: Person, wrong: Entry) -> None:
    before = models.IndicatorValue.objects.count(), Line.objects.count()
    with pytest.raises(Refused):
        import_values(by=ioana, rows=[entry(), entry("E-17", "6000"), wrong])
    assert (models.IndicatorValue.objects.count(), Line.objects.count()) == before


def test_a_peer_is_added_once(ioana: Person) -> None:
    made = add_place(by=ioana, name_ro="Târgu Mureș", name_hu="Marosvásárhely")
    assert (made.code, made.kind, made.name_ro, made.name_en) == (
        "targu_mures",
        "city",
        "Târgu Mureș",
        "Târgu Mureș",
    )
    assert made.name_hu == "Marosvásárhely"
    for name in ("Targu-Mures", "!!!", "=1+1", "x" * 161):
        with pytest.raises(Refused):
            add_place(by=ioana, name_ro=name)


def test_a_long_import_takes_a_fixed_number_of_queries(ioana: Person, django_assert_max_num_queries: Any) -> None:
    rows = [entry(code, "10", year) for code in ("E-15", "E-16", "E-17", "E-18") for year in range(2000, 2027)]
    ioana.active_roles()
    with django_assert_max_num_queries(14):
        import_values(by=ioana, rows=rows)
