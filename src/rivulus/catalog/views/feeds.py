"""New datasets as an Atom feed; the page for programs; the overview of quality."""

from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rivulus.catalog.models import Dataset
from rivulus.catalog.presenters.datasets import present_rows
from rivulus.catalog.presenters.dcat import SERVICES
from rivulus.catalog.queries.datasets import list_newest
from rivulus.catalog.queries.quality import list_dead_links, list_improvable, list_late, list_standings
from rivulus.catalog.queries.viewing import list_public
from rivulus.catalog.views.datasets import for_guests

NEWEST = 50


class NewDatasets(Feed):  # type: ignore[type-arg]
    """The datasets published last, of all organisations or of one, of all themes or of one."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, str]:
        """Return what is asked for."""
        return {name: request.GET.get(name, "").replace("\x00", "")[:100] for name in ("organisation", "theme")}

    def title(self, obj: dict[str, str]) -> str:
        """What the feed is called."""
        return _("New datasets")

    def link(self, obj: dict[str, str]) -> str:
        """The page that the feed belongs to."""
        return reverse("catalog:index")

    def items(self, obj: dict[str, str]) -> list[Dataset]:
        """The newest first."""
        if not any(obj.values()):
            return list_newest(NEWEST)
        rows = list_public().filter(issued_at__isnull=False).select_related("organisation")
        if obj["organisation"]:
            rows = rows.filter(organisation__code=obj["organisation"])
        if obj["theme"]:
            rows = rows.filter(theme__contains=[obj["theme"]])
        return list(rows.order_by("-issued_at", "id")[:NEWEST])

    def item_title(self, item: Any) -> str:
        """The title in the reader's language."""
        return str(item.title)

    def item_description(self, item: Any) -> str:
        """The beginning of the description."""
        return str(item.description)[:1000]

    def item_link(self, item: Any) -> str:
        """The page of the dataset."""
        return reverse("catalog:dataset", args=[item.code])

    def item_author_name(self, item: Any) -> str:
        """Who publishes it."""
        return str(item.organisation.name)

    def item_pubdate(self, item: Any) -> Any:
        """When it was first published."""
        return item.issued_at

    def item_updateddate(self, item: Any) -> Any:
        """When it last changed."""
        return item.changed_at


@require_safe
def interfaces(request: HttpRequest) -> HttpResponse:
    """Say how programs read the catalog and its data."""
    services = [(_(service.title), service.path) for service in SERVICES]
    base = request.build_absolute_uri("/").rstrip("/")
    return for_guests(request, render(request, "catalog/interfaces.html", {"services": services, "base": base}))


@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """Show how well the datasets of every organisation are described, and what to repair."""
    context = {
        "standings": list_standings(),
        "improvable": present_rows(list(list_improvable())),
        "late": present_rows(list_late()),
        "dead": list(list_dead_links()),
    }
    return for_guests(request, render(request, "catalog/quality.html", context))
