"""Pillars, criteria and the matrix, as of any date."""

import datetime as dt

from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from ninja import Query, Router
from pydantic import Field

from rivulus.kernel.listing import LanguageQuery, ListQuery, add_listing, check_parameters, csv_response
from rivulus.strategy import models
from rivulus.strategy.api import schemas
from rivulus.strategy.queries.demonstration import shown
from rivulus.strategy.queries.matrix import Cell, Column, get_matrix
from rivulus.strategy.rules.matrix import PillarStanding
from rivulus.strategy.terms import Basis, State

router = Router()
EARLIEST = dt.date(2000, 1, 1)


class AtQuery(LanguageQuery):
    """A date of the matrix."""

    at: dt.date | None = Field(None, ge=EARLIEST, description="Date of the matrix; today when not given.")


class PillarsQuery(ListQuery):
    """A date of the matrix."""

    at: dt.date | None = Field(None, ge=EARLIEST, description="Date of the matrix; today when not given.")


class CriteriaQuery(PillarsQuery):
    """Which criteria."""

    pillar: str | None = None
    level: int | None = Field(None, ge=1, le=5)
    state: State | None = None
    basis: Basis | None = None


def find_pillars(query: PillarsQuery) -> list[schemas.PillarOut]:
    """Return the pillars with their levels."""
    return [_pillar(column) for column in get_matrix(query.at).columns]


def find_criteria(query: CriteriaQuery) -> list[schemas.CriterionOut]:
    """Return the criteria that the query names."""
    return [
        criterion_out(cell)
        for cell in get_matrix(query.at).cells
        if query.pillar in (None, cell.pillar)
        and query.level in (None, cell.level)
        and query.state in (None, cell.state)
        and query.basis in (None, cell.basis)
    ]


add_listing(
    router,
    "/pillars",
    context="strategy",
    title="Pillars",
    query=PillarsQuery,
    out=schemas.PillarOut,
    find=find_pillars,
)
add_listing(
    router,
    "/criteria",
    context="strategy",
    title="Criteria",
    query=CriteriaQuery,
    out=schemas.CriterionOut,
    find=find_criteria,
)


@router.get("/matrix", response=schemas.MatrixOut, summary="The maturity matrix as of a date", url_name="matrix")
def get_whole_matrix(request: HttpRequest, query: Query[AtQuery]) -> schemas.MatrixOut:
    """Return the levels of the pillars and the standing of every criterion."""
    check_parameters(request, AtQuery)
    with translation.override(query.lang):
        matrix = get_matrix(query.at)
        return schemas.MatrixOut(
            at=matrix.at,
            pillars=[
                schemas.MatrixPillarOut(
                    code=column.pillar.code,
                    name=column.pillar.name,
                    now=_levels(column.now),
                    with_in_progress=_levels(column.in_progress),
                    expected_2030=_levels(column.expected),
                )
                for column in matrix.columns
            ],
            criteria=[criterion_out(cell) for cell in matrix.cells],
        )


@router.get(
    "/matrix.csv",
    response={200: str},
    summary="The cells of the maturity matrix as of a date (CSV)",
    url_name="matrix-csv",
    openapi_extra={"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}},
)
def get_matrix_cells(request: HttpRequest, query: Query[AtQuery]) -> StreamingHttpResponse:
    """Return a row per criterion."""
    check_parameters(request, AtQuery)
    names = list(schemas.CriterionOut.model_fields)
    with translation.override(query.lang):
        matrix = get_matrix(query.at)
    rows = [
        ["" if cell is None else str(cell) for cell in criterion_out(c).model_dump().values()] for c in matrix.cells
    ]
    return csv_response(f"matrix-{matrix.at}", names, rows)


@router.get(
    "/criteria/{code}",
    response=schemas.CriterionDetailOut,
    summary="A criterion with its evidence",
    url_name="criterion",
)
def get_criterion(request: HttpRequest, code: str, query: Query[AtQuery]) -> schemas.CriterionDetailOut:
    """Return a criterion, what was said and measured of it, and the projects that would move it."""
    with translation.override(query.lang):
        criterion = get_object_or_404(models.Criterion, code=code)
        cell = next(cell for cell in get_matrix(query.at).cells if cell.code == code)
        return schemas.CriterionDetailOut(
            criterion=criterion_out(cell),
            statements=_statements(criterion),
            measurements=_measurements(criterion),
            projects=[
                schemas.CriterionLinkOut(project=link.project.code, effect=link.effect, reason=link.reason)
                for link in criterion.project_links.filter(withdrawn=False)
                .select_related("project")
                .order_by("effect", "project__code")
            ],
        )


def criterion_out(cell: Cell) -> schemas.CriterionOut:
    """Return a cell as the API shows it."""
    return schemas.CriterionOut(
        code=cell.code,
        pillar=cell.pillar,
        level=cell.level,
        text=cell.text,
        state=cell.state,
        basis=cell.basis,
        since=cell.since,
        implied_by=cell.implied_by,
        expected=cell.expected,
        counts_as_met_in_2030=cell.is_expected,
        ladder=cell.ladder,
        step=cell.step,
    )


def _pillar(column: Column) -> schemas.PillarOut:
    pillar = column.pillar
    return schemas.PillarOut(
        code=pillar.code,
        objective=pillar.objective,
        name=pillar.name,
        goal=pillar.goal,
        summary=pillar.summary,
        level=column.now.level,
        met_of_next_level=column.now.met,
        criteria_of_next_level=column.now.total,
        level_with_in_progress=column.in_progress.level,
        level_expected_2030=column.expected.level,
        source_place=pillar.source_place,
    )


def _levels(standing: PillarStanding) -> schemas.LevelsOut:
    return schemas.LevelsOut(level=standing.level, met=standing.met, total=standing.total)


def _statements(criterion: models.Criterion) -> list[schemas.StatementOut]:
    rows = (
        shown(models.Assessment.objects.filter(criterion=criterion))
        .select_related("decision")
        .order_by("-valid_from", "-id")
    )
    return [
        schemas.StatementOut(
            state=row.state,
            basis=row.basis,
            valid_from=row.valid_from,
            reason=row.reason,
            document_title=row.document_title,
            document_url=row.document_url,
            source_place=row.source_place,
            needs_confirmation=row.needs_confirmation,
            verdict=row.decision.verdict if hasattr(row, "decision") else None,
            is_demonstration=row.is_demonstration,
            declared_at=row.declared_at,
        )
        for row in rows
    ]


def _measurements(criterion: models.Criterion) -> list[schemas.MeasurementOut]:
    rows = criterion.measurements.select_related("reading").order_by("-at", "-id")[:200]
    return [
        schemas.MeasurementOut(
            probe=row.reading.probe,
            passed=row.passed,
            comparator=row.comparator,
            threshold=row.threshold,
            value=row.reading.value,
            unit=row.reading.unit,
            inputs=row.reading.inputs,
            simulated=row.reading.simulated,
            at=row.at,
        )
        for row in rows
    ]
