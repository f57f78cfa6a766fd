"""Documents, directions, the umbrella, the faults of the source, and the probes."""

from collections.abc import Sequence
from typing import Literal

from django.db.models import Count, Q
from ninja import Router

from rivulus.kernel import probes
from rivulus.kernel.listing import ListQuery, add_listing
from rivulus.strategy import models
from rivulus.strategy.api import schemas

router = Router()


class DocumentsQuery(ListQuery):
    """Which documents."""

    kind: Literal["self", "global", "european", "national", "regional", "local"] | None = None


class DirectionsQuery(ListQuery):
    """Which directions."""

    pillar: str | None = None


class UmbrellaQuery(ListQuery):
    """Which links."""

    pillar: str | None = None
    direction: str | None = None
    document: str | None = None


class AnomaliesQuery(ListQuery):
    """Which faults."""

    about: str | None = None
    subject: str | None = None


def find_documents(query: DocumentsQuery) -> Sequence[schemas.DocumentOut]:
    """Return the documents, the strategy itself first."""
    rows = models.Document.objects.annotate(number=Count("objectives")).order_by("id")
    if query.kind:
        rows = rows.filter(kind=query.kind)
    return [
        schemas.DocumentOut(
            code=row.code,
            title=row.title,
            kind=row.kind,
            period=row.period,
            url=row.url,
            note=row.note,
            objectives=row.number,
            source_place=row.source_place,
        )
        for row in rows
    ]


def find_directions(query: DirectionsQuery) -> Sequence[schemas.DirectionOut]:
    """Return the directions of action."""
    rows = models.Direction.objects.select_related("pillar").annotate(number=Count("projects")).order_by("code")
    if query.pillar:
        rows = rows.filter(pillar__code=query.pillar)
    return [
        schemas.DirectionOut(
            code=row.code,
            pillar=row.pillar.code,
            title=row.title,
            note=row.note,
            projects=row.number,
            source_place=row.source_place,
        )
        for row in rows
    ]


def find_umbrella(query: UmbrellaQuery) -> Sequence[schemas.UmbrellaOut]:
    """Return which documents the directions answer to."""
    rows = (
        models.UmbrellaLink.objects.filter(withdrawn=False)
        .select_related("direction", "document", "objective")
        .order_by("direction__code", "document__code", "objective__order", "id")
    )
    if query.pillar:
        rows = rows.filter(direction__pillar__code=query.pillar)
    if query.direction:
        rows = rows.filter(direction__code=query.direction)
    if query.document:
        rows = rows.filter(document__code=query.document)
    return [
        schemas.UmbrellaOut(
            direction=row.direction.code,
            document=row.document.code,
            objective=row.objective.code if row.objective else None,
            reason=row.reason,
        )
        for row in rows
    ]


def find_anomalies(query: AnomaliesQuery) -> Sequence[schemas.AnomalyOut]:
    """Return the faults found in the source."""
    wanted = Q()
    if query.about:
        wanted &= Q(about=query.about)
    if query.subject:
        wanted &= Q(subject=query.subject)
    rows = models.Anomaly.objects.filter(wanted).order_by("about", "subject", "code")
    return [
        schemas.AnomalyOut(
            code=row.code,
            about=row.about,
            subject=row.subject,
            title=row.title,
            description=row.description,
            source_place=row.source_place,
        )
        for row in rows
    ]


def find_probes(query: ListQuery) -> Sequence[schemas.ProbeOut]:
    """Return the probes with their latest readings."""
    readings = {row.probe: row for row in models.ProbeReading.objects.order_by("probe", "-at", "-id").distinct("probe")}
    links: dict[str, list[str]] = {}
    for probe, code in (
        models.CriterionProbe.objects.filter(withdrawn=False)
        .order_by("criterion__code")
        .values_list("probe", "criterion__code")
    ):
        links.setdefault(probe, []).append(code)
    return [_probe(probe, readings.get(probe.name), links.get(probe.name, [])) for probe in probes.list_probes()]


def _probe(probe: probes.Probe, reading: models.ProbeReading | None, criteria: list[str]) -> schemas.ProbeOut:
    from django.utils.translation import gettext

    return schemas.ProbeOut(
        name=probe.name,
        title=gettext(probe.title),
        unit=probe.unit,
        value=reading.value if reading else None,
        at=reading.at if reading else None,
        simulated=reading.simulated if reading else False,
        criteria=criteria,
    )


add_listing(
    router,
    "/documents",
    context="strategy",
    title="Documents that the strategy relates to",
    query=DocumentsQuery,
    out=schemas.DocumentOut,
    find=find_documents,
    is_live=False,
)
add_listing(
    router,
    "/directions",
    context="strategy",
    title="Directions of action",
    query=DirectionsQuery,
    out=schemas.DirectionOut,
    find=find_directions,
    is_live=False,
)
add_listing(
    router,
    "/umbrella",
    context="strategy",
    title="Documents that the directions answer to (interpretation)",
    query=UmbrellaQuery,
    out=schemas.UmbrellaOut,
    find=find_umbrella,
)
add_listing(
    router,
    "/anomalies",
    context="strategy",
    title="Faults found in the source",
    query=AnomaliesQuery,
    out=schemas.AnomalyOut,
    find=find_anomalies,
    is_live=False,
)
add_listing(
    router, "/probes", context="strategy", title="Probes", query=ListQuery, out=schemas.ProbeOut, find=find_probes
)
