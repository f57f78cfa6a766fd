"""Facts about measuring, and about what each probe of the strategy counts."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connection

from rivulus.identity.models import Person
from rivulus.journal.actions import verify_and_record
from rivulus.journal.models import Line
from rivulus.kernel import clock, probes, publishing
from rivulus.kernel.errors import Refused
from rivulus.kernel.probes import Probe, Reading
from rivulus.strategy import models
from rivulus.strategy.actions.assessments import declare
from rivulus.strategy.actions.probes import measure_all
from rivulus.strategy.queries import matrix
from rivulus.strategy.queries import probes as own
from rivulus.strategy.terms import Basis, Mode, State

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


class Dial:
    """A probe whose value a test turns."""

    def __init__(self) -> None:
        self.reading = Reading(50.0, {"rows": 7})
        self.error: Exception | None = None

    def compute(self, now: dt.datetime) -> Reading:
        if self.error:
            raise self.error
        return self.reading


@pytest.fixture
def dial() -> Iterator[Dial]:
    """A probe called ``dial``."""
    made = Dial()
    probes.register(Probe("dial", "Dial", "%", "For tests.", made.compute))
    yield made
    probes._probes.pop("dial")


@pytest.fixture
def link(city: None, dial: Dial) -> models.CriterionProbe:
    """The dial speaks alone for E1.4 from 40 percent on."""
    return models.CriterionProbe.objects.create(
        criterion=models.Criterion.objects.get(code="E1.4"),
        probe="dial",
        comparator=">=",
        threshold=Decimal(40),
        mode=Mode.MEASURED,
        reason="Pentru probă.",
    )


def _answers() -> list[tuple[bool, bool]]:
    rows = models.Measurement.objects.filter(link__probe="dial").order_by("id")
    return list(rows.values_list("passed", "silent"))


def _measure(hours: int = 0) -> None:
    measure_all(now=NOW + dt.timedelta(hours=hours))


def test_a_measured_criterion_is_met_since_the_day_it_passed(link: models.CriterionProbe) -> None:
    with clock.frozen(NOW + dt.timedelta(days=3)):
        _measure()
        cell = next(c for c in matrix.get_matrix().cells if c.code == "E1.4")
    assert (cell.state, cell.basis, cell.since) == (State.MET, Basis.MEASURED, NOW.date())


def test_an_answer_is_appended_only_when_it_changes(link: models.CriterionProbe, dial: Dial) -> None:
    for hour, value in enumerate([50.0, 60.0, 39.0, 38.0, 41.0]):
        dial.reading = Reading(value)
        _measure(hour)
    assert _answers() == [(True, False), (False, False), (True, False)]
    assert models.ProbeReading.objects.filter(probe="dial").count() == 5


def test_nothing_to_measure_and_simulated_values_end_an_answer(link: models.CriterionProbe, dial: Dial) -> None:
    for hour, reading in enumerate([Reading(50.0), Reading(None), Reading(99.0, simulated=True), Reading(55.0)]):
        dial.reading = reading
        _measure(hour)
    assert _answers() == [(True, False), (False, True), (True, False)]


def test_a_failing_probe_stops_no_other_and_keeps_the_last_answer(link: models.CriterionProbe, dial: Dial) -> None:
    _measure()
    dial.error = RuntimeError("the sensor is gone")
    readings = measure_all(now=NOW + dt.timedelta(hours=1))
    failed = [r.probe for r in readings if r.error]
    assert failed == ["dial"]
    assert len(readings) == len(probes.list_probes())
    assert _answers() == [(True, False)]
    assert models.ProbeReading.objects.filter(probe="dial").latest("at").error == "RuntimeError: the sensor is gone"


def test_a_probe_that_breaks_its_query_spoils_nothing(link: models.CriterionProbe, dial: Dial) -> None:
    def break_query(now: dt.datetime) -> Reading:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM no_such_table")
        return Reading(1.0)

    dial.compute = break_query  # type: ignore[method-assign]
    probes._probes["dial"] = Probe("dial", "Dial", "%", "For tests.", break_query)
    readings = measure_all(now=NOW)
    assert sum(not r.error for r in readings) == len(readings) - 1


@pytest.mark.parametrize("reading", [Reading(float("nan")), Reading(float("inf")), Reading(1.0, {"x": float("nan")})])
def test_values_that_are_no_numbers_are_errors(link: models.CriterionProbe, dial: Dial, reading: Reading) -> None:
    dial.reading = reading
    _measure()
    assert "Error" in models.ProbeReading.objects.get(probe="dial").error


def test_the_inputs_are_stored_with_the_value(link: models.CriterionProbe) -> None:
    _measure()
    reading = models.Measurement.objects.get(link=link).reading
    assert (reading.value, reading.inputs, reading.unit) == (50.0, {"rows": 7}, "%")


def test_another_threshold_is_another_answer(link: models.CriterionProbe) -> None:
    _measure()
    models.CriterionProbe.objects.filter(pk=link.pk).update(threshold=Decimal(51))
    _measure(1)
    assert _answers() == [(True, False), (False, False)]


def test_a_second_press_of_the_button_measures_nothing_new(city: None, ioana: Person) -> None:
    first = measure_all(by=ioana, now=NOW)
    again = measure_all(by=ioana, now=NOW + dt.timedelta(seconds=3))
    assert {r.pk for r in first} == {r.pk for r in again}
    later = measure_all(by=ioana, now=NOW + dt.timedelta(seconds=30))
    assert {r.pk for r in first}.isdisjoint(r.pk for r in later)


@pytest.mark.parametrize("person", ["ana", "dan", "bogdan", "vlad"])
def test_only_the_unit_and_administrators_measure(city: None, person: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(Refused, match="starts a measurement"):
        measure_all(by=request.getfixturevalue(person))
    assert not models.ProbeReading.objects.exists()


@pytest.mark.parametrize("person", ["ioana", "administrator"])
def test_the_unit_and_administrators_measure(city: None, person: str, request: pytest.FixtureRequest) -> None:
    assert measure_all(by=request.getfixturevalue(person))
    assert Line.objects.order_by("-sequence").first().verb == "strategy.probes.measured"  # type: ignore[union-attr]


def test_every_probe_that_the_pack_links_is_reported(city: None) -> None:
    linked = set(models.CriterionProbe.objects.values_list("probe", flat=True))
    assert linked <= {probe.name for probe in probes.list_probes()}


# What each probe counts.

PERIOD = {"year": 2026, "half": 1}  # due on 31 July 2026: the half-year that fell due last before NOW


def _report(project: models.Project, by: Person, day: dt.date, **more: object) -> None:
    said = {"status": "in_progress", "percent": 10, "spent_eur": 0, "summary": "Se lucrează."} | PERIOD | more
    at = dt.datetime.combine(day, dt.time(12), tzinfo=clock.CITY_ZONE)
    models.ProgressReport.objects.create(project=project, reported_by=by, reported_at=at, **said)


def test_reports_in_time_count_and_late_or_made_up_ones_do_not(city: None, bogdan: Person) -> None:
    before = own.portfolio_reported_on_time_share(NOW)
    running = list(models.Project.objects.filter(maturity="in_progress").order_by("id")[:3])
    _report(running[0], bogdan, dt.date(2026, 7, 31))
    _report(running[1], bogdan, dt.date(2026, 8, 1))
    _report(running[2], bogdan, dt.date(2026, 7, 1), is_demonstration=True)
    after = own.portfolio_reported_on_time_share(NOW)
    assert before.inputs["half_year"] == "2026-1"
    assert after.inputs["reported_in_time"] == 1
    assert after.inputs["projects_running"] == before.inputs["projects_running"]
    assert after.value == round(100 / int(after.inputs["projects_running"] or 0), 2)


def test_a_correction_after_the_due_date_leaves_the_first_report_in_time(city: None, bogdan: Person) -> None:
    project = models.Project.objects.filter(maturity="in_progress").order_by("id")[0]
    _report(project, bogdan, dt.date(2026, 7, 2))
    _report(project, bogdan, dt.date(2026, 9, 2), percent=20)
    assert own.portfolio_reported_on_time_share(NOW).inputs["reported_in_time"] == 1


def test_before_the_due_date_nobody_is_late(city: None) -> None:
    day = dt.datetime(2026, 7, 31, 12, tzinfo=clock.CITY_ZONE)
    assert own.portfolio_reported_on_time_share(day).inputs["half_year"] == "2025-2"
    assert own.portfolio_reported_on_time_share(day + dt.timedelta(days=1)).inputs["half_year"] == "2026-1"


def test_without_running_projects_there_is_no_value(city: None) -> None:
    models.Project.objects.update(maturity="idea")
    assert own.portfolio_reported_on_time_share(NOW).value is None


def test_an_indicator_counts_with_a_real_value_of_the_city_this_year(city: None, ioana: Person) -> None:
    city_, region = models.Place.objects.get(code="baia_mare"), models.Place.objects.exclude(code="baia_mare")[0]
    rows = list(models.Indicator.objects.filter(repeats__isnull=True).order_by("id")[:4])
    entered = {"origin": "person", "entered_by": ioana, "entered_at": NOW, "source_place": "INS"}
    for indicator, place, year, more in [
        (rows[0], city_, 2026, {"value": 1}),
        (rows[0], city_, 2026, {"value": 2}),
        (rows[1], region, 2026, {"value": 1}),
        (rows[2], city_, 2025, {"value": 1}),
        (rows[3], city_, 2026, {"value": 1, "is_demonstration": True}),
    ]:
        models.IndicatorValue.objects.create(indicator=indicator, place=place, year=year, **entered, **more)
    reading = own.indicators_with_value_this_year_share(NOW)
    assert reading.inputs == {"year": 2026, "indicators": 61, "with_value": 1}


def test_evidence_is_a_document_and_reaches_down_a_ladder(city: None, ioana: Person) -> None:
    steps = list(models.Criterion.objects.filter(ladder__code="recycling").order_by("step"))
    highest = [step for step in steps if step.level < 4][-1]
    assert own.criteria_with_evidence_share(clock.now()).value == 0
    declare(
        by=ioana,
        criterion=highest,
        state=State.MET,
        valid_from=clock.today(),
        reason="Raport anual.",
        document_title="Raport",
        document_url="https://example.test/raport",
    )
    lent = [cell for cell in matrix.get_matrix().cells if cell.implied_by == highest.code]
    assert lent
    assert all(cell.basis is Basis.DECLARED for cell in lent)
    assert own.criteria_with_evidence_share(clock.now()).inputs["declared_with_document"] == 1 + len(lent)


def test_a_declaration_without_a_document_is_no_evidence(city: None, ioana: Person) -> None:
    criterion = models.Criterion.objects.get(code="E1.4")
    declare(by=ioana, criterion=criterion, state=State.NOT_MET, valid_from=clock.today(), reason="Nu există.")
    assert own.criteria_with_evidence_share(clock.now()).value == 0
    assert own.assessments_this_year_share(clock.now()).inputs["declared"] == 1


def test_the_journal_counts_as_verified_only_on_the_same_day_and_whole(city: None) -> None:
    assert own.journal_verified_today(clock.now()).value == 0
    verify_and_record()
    assert own.journal_verified_today(clock.now()).value == 1
    assert own.journal_verified_today(clock.now() + dt.timedelta(days=1)).value == 0


def test_collections_are_counted_from_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "_collections", {})
    publishing.register(publishing.Collection("criteria", "Criteria", live=True))
    publishing.register(publishing.Collection("criteria", "Criteria", live=True))
    publishing.register(publishing.Collection("archive", "Archive", live=False))
    assert own.open_datasets_with_live_api(NOW).value == 1
    with pytest.raises(ValueError, match="Two collections"):
        publishing.register(publishing.Collection("criteria", "Other", live=True))


def test_evaluations_of_the_last_twelve_months_count(city: None, ioana: Person) -> None:
    for days, demo in [(10, False), (300, False), (400, False), (5, True)]:
        models.Evaluation.objects.create(
            kind="annual",
            title="x",
            at=dt.date(2026, 1, 1),
            content={},
            digest="0" * 64,
            is_demonstration=demo,
            made_by=ioana,
            made_at=NOW - dt.timedelta(days=days),
        )
    assert own.strategy_evaluations_published(NOW).value == 2
