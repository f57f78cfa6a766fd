"""What each direction answers to: links to the other documents, and where there are none yet."""

from dataclasses import dataclass

from django.db.models import Count, F, Prefetch, QuerySet

from rivulus.strategy import models
from rivulus.strategy.rules.umbrella import LOCAL, SELF


@dataclass(frozen=True, slots=True, kw_only=True)
class UmbrellaFilter:
    """Which links to show; an empty code means all."""

    pillar: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A direction with the number of its links to each local document, and to all the others together."""

    direction: models.Direction
    counts: tuple[int, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many links join the directions to the city's own documents; ``sums`` adds up each column, others last."""

    documents: tuple[models.Document, ...]
    rows: tuple[CoverageRow, ...]
    sums: tuple[int, ...]


def list_directions() -> QuerySet[models.Direction]:
    """Return all directions with their pillars, in the order of the strategy."""
    return models.Direction.objects.select_related("pillar").order_by("pillar__order", "order", "id")


def find_direction(code: str) -> models.Direction | None:
    """Return a direction with its pillar."""
    return models.Direction.objects.select_related("pillar").filter(code=code).first()


def list_other_documents() -> QuerySet[models.Document]:
    """Return the documents around the strategy, the city's own first."""
    return models.Document.objects.exclude(kind=SELF).order_by("id")


def list_documents_with_objectives() -> QuerySet[models.Document]:
    """Return the documents around the strategy, each with ``known_objectives``. Two queries."""
    objectives = models.DocumentObjective.objects.order_by("order", "id")
    return list_other_documents().prefetch_related(
        Prefetch("objectives", queryset=objectives, to_attr="known_objectives")
    )


def find_document(code: str) -> models.Document | None:
    """Return a document other than the strategy itself."""
    return list_other_documents().filter(code=code).first()


def list_links(wanted: UmbrellaFilter) -> QuerySet[models.UmbrellaLink]:
    """Return the links that hold, with both ends and who edited them."""
    return _list(wanted).filter(withdrawn=False)


def list_withdrawn(wanted: UmbrellaFilter) -> QuerySet[models.UmbrellaLink]:
    """Return the links that were taken back."""
    return _list(wanted).filter(withdrawn=True)


def find_link(pk: int) -> models.UmbrellaLink | None:
    """Return a link with both ends."""
    return _list(UmbrellaFilter()).filter(pk=pk).first()


def get_coverage(directions: list[models.Direction], documents: list[models.Document]) -> Coverage:
    """Return how many links join each direction to each local document. One query."""
    local = tuple(document for document in documents if document.kind == LOCAL)
    counted = models.UmbrellaLink.objects.filter(withdrawn=False).values_list("direction_id", "document_id")
    numbers = {(row[0], row[1]): row[2] for row in counted.annotate(number=Count("id")).order_by("direction_id")}
    rows = []
    for direction in directions:
        own = {document: number for (one, document), number in numbers.items() if one == direction.pk}
        counts = tuple(own.pop(document.pk, 0) for document in local)
        rows.append(CoverageRow(direction, counts, sum(own.values())))
    columns = zip(*((*row.counts, row.others) for row in rows), strict=True)
    return Coverage(local, tuple(rows), tuple(sum(column) for column in columns))


def _list(wanted: UmbrellaFilter) -> QuerySet[models.UmbrellaLink]:
    links = models.UmbrellaLink.objects.select_related("direction__pillar", "document", "objective", "edited_by")
    if wanted.pillar:
        links = links.filter(direction__pillar__code=wanted.pillar)
    if wanted.document:
        links = links.filter(document__code=wanted.document)
    return links.order_by(
        "direction__pillar__order", "direction__order", "document_id", F("objective__order").asc(nulls_first=True), "id"
    )
