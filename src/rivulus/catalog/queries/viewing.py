"""Who looks at the catalog, and what of it they may see and change."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q, QuerySet

from rivulus.catalog.models import Dataset, Event
from rivulus.catalog.rules import datasets as rules
from rivulus.catalog.rules.datasets import Subject, Who
from rivulus.catalog.terms import Source, State
from rivulus.identity import queries as identity

if TYPE_CHECKING:
    from rivulus.identity.models import Person
    from rivulus.identity.queries import Visitor

AUTHORING = ("created", "changed", "proposed", "link_added", "link_removed")
PLATFORM = Who(is_platform=True)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks; a guest has no roles and acts for nobody."""

    who: Who

    @classmethod
    def of(cls, user: "Visitor") -> "Viewer":
        """Return the viewer that a visitor is."""
        return cls(who_of(user))

    def sees(self, dataset: Dataset) -> bool:
        """Say whether they may see a dataset."""
        if dataset.is_demonstration and not settings.RIVULUS_DEMO:
            return False
        return rules.can_see(self.who, subject_of(dataset))

    def edits(self, dataset: Dataset) -> bool:
        """Say whether they act for the organisation of a dataset."""
        return rules.can_edit(self.who, subject_of(dataset))

    @property
    def may_publish_somewhere(self) -> bool:
        """Say whether they act for any organisation at all."""
        return bool(self.who.organisations)

    @property
    def reviews(self) -> bool:
        """Say whether they look after the portal as a whole."""
        return bool(self.who.roles & rules.REVIEWERS)

    def list_visible(self) -> QuerySet[Dataset]:
        """Return the datasets that they may see, in whatever state."""
        found = Dataset.objects.select_related("organisation")
        if not settings.RIVULUS_DEMO:
            found = found.filter(is_demonstration=False)
        if self.reviews:
            return found
        public = Q(state__in=[State.PUBLISHED, State.ARCHIVED])
        return found.filter(public | Q(organisation_id__in=self.who.organisations))


def who_of(user: "Visitor") -> Who:
    """Return what the rules need to know of a visitor."""
    roles = frozenset(str(role) for role in identity.roles_of(user))
    organisations = identity.organisations_of(user) if roles else frozenset()
    return Who(getattr(user, "pk", None), roles, organisations)


def who_acts(by: "Person | None") -> Who:
    """Return who acts; nobody is the platform itself."""
    return PLATFORM if by is None else who_of(by)


def subject_of(dataset: Dataset, authors: Iterable[object] = ()) -> Subject:
    """Return what of a dataset decides who may do what with it."""
    return Subject(dataset.organisation_id, State(dataset.state), Source(dataset.source), frozenset(authors))


def authors_of(dataset: Dataset) -> frozenset[object]:
    """Return who wrote or proposed a dataset since it was last let out."""
    last = (
        Event.objects.filter(dataset=dataset, verb="published").order_by("-id").values_list("id", flat=True).first()
        or 0
    )
    rows = Event.objects.filter(dataset=dataset, id__gt=last, verb__in=AUTHORING, by__isnull=False)
    return frozenset(rows.values_list("by_id", flat=True).distinct())


def list_public() -> QuerySet[Dataset]:
    """Return the datasets that everybody may fetch."""
    found = Dataset.objects.filter(state=State.PUBLISHED)
    return found if settings.RIVULUS_DEMO else found.filter(is_demonstration=False)
