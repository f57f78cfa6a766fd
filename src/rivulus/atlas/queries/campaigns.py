"""Campaigns, their tasks and people: what stands where, who did how much, what was approved."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Prefetch, Q, QuerySet
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.models import Campaign, CampaignMember, CampaignTask, Contribution, Feature, TaskEvent
from rivulus.atlas.queries.features import features_on, in_box, property_filter
from rivulus.atlas.queries.visible import PUBLIC, Viewer, list_layers
from rivulus.atlas.rules.campaigns import checks
from rivulus.atlas.rules.campaigns.checks import Finding, Mapped
from rivulus.atlas.rules.campaigns.moves import CampaignState, Level, TaskState
from rivulus.atlas.rules.measuring import box_around
from rivulus.atlas.rules.plans import ItemAction
from rivulus.atlas.terms import Origin
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound
from rivulus.kernel.geometry import from_wkb

if TYPE_CHECKING:
    from rivulus.identity.models import Person

NEAR_M = 5.0
MOST_NEAR = 5000


@dataclass(frozen=True, slots=True)
class Progress:
    """How many tasks are where."""

    total: int
    mapped: int
    validated: int
    approved: int

    @property
    def approved_percent(self) -> float:
        """Return the share that is approved."""
        return 100 * self.approved / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Merit:
    """How much of somebody's work was approved."""

    tasks: int
    features: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A line of the leaderboard."""

    member: CampaignMember
    tasks: int
    validated: int


def list_campaigns(viewer: Viewer = PUBLIC) -> QuerySet[Campaign]:
    """Return the campaigns whose layer the viewer sees, open ones first; those being prepared only to who runs them."""
    found = Campaign.objects.filter(layer__in=list_layers(viewer)).select_related("layer", "owner")
    shown = found.filter(~Q(state=CampaignState.DRAFT) | Q(owner__in=viewer.organisations))
    return shown.annotate(
        total=Count("tasks"), approved=Count("tasks", filter=Q(tasks__state=TaskState.APPROVED))
    ).order_by("-state", "-created_at", "id")


def get_campaign(code: str, viewer: Viewer = PUBLIC) -> Campaign:
    """Return a campaign that the viewer sees; raises NotFound."""
    found = list_campaigns(viewer).filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def find_member(campaign: Campaign, person: "Person | AnonymousUser | None") -> CampaignMember | None:
    """Return what somebody is in a campaign."""
    if person is None or not person.is_authenticated:
        return None
    return CampaignMember.objects.filter(campaign=campaign, person_id=person.pk).first()


def list_members(campaign: Campaign) -> QuerySet[CampaignMember]:
    """Return everybody who takes part, the first to join first: for who runs the campaign."""
    return CampaignMember.objects.filter(campaign=campaign).select_related("person").order_by("joined_at", "id")


def list_tasks(campaign: Campaign) -> QuerySet[CampaignTask]:
    """Return the tasks of a campaign by number."""
    return CampaignTask.objects.filter(campaign=campaign).annotate(drawn=Count("contributions")).order_by("number")


def sees_work(campaign: Campaign, member: CampaignMember | None, viewer: Viewer) -> bool:
    """Say whether somebody sees what was drawn and said before it is approved: who takes part, and who runs it."""
    return member is not None or campaign.owner_id in viewer.organisations


def get_task(campaign: Campaign, number: int, *, with_work: bool = True) -> CampaignTask:
    """Return a task with what was drawn and said in it; raises NotFound.

    Without ``with_work`` what was drawn is there once it is approved, what happened without what was said about it.
    """
    drawn, said = Contribution.objects.order_by("id"), TaskEvent.objects.order_by("-id")
    if not with_work:
        drawn, said = drawn.filter(task__state=TaskState.APPROVED), said.exclude(verb="comment")
    rows = CampaignTask.objects.filter(campaign=campaign, number=number).select_related("campaign__layer")
    found = rows.prefetch_related(Prefetch("contributions", drawn), Prefetch("events", said)).first()
    if found is None:
        raise NotFound
    if not with_work:
        for event in found.events.all():
            event.comment = ""
    return found


def is_free(task: CampaignTask) -> bool:
    """Say whether somebody may take a task now: a lock that has run out is none."""
    has_run_out = task.locked_until is not None and task.locked_until <= clock.now()
    return task.state == TaskState.READY or (task.state == TaskState.LOCKED and has_run_out)


def measure_progress(campaign: Campaign) -> Progress:
    """Count the tasks by how far they are; each counts for every step that it has behind it."""
    counts = dict(
        CampaignTask.objects.filter(campaign=campaign).values_list("state").annotate(number=Count("id")).order_by()
    )
    approved = counts.get(TaskState.APPROVED, 0)
    validated = approved + counts.get(TaskState.VALIDATED, 0)
    return Progress(sum(counts.values()), validated + counts.get(TaskState.MAPPED, 0), validated, approved)


def list_standings(campaign: Campaign, most: int = 20) -> list[Standing]:
    """Return the leaderboard: who mapped most that was approved; names only as people chose to be called."""
    mapped = _counted(campaign, "mapped_by")
    validated = _counted(campaign, "validated_by")
    members = CampaignMember.objects.filter(campaign=campaign, person__in={*mapped, *validated})
    rows = [Standing(member, mapped.get(member.person_id, 0), validated.get(member.person_id, 0)) for member in members]
    return sorted(rows, key=lambda row: (-row.tasks, -row.validated, row.member.pk))[:most]


def _counted(campaign: Campaign, who: str) -> dict[UUID, int]:
    rows = CampaignTask.objects.filter(campaign=campaign, state=TaskState.APPROVED, **{f"{who}__isnull": False})
    return dict(rows.values_list(who).annotate(number=Count("id")).order_by())


def count_approved(campaign: Campaign, person_id: UUID) -> Merit:
    """Count the approved tasks that somebody mapped, and the features that they drew there."""
    tasks = CampaignTask.objects.filter(campaign=campaign, state=TaskState.APPROVED, mapped_by=person_id)
    drawn = Contribution.objects.filter(task__in=tasks, author=person_id).count()
    return Merit(tasks.count(), drawn)


def find_certificate(number: str) -> CampaignMember | None:
    """Return whose certificate has this number."""
    if not number:
        return None
    rows = CampaignMember.objects.filter(certificate=number).select_related("campaign", "campaign__owner", "person")
    return rows.first()


def list_nearby(task: CampaignTask) -> list[Mapped]:
    """Return the features that lie in a task or close to it."""
    area = from_wkb(task.area)
    rows = in_box(features_on(task.campaign.layer), box_around(area.bounds, NEAR_M)).order_by("id")[:MOST_NEAR]
    return [Mapped(row.key, from_wkb(row.geometry), row.properties) for row in rows]


def list_features_in(task: CampaignTask) -> list[Feature]:
    """Return the features on the map whose middle lies in the task: those that may be changed in it."""
    area = from_wkb(task.area)
    rows = in_box(features_on(task.campaign.layer), area.bounds).order_by("key")[:MOST_NEAR]
    return [row for row in rows if area.covers(from_wkb(row.geometry).representative_point())]


def find_faults(task: CampaignTask) -> list[Finding]:
    """Return what the checks say of what was drawn in a task."""
    drawn = [
        Mapped(row.key, from_wkb(row.geometry), row.properties)
        for row in Contribution.objects.filter(task=task).order_by("id")
        if row.geometry is not None
    ]
    return checks.check(drawn, from_wkb(task.area), list_nearby(task))


def list_approved(campaign: Campaign) -> Iterator[tuple[BaseGeometry, dict[str, object]]]:
    """Yield what was added and approved, as everybody sees it on the map today: for OpenStreetMap."""
    added = Contribution.objects.filter(
        task__campaign=campaign, task__state=TaskState.APPROVED, action=ItemAction.ADD
    ).values("key")
    strip = property_filter(campaign.layer, PUBLIC)
    for row in features_on(campaign.layer).filter(key__in=added).order_by("id").iterator(chunk_size=1000):
        yield from_wkb(row.geometry), strip(row.properties)


def find_letter(event_id: int) -> "tuple[TaskEvent, Person] | None":
    """Return a comment with who mapped its task, if there is anybody to write to."""
    event = (
        TaskEvent.objects.filter(pk=event_id)
        .select_related("task__campaign", "task__mapped_by", "task__locked_by")
        .first()
    )
    if event is None:
        return None
    person = event.task.mapped_by or event.task.locked_by
    if person is None or not person.is_active or person.is_demonstration or person.pk == event.by_id:
        return None
    return event, person


def count_community(since: object) -> Merit:
    """Count the tasks approved and the features drawn in them since a time, over all campaigns: evidence.

    What is on a made-up layer, or was approved by somebody of the demonstration, is none.
    """
    done = TaskEvent.objects.filter(verb="approve", at__gte=since).exclude(by__is_demonstration=True).values("task")
    tasks = CampaignTask.objects.filter(pk__in=done, state=TaskState.APPROVED)
    tasks = tasks.exclude(campaign__layer__origin__in=[Origin.ILLUSTRATIVE, Origin.SCHEMATIC])
    return Merit(tasks.count(), Contribution.objects.filter(task__in=tasks).count())


def level_of(member: CampaignMember | None) -> Level | None:
    """Return the level of somebody who takes part."""
    return Level(member.level) if member is not None else None
