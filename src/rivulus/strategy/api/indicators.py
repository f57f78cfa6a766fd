"""Indicators, their values by place and year, and the evaluations."""

import json
from collections.abc import Sequence
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from rivulus.kernel.errors import NotFound
from rivulus.kernel.listing import LanguageQuery, ListQuery, add_listing, check_parameters
from rivulus.strategy import models
from rivulus.strategy.api import schemas
from rivulus.strategy.queries import evaluations as evaluation_queries
from rivulus.strategy.queries.demonstration import shown
from rivulus.strategy.queries.indicators import IndicatorFilter, Standing, get_indicator, list_standings

router = Router()


class IndicatorsQuery(ListQuery):
    """Which indicators."""

    pillar: str = ""
    search: str = ""
    outcome: str = ""


class ValuesQuery(ListQuery):
    """Which values."""

    indicator: str | None = None
    place: str | None = None
    year: int | None = Field(None, ge=1900, le=2200)


def find_indicators(query: IndicatorsQuery) -> Sequence[schemas.IndicatorOut]:
    """Return the indicators with the values in force."""
    wanted = IndicatorFilter(pillar=query.pillar, search=query.search, outcome=query.outcome)
    return [_indicator(standing) for standing in list_standings(wanted)]


def find_values(query: ValuesQuery) -> Sequence[schemas.IndicatorValueOut]:
    """Return all values ever entered, the latest of each year first."""
    rows = (
        shown(models.IndicatorValue.objects.all())
        .select_related("indicator", "place")
        .order_by("indicator__pillar__order", "indicator__order", "place__code", "-year", "-id")
    )
    if query.indicator:
        rows = rows.filter(indicator=_indicator_of(query.indicator))
    if query.place:
        rows = rows.filter(place__code=query.place)
    if query.year:
        rows = rows.filter(year=query.year)
    return [_value(row) for row in rows]


def find_evaluations(query: ListQuery) -> Sequence[schemas.EvaluationOut]:
    """Return the evaluations, the latest first."""
    return [
        schemas.EvaluationOut(
            id=row.pk,
            kind=row.kind,
            title=row.title,
            at=row.at,
            digest=row.digest,
            is_demonstration=row.is_demonstration,
            made_at=row.made_at,
        )
        for row in evaluation_queries.list_evaluations()
    ]


add_listing(
    router,
    "/indicators",
    context="strategy",
    title="Indicators",
    query=IndicatorsQuery,
    out=schemas.IndicatorOut,
    find=find_indicators,
)
add_listing(
    router,
    "/indicator-values",
    context="strategy",
    title="Values of the indicators by place and year",
    query=ValuesQuery,
    out=schemas.IndicatorValueOut,
    find=find_values,
)
add_listing(
    router,
    "/evaluations",
    context="strategy",
    title="Evaluations",
    query=ListQuery,
    out=schemas.EvaluationOut,
    find=find_evaluations,
)


@router.get(
    "/evaluations/{int:pk}/content",
    summary="The whole snapshot of an evaluation, with its digest",
    url_name="evaluation-content",
    response={200: dict},
)
def get_evaluation_content(request: HttpRequest, pk: int, query: Query[LanguageQuery]) -> HttpResponse:
    """Return the snapshot as it was frozen, texts in all languages."""
    check_parameters(request, LanguageQuery)
    try:
        row = evaluation_queries.get_evaluation(pk)
    except (models.Evaluation.DoesNotExist, NotFound):
        raise Http404("There is no such evaluation.") from None
    body = json.dumps({"digest": row.digest, "content": row.content}, ensure_ascii=False, default=str)
    return HttpResponse(body, content_type="application/json; charset=utf-8")


def _indicator_of(code: str) -> models.Indicator:
    try:
        return get_indicator(code)
    except NotFound:
        raise Http404("There is no such indicator.") from None


def _indicator(standing: Standing) -> schemas.IndicatorOut:
    row, city, region = standing.indicator, standing.city, standing.region
    return schemas.IndicatorOut(
        code=row.code,
        pillar=row.pillar.code,
        title=row.title,
        unit=row.unit,
        kind=row.kind,
        direction=row.direction,
        year=_year(city),
        value=_number(city),
        text=_text(city),
        region_year=_year(region),
        region_value=_number(region),
        region_text=_text(region),
        target_comparator=row.target_comparator,
        target_value=row.target_value,
        target_year=row.target_year,
        target_text=row.target_text,
        repeats=row.repeats.code if row.repeats else None,
        anomalies=len(standing.anomalies),
        source_place=row.source_place,
    )


def _year(value: models.IndicatorValue | None) -> int | None:
    return value.year if value else None


def _number(value: models.IndicatorValue | None) -> Decimal | None:
    return value.value if value else None


def _text(value: models.IndicatorValue | None) -> str:
    return value.text or "" if value else ""


def _value(row: models.IndicatorValue) -> schemas.IndicatorValueOut:
    return schemas.IndicatorValueOut(
        indicator=row.indicator.code,
        place=row.place.code,
        year=row.year,
        value=row.value,
        text=row.text or "",
        printed=row.printed,
        origin=row.origin,
        is_demonstration=row.is_demonstration,
        source_place=row.source_place,
        entered_at=row.entered_at,
    )
