"""What the strategy publishes as tables: the matrix, the portfolio, the indicators, the evaluations, the documents.

Texts stand in three columns, one for each language; what is made up is marked row by row.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count

from rivulus.journal import queries as journal
from rivulus.kernel import clock, probes
from rivulus.kernel.publishing import Column, ColumnType, Row, Table, register_table
from rivulus.kernel.words import N_
from rivulus.strategy import models
from rivulus.strategy.queries import evaluations, indicators, matrix, projects
from rivulus.strategy.queries.demonstration import runs, shown

THEME = "GOVE"
KEYWORDS = ("strategie", "smart city", "indicatori")
LANGUAGES = ("ro", "en", "hu")
TEXT, WHOLE, NUMBER, YES, DAY, TIME = (
    ColumnType.STRING,
    ColumnType.INTEGER,
    ColumnType.NUMBER,
    ColumnType.BOOLEAN,
    ColumnType.DATE,
    ColumnType.DATETIME,
)
CODE = Column("code", TEXT, N_("Code"))
PILLAR = Column("pillar", TEXT, N_("Pillar"), N_("Code of the pillar of the strategy."))
SOURCE = Column("source_place", TEXT, N_("Place in the source"), N_("Where the text of the strategy says so."))
SIMULATED = Column("simulated", YES, N_("Made up"), N_("True for what belongs to the demonstration and is not real."))


def register_tables() -> None:
    """Let the catalog publish the tables of the strategy."""
    for table in TABLES:
        register_table(table)


def _revision() -> str:
    """Every change of the strategy writes a line; what stands at a date changes with the date."""
    return f"{journal.get_head().sequence}:{clock.today()}:{runs()}"


def _in_languages(name: str, title: str, description: str = "") -> tuple[Column, ...]:
    return tuple(Column(f"{name}_{language}", TEXT, title, description) for language in LANGUAGES)


def _texts(row: Any, name: str) -> tuple[str, ...]:
    return tuple(getattr(row, f"{name}_{language}") or "" for language in LANGUAGES)


def _criteria() -> Iterator[Row]:
    texts = {row.code: _texts(row, "text") for row in matrix.list_criteria()}
    for cell in matrix.get_matrix().cells:
        yield (
            cell.code, cell.pillar, cell.level, *texts[cell.code], str(cell.state), str(cell.basis), cell.since,
            cell.implied_by, cell.expected, cell.is_expected, cell.ladder, cell.step,
        )  # fmt: skip


def _pillars() -> Iterator[Row]:
    for column in matrix.get_matrix().columns:
        pillar = column.pillar
        yield (
            pillar.code, pillar.objective, *_texts(pillar, "name"), column.now.level, column.now.met, column.now.total,
            column.in_progress.level, column.expected.level, pillar.source_place,
        )  # fmt: skip


def _projects() -> Iterator[Row]:
    for row in projects.list_projects().prefetch_related("funding"):
        latest = row.latest_year  # type: ignore[attr-defined]
        yield (
            row.code, row.direction.pillar.code, row.direction.code, *_texts(row, "title"), row.responsible,
            row.current_status, row.latest_percent, f"{latest}-{row.latest_half}" if latest else None,  # type: ignore[attr-defined]
            row.value_eur, row.value_rhythm, row.value_printed, row.horizon_year, row.horizon_printed,
            ", ".join(sorted(source.code for source in row.funding.all())), row.priority, row.source_place,
        )  # fmt: skip


def _reports() -> Iterator[Row]:
    rows = shown(models.ProgressReport.objects.select_related("project"))
    for row in rows.order_by("project__code", "year", "half", "id").iterator(2_000):
        yield (
            row.project.code, row.year, row.half, row.status, row.percent, row.spent_eur, row.expected_end,
            row.reported_at, row.is_demonstration,
        )  # fmt: skip


def _indicators() -> Iterator[Row]:
    for row in indicators.list_indicators().select_related("repeats"):
        yield (
            row.code, row.pillar.code, *_texts(row, "title"), *_texts(row, "unit"), row.kind, row.direction,
            row.target_comparator, row.target_value, row.target_year, row.repeats.code if row.repeats else None,
            row.source_place,
        )  # fmt: skip


def _values() -> Iterator[Row]:
    rows = shown(models.IndicatorValue.objects.select_related("indicator", "place"))
    for row in rows.order_by("indicator__code", "place__code", "year", "id").iterator(2_000):
        yield (
            row.indicator.code, row.place.code, row.place.name, row.year, row.value, *_texts(row, "text"), row.printed,
            row.origin, row.source_place, row.entered_at, row.is_demonstration,
        )  # fmt: skip


def _evaluations() -> Iterator[Row]:
    for row in evaluations.list_evaluations():
        yield row.pk, row.kind, row.title, row.at, row.digest, row.made_at, row.is_demonstration


def _documents() -> Iterator[Row]:
    for row in models.Document.objects.annotate(number=Count("objectives")).order_by("id"):
        yield row.code, *_texts(row, "title"), row.kind, row.period, row.url, row.number, row.source_place


def _directions() -> Iterator[Row]:
    rows = models.Direction.objects.select_related("pillar").annotate(number=Count("projects"))
    for row in rows.order_by("code"):
        yield row.code, row.pillar.code, *_texts(row, "title"), row.number, row.source_place


def _anomalies() -> Iterator[Row]:
    for row in models.Anomaly.objects.order_by("about", "subject", "code"):
        yield row.code, row.about, row.subject, *_texts(row, "title"), *_texts(row, "description"), row.source_place


def _readings() -> Iterator[Row]:
    readings = models.ProbeReading.objects.order_by("probe", "-at", "-id").distinct("probe")
    latest = {row.probe: row for row in (readings if runs() else readings.filter(simulated=False))}
    for probe in probes.list_probes():
        row = latest.get(probe.name)
        if row is not None:
            yield probe.name, probe.unit, row.value, row.at, row.simulated


def _is_any(rows: Any, **mark: bool) -> bool:
    return runs() and bool(rows.filter(**mark).exists())


def _table(name: str, title: str, description: str, columns: Iterable[Column], rows: Any, **more: Any) -> Table:
    return Table(
        name=f"strategy_{name}",
        title=title,
        description=description,
        theme=THEME,
        columns=tuple(columns),
        rows=rows,
        revision=_revision,
        keywords=KEYWORDS,
        approximate_rows=lambda: 500,
        **{"key": ("code",), **more},
    )


TABLES = (
    _table(
        "criteria",
        N_("Criteria of the maturity matrix"),
        N_("Every criterion of the matrix with how it stands today and how that is known."),
        (
            CODE, PILLAR, Column("level", WHOLE, N_("Level")), *_in_languages("text", N_("Text")),
            Column("state", TEXT, N_("State"), N_("met, in_progress, not_met or unknown")),
            Column("basis", TEXT, N_("Basis"), N_("How it is known: measured, declared, both, or reconstructed.")),
            Column("since", DAY, N_("Since")),
            Column("implied_by", TEXT, N_("Follows from"), N_("The criterion of the same ladder that includes this one.")),
            Column("expected", TEXT, N_("Expected"), N_("The year in which the strategy expects it, or a word.")),
            Column("counts_as_met_in_2030", YES, N_("Counts as met in 2030")),
            Column("ladder", TEXT, N_("Ladder")), Column("step", WHOLE, N_("Step of the ladder")),
        ),
        _criteria,
        update_rhythm="DAILY",
        simulated=lambda: _is_any(models.Assessment.objects.all(), is_demonstration=True)
        or _is_any(models.ProbeReading.objects.all(), simulated=True),
    ),
    _table(
        "pillars",
        N_("Pillars and their levels"),
        N_("The level that each pillar has reached, with what is under way, and as expected in 2030."),
        (
            CODE, Column("objective", TEXT, N_("Objective")), *_in_languages("name", N_("Name")),
            Column("level", WHOLE, N_("Level")), Column("met_of_next_level", WHOLE, N_("Met of the next level")),
            Column("criteria_of_next_level", WHOLE, N_("Criteria of the next level")),
            Column("level_with_in_progress", WHOLE, N_("Level with what is under way")),
            Column("level_expected_2030", WHOLE, N_("Level expected in 2030")), SOURCE,
        ),
        _pillars,
        update_rhythm="DAILY",
        simulated=lambda: _is_any(models.Assessment.objects.all(), is_demonstration=True)
        or _is_any(models.ProbeReading.objects.all(), simulated=True),
    ),
    _table(
        "projects",
        N_("Projects of the portfolio"),
        N_("The projects of the strategy with their value, funding, horizon and what was last reported."),
        (
            CODE, PILLAR, Column("direction", TEXT, N_("Direction")), *_in_languages("title", N_("Title")),
            Column("responsible", TEXT, N_("Responsible")), Column("status", TEXT, N_("Status")),
            Column("percent", WHOLE, N_("Done"), unit="%"),
            Column("reported_for", TEXT, N_("Reported for"), N_("Year and half-year of the newest report.")),
            Column("value_eur", NUMBER, N_("Value"), unit="EUR"),
            Column("value_rhythm", TEXT, N_("Rhythm of the value"), N_("once or yearly")),
            Column("value_printed", TEXT, N_("Value as printed")), Column("horizon_year", WHOLE, N_("Horizon")),
            Column("horizon_printed", TEXT, N_("Horizon as printed")),
            Column("funding", TEXT, N_("Funding"), N_("Codes of the sources, separated by commas.")),
            Column("priority", TEXT, N_("Priority")), SOURCE,
        ),
        _projects,
        simulated=lambda: _is_any(models.ProgressReport.objects.all(), is_demonstration=True),
    ),
    _table(
        "reports",
        N_("Half-yearly reports of the projects"),
        N_("What the teams of the projects reported: status, share done, money spent."),
        (
            Column("project", TEXT, N_("Project")), Column("year", WHOLE, N_("Year")),
            Column("half", WHOLE, N_("Half-year")), Column("status", TEXT, N_("Status")),
            Column("percent", WHOLE, N_("Done"), unit="%"), Column("spent_eur", NUMBER, N_("Spent"), unit="EUR"),
            Column("expected_end", DAY, N_("Expected end")), Column("reported_at", TIME, N_("Reported")), SIMULATED,
        ),
        _reports,
        key=(),
        simulated=lambda: _is_any(models.ProgressReport.objects.all(), is_demonstration=True),
    ),
    _table(
        "indicators",
        N_("Key indicators"),
        N_("The indicators of the strategy with their units and targets."),
        (
            CODE, PILLAR, *_in_languages("title", N_("Title")), *_in_languages("unit", N_("Unit")),
            Column("kind", TEXT, N_("Kind"), N_("number, text or yes_no")),
            Column("direction", TEXT, N_("Better when"), N_("higher, lower or neutral")),
            Column("target_comparator", TEXT, N_("Comparison with the target")),
            Column("target_value", NUMBER, N_("Target")), Column("target_year", WHOLE, N_("Year of the target")),
            Column("repeats", TEXT, N_("Repeats"), N_("The indicator that this one says again.")), SOURCE,
        ),
        _indicators,
    ),
    _table(
        "indicator_values",
        N_("Values of the indicators"),
        N_("Every value of an indicator that was printed or entered, by place and year."),
        (
            Column("indicator", TEXT, N_("Indicator")), Column("place", TEXT, N_("Place")),
            Column("place_name", TEXT, N_("Name of the place")), Column("year", WHOLE, N_("Year")),
            Column("value", NUMBER, N_("Value")), *_in_languages("text", N_("Value in words")),
            Column("printed", TEXT, N_("As printed")), Column("origin", TEXT, N_("Origin")), SOURCE,
            Column("entered_at", TIME, N_("Entered")), SIMULATED,
        ),
        _values,
        key=(),
        simulated=lambda: _is_any(models.IndicatorValue.objects.all(), is_demonstration=True),
    ),
    _table(
        "evaluations",
        N_("Evaluations of the strategy"),
        N_("Dated snapshots of the city against its promises; the digest proves that nobody changed one since."),
        (
            Column("id", WHOLE, N_("Number")), Column("kind", TEXT, N_("Kind")), Column("title", TEXT, N_("Title")),
            Column("at", DAY, N_("As of")), Column("digest", TEXT, N_("Digest"), N_("SHA-256 of the content.")),
            Column("made_at", TIME, N_("Made")), SIMULATED,
        ),
        _evaluations,
        key=("id",),
        simulated=lambda: _is_any(models.Evaluation.objects.all(), is_demonstration=True),
    ),
    _table(
        "documents",
        N_("Documents that the strategy relates to"),
        N_("Strategies of the world, Europe, the country and the region that the directions answer to."),
        (
            CODE, *_in_languages("title", N_("Title")), Column("kind", TEXT, N_("Kind")),
            Column("period", TEXT, N_("Period")), Column("url", TEXT, N_("Web address")),
            Column("objectives", WHOLE, N_("Objectives"), N_("How many objectives of it are known.")), SOURCE,
        ),
        _documents,
    ),
    _table(
        "directions",
        N_("Directions of action"),
        N_("The directions of action of each pillar and how many projects they have."),
        (CODE, PILLAR, *_in_languages("title", N_("Title")), Column("projects", WHOLE, N_("Projects")), SOURCE),
        _directions,
    ),
    _table(
        "anomalies",
        N_("Faults found in the text of the strategy"),
        N_("Where the printed strategy contradicts itself, miscounts or leaves something out."),
        (
            CODE, Column("about", TEXT, N_("About")), Column("subject", TEXT, N_("Subject")),
            *_in_languages("title", N_("Title")), *_in_languages("description", N_("Description")), SOURCE,
        ),
        _anomalies,
    ),
    _table(
        "probes",
        N_("Newest readings of the probes"),
        N_("What the platform measures of itself, from which criteria are evaluated."),
        (
            Column("probe", TEXT, N_("Probe")), Column("unit", TEXT, N_("Unit")),
            Column("value", NUMBER, N_("Value")), Column("at", TIME, N_("Measured")), SIMULATED,
        ),
        _readings,
        key=("probe",),
        update_rhythm="DAILY",
        simulated=lambda: _is_any(models.ProbeReading.objects.all(), simulated=True),
    ),
)  # fmt: skip
