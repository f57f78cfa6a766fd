"""Requests for data and reuses, as the public and as those who answer see them."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q, QuerySet

from rivulus.catalog.models import DataRequest, Dataset, Reuse
from rivulus.catalog.queries.viewing import Viewer
from rivulus.catalog.rules.requests import PUBLIC, can_moderate
from rivulus.catalog.terms import RequestState, ReuseState

if TYPE_CHECKING:
    from rivulus.identity.models import Person


def list_requests(*, state: str = "", search: str = "") -> QuerySet[DataRequest]:
    """Return the public requests, the latest first."""
    rows = _shown(DataRequest.objects.filter(state__in=PUBLIC)).select_related("organisation", "dataset")
    if state:
        rows = rows.filter(state=state)
    if search:
        rows = rows.filter(Q(title__icontains=search) | Q(text__icontains=search) | Q(answer__icontains=search))
    return rows.order_by("-asked_at", "-id")


def list_waiting_requests(viewer: Viewer) -> QuerySet[DataRequest]:
    """Return the requests that the viewer reads or answers, the most urgent first."""
    rows = DataRequest.objects.filter(state__in=[RequestState.WAITING, RequestState.OPEN])
    if not viewer.reviews:
        rows = rows.filter(organisation_id__in=viewer.who.organisations)
    return rows.select_related("organisation").order_by("due_on", "id")


def list_requests_of(person: "Person") -> QuerySet[DataRequest]:
    """Return what somebody asked themselves."""
    return DataRequest.objects.filter(asked_by_id=person.pk).select_related("organisation").order_by("-asked_at", "-id")


def find_request(viewer: Viewer, number: int) -> DataRequest | None:
    """Return a request that the viewer may see: public ones, their own, those they answer."""
    row = DataRequest.objects.select_related("organisation", "dataset", "about").filter(number=number).first()
    if row is None or (row.is_demonstration and not settings.RIVULUS_DEMO):
        return None
    is_own = row.asked_by_id is not None and row.asked_by_id == viewer.who.person
    if RequestState(row.state) in PUBLIC or is_own or can_moderate(viewer.who, row.organisation_id):
        return row
    return None


def count_open_of(person: "Person") -> int:
    """Return how many requests of somebody wait for an answer."""
    states = [RequestState.WAITING, RequestState.OPEN]
    return DataRequest.objects.filter(asked_by_id=person.pk, state__in=states).count()


def list_answers_with(dataset: Dataset) -> QuerySet[DataRequest]:
    """Return the public requests that a dataset answers."""
    rows = _shown(DataRequest.objects.filter(dataset=dataset, state=RequestState.ANSWERED))
    return rows.order_by("-answered_at", "-id")[:20]


def list_shown() -> QuerySet[Reuse]:
    """Return the reuses of the showcase, the latest first."""
    rows = Reuse.objects.filter(state=ReuseState.SHOWN)
    rows = rows if settings.RIVULUS_DEMO else rows.filter(is_demonstration=False)
    return rows.prefetch_related("datasets").order_by("-decided_at", "-id")


def list_shown_of(dataset: Dataset) -> QuerySet[Reuse]:
    """Return the reuses of one dataset."""
    return list_shown().filter(datasets=dataset)[:20]


def list_proposed(viewer: Viewer) -> QuerySet[Reuse]:
    """Return the reuses that the viewer decides about, the longest waiting first."""
    rows = Reuse.objects.filter(state=ReuseState.PROPOSED)
    if not viewer.reviews:
        rows = rows.filter(datasets__organisation__in=viewer.who.organisations).distinct()
    return rows.prefetch_related("datasets").order_by("proposed_at", "id")


def _shown(rows: QuerySet[DataRequest]) -> QuerySet[DataRequest]:
    return rows if settings.RIVULUS_DEMO else rows.filter(is_demonstration=False)
