"""Uploaded files, and to which datasets somebody may upload."""

from django.db.models import QuerySet

from rivulus.catalog.models import Dataset, Distribution, Upload
from rivulus.catalog.queries.viewing import Viewer
from rivulus.catalog.terms import Source, State
from rivulus.kernel.errors import NotFound


def list_datasets_to_fill(viewer: Viewer) -> QuerySet[Dataset]:
    """Return the datasets of files that somebody may upload to, by title."""
    found = Dataset.objects.filter(source=Source.FILE, harvested_from="").exclude(state=State.ARCHIVED)
    return found.filter(organisation_id__in=viewer.who.organisations).order_by("title_ro", "id")


def list_tables_to_renew(viewer: Viewer) -> QuerySet[Distribution]:
    """Return the uploaded tables that may get a new version."""
    rows = Distribution.objects.filter(
        dataset__in=list_datasets_to_fill(viewer), kept_table__isnull=False, withdrawn_at__isnull=True
    )
    return rows.select_related("dataset").order_by("dataset_id", "rank", "id")


def list_uploads(viewer: Viewer) -> QuerySet[Upload]:
    """Return the files of the organisations that somebody acts for, the newest first."""
    rows = Upload.objects.filter(dataset__organisation_id__in=viewer.who.organisations)
    return rows.select_related("dataset", "person").order_by("-created_at", "-id")


def get_upload(viewer: Viewer, pk: int) -> Upload:
    """Return one file; raises NotFound, also for one of others."""
    found = list_uploads(viewer).select_related("dataset__organisation", "distribution").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
