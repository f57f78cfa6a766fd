"""Campaigns are prepared, opened and closed; tasks are locked, mapped, validated and approved."""

from collections.abc import Mapping
from secrets import token_hex
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from shapely.geometry.base import BaseGeometry

from rivulus.atlas.actions import features
from rivulus.atlas.actions.campaign_letters import send_letter
from rivulus.atlas.models import (
    Campaign,
    CampaignMember,
    CampaignTask,
    Change,
    Contribution,
    Feature,
    Layer,
    TaskEvent,
)
from rivulus.atlas.queries import campaigns as queries
from rivulus.atlas.rules import permissions
from rivulus.atlas.rules.campaigns import cutting
from rivulus.atlas.rules.campaigns.checks import Finding
from rivulus.atlas.rules.campaigns.moves import (
    CAMPAIGN_MOVES,
    LOCK_FOR,
    CampaignState,
    Level,
    Move,
    TaskFacts,
    TaskState,
    check_can_move,
)
from rivulus.atlas.rules.geometries import check_geometry, normalise, read_geometry
from rivulus.atlas.rules.plans import ItemAction
from rivulus.atlas.rules.schemas import read_schema
from rivulus.atlas.rules.versions import ChangedFeature, NewFeature, RemovedFeature
from rivulus.atlas.terms import ChangeKind
from rivulus.identity import queries as identity
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import NotFound, Refused
from rivulus.kernel.geometry import to_wkb
from rivulus.kernel.words import N_

if TYPE_CHECKING:
    from rivulus.identity.models import Organisation, Person

SUBJECT, TASK = "atlas.campaign", "atlas.campaign_task"
MOST_IN_A_TASK = 500
LONGEST_COMMENT = 2000


@transaction.atomic
def prepare(
    *,
    by: "Person",
    code: str,
    titles: tuple[str, str, str],
    instructions: tuple[str, str, str],
    owner: "Organisation",
    layer: Layer,
    area: BaseGeometry,
    side_m: float,
    tags: Mapping[str, object],
) -> Campaign:
    """Prepare a campaign and cut its area into tasks; whoever prepares it approves for the city. Raises Refused."""
    _check_runs(by, owner.pk)
    if layer.owner_id != owner.pk:
        raise Refused(N_("A campaign maps a layer of the organisation that runs it."))
    if layer.is_kept_by_machine:
        raise Refused(N_("This layer is kept up to date by the platform and is not edited by hand."))
    if Campaign.objects.filter(code=code).exists():
        raise Refused(N_("There is a campaign with this code already."))
    pieces = cutting.cut(area, side_m)
    campaign = Campaign.objects.create(
        code=code, title_ro=titles[0], title_en=titles[1], title_hu=titles[2], instructions_ro=instructions[0],
        instructions_en=instructions[1], instructions_hu=instructions[2], owner=owner, layer=layer,
        area=to_wkb(area), side_m=side_m, tags=dict(tags), created_by=by, created_at=clock.now(),
    )  # fmt: skip
    CampaignTask.objects.bulk_create(
        CampaignTask(campaign=campaign, number=number, area=to_wkb(piece)) for number, piece in enumerate(pieces, 1)
    )
    CampaignMember.objects.create(campaign=campaign, person=by, level=Level.CITY, joined_at=clock.now())
    _write(by, "prepared", campaign, {"tasks": len(pieces), "layer": layer.code})
    return campaign


@transaction.atomic
def set_state(*, by: "Person", campaign: Campaign, state: CampaignState) -> Campaign:
    """Open a campaign, or close it; what is under way stays where it is."""
    locked = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    _check_runs(by, locked.owner_id)
    if state not in CAMPAIGN_MOVES[CampaignState(locked.state)]:
        raise Refused(N_("The campaign is there already."))
    locked.state = state
    locked.save(update_fields=["state"])
    _write(by, f"{state}_set", locked, {})
    return locked


@transaction.atomic
def join(*, by: "Person", campaign: Campaign, shown_name: str = "") -> CampaignMember:
    """Take part as a mapper; asked again, it changes the name on the leaderboard."""
    permissions.check_can("take_part", identity.roles_of(by))
    if campaign.state != CampaignState.OPEN:
        raise Refused(N_("This campaign is not open."))
    member, is_new = CampaignMember.objects.get_or_create(
        campaign=campaign, person=by, defaults={"shown_name": shown_name.strip()[:60], "joined_at": clock.now()}
    )
    if not is_new and member.shown_name != shown_name.strip()[:60]:
        member.shown_name = shown_name.strip()[:60]
        member.save(update_fields=["shown_name"])
    if is_new:
        _write(by, "joined", campaign, {"member": member.pk})
    return member


@transaction.atomic
def set_level(*, by: "Person", member: CampaignMember, level: Level) -> CampaignMember:
    """Let somebody validate or approve, or only map; done by who runs the campaign, never for oneself."""
    locked = CampaignMember.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=member.pk)
    _check_runs(by, locked.campaign.owner_id)
    if locked.person_id == by.pk:
        raise Refused(N_("Somebody else sets your level."))
    locked.level = level
    locked.save(update_fields=["level"])
    _write(by, "level_set", locked.campaign, {"member": locked.pk, "level": str(level)})
    return locked


# --- tasks -----------------------------------------------------------------------------------------


@transaction.atomic
def lock(*, by: "Person", task: CampaignTask) -> CampaignTask:
    """Take a task for two days, so that nobody else maps the same; raises Refused where somebody has it."""
    locked = _lock(task)
    _check_move(by, locked, Move.LOCK)
    locked.state, locked.locked_by, locked.locked_until = TaskState.LOCKED, by, clock.now() + LOCK_FOR
    locked.mapped_by = locked.validated_by = None
    locked.save(update_fields=["state", "locked_by", "locked_until", "mapped_by", "validated_by"])
    _tell(by, locked, Move.LOCK)
    return locked


@transaction.atomic
def release(*, by: "Person", task: CampaignTask) -> CampaignTask:
    """Give a task back; what was drawn stays for whoever takes it next."""
    locked = _lock(task)
    _check_move(by, locked, Move.RELEASE)
    return _move(by, locked, Move.RELEASE, state=TaskState.READY, locked_by=None, locked_until=None)


@transaction.atomic
def draw(
    *,
    by: "Person",
    task: CampaignTask,
    action: ItemAction,
    key: str = "",
    seen: int | None = None,
    number: int | None = None,
    properties: Mapping[str, object] | None = None,
    geometry: object = None,
) -> Contribution:
    """Draw a new feature in a task that one holds, or change or end one that is there.

    ``seen`` is the version of the feature on the map, ``number`` that of what was drawn before: whoever saw an older
    one is refused. A new feature gets a key of its own.
    """
    locked = _lock(task)
    _check_move(by, locked, Move.SUBMIT)
    layer = locked.campaign.layer
    values: dict[str, Any] = {"action": action, "seen": seen, "author": by, "drawn_at": clock.now()}
    if action == ItemAction.ADD:
        values["seen"] = None
        key = key or f"{locked.campaign.code[:40]}-{locked.number}-{_next_number(locked)}"
    else:
        _check_seen(layer, key, seen)
    if action == ItemAction.REMOVE:
        values |= {"properties": {}, "geometry": None}
    else:
        values |= _take(layer, properties or {}, geometry)
    known = Contribution.objects.select_for_update(of=("self",)).filter(task=locked, key=key).first()
    if known is not None and known.number != number:
        raise Refused(N_("This was changed since you opened it; look at it again."))
    if known is None and Contribution.objects.filter(task=locked).count() >= MOST_IN_A_TASK:
        raise Refused(N_("A task holds at most 500 changes; hand it over first."))
    made, _ = Contribution.objects.update_or_create(
        task=locked, key=key, defaults={**values, "number": known.number + 1 if known else 1}
    )
    return made


@transaction.atomic
def undo(*, by: "Person", task: CampaignTask, key: str) -> None:
    """Take back what was drawn of one feature."""
    locked = _lock(task)
    _check_move(by, locked, Move.SUBMIT)
    if not Contribution.objects.filter(task=locked, key=key).delete()[0]:
        raise NotFound


@transaction.atomic
def submit(*, by: "Person", task: CampaignTask, comment: str = "") -> tuple[CampaignTask, list[Finding]]:
    """Hand a task over for validation; raises Refused where something lies outside of it. Nothing to map is an answer.

    Returns what the checks find doubtful besides, for whoever validates.
    """
    locked = _lock(task)
    _check_move(by, locked, Move.SUBMIT)
    findings = queries.find_faults(locked)
    stopping = next((finding for finding in findings if finding.stops), None)
    if stopping is not None:
        raise Refused(f"{stopping.key}: " + stopping.sentence, **stopping.values)
    moved = _move(
        by, locked, Move.SUBMIT, comment, state=TaskState.MAPPED, mapped_by=by, locked_by=None, locked_until=None
    )
    return moved, findings


@transaction.atomic
def validate(*, by: "Person", task: CampaignTask, comment: str = "") -> CampaignTask:
    """Say that a task is mapped well, as a second person."""
    locked = _lock(task)
    _check_move(by, locked, Move.VALIDATE)
    return _move(by, locked, Move.VALIDATE, comment, state=TaskState.VALIDATED, validated_by=by)


@transaction.atomic
def send_back(*, by: "Person", task: CampaignTask, comment: str) -> CampaignTask:
    """Return a task to be mapped better; the reason reaches whoever mapped it."""
    locked = _lock(task)
    _check_move(by, locked, Move.RETURN)
    if len(comment.strip()) < 5:
        raise Refused(N_("Say what should be mapped better."))
    mapper = locked.mapped_by_id
    moved = _move(by, locked, Move.RETURN, comment, state=TaskState.READY, validated_by=None)
    if mapper is not None:
        event = TaskEvent.objects.filter(task=locked).latest("id")
        transaction.on_commit(lambda: send_letter.enqueue(event.pk))
    return moved


@transaction.atomic
def approve(*, by: "Person", task: CampaignTask, comment: str = "") -> CampaignTask:
    """Bring what was mapped onto the map, as a third person and in one transaction; raises Refused for conflicts.

    A feature that somebody else has changed since is not overwritten: send the task back, and let it be drawn anew.
    """
    locked = _lock(task)
    _check_move(by, locked, Move.APPROVE)
    rows = list(Contribution.objects.filter(task=locked).order_by("key"))
    change = _bring_onto_the_map(by, locked, rows) if rows else None
    return _move(by, locked, Move.APPROVE, comment, state=TaskState.APPROVED, approved_by=by, change=change)


def _bring_onto_the_map(by: "Person", task: CampaignTask, rows: list[Contribution]) -> Change:
    return features.apply_changes(
        by=by,
        layer=task.campaign.layer,
        kind=ChangeKind.DIGITISING,
        reason=f"{task.campaign.code} #{task.number}",
        additions=[
            NewFeature(bytes(row.geometry), row.properties, row.key)
            for row in rows
            if row.action == ItemAction.ADD and row.geometry is not None
        ],
        updates=[
            ChangedFeature(row.key, row.seen, bytes(row.geometry), row.properties)
            for row in rows
            if row.action == ItemAction.CHANGE and row.geometry is not None
        ],
        removals=[RemovedFeature(row.key, row.seen, clock.today()) for row in rows if row.action == ItemAction.REMOVE],
    )


@transaction.atomic
def comment(*, by: "Person", task: CampaignTask, words: str) -> TaskEvent:
    """Say something of a task; it reaches whoever mapped it, unless they say it themselves."""
    if queries.find_member(task.campaign, by) is None:
        raise Refused(N_("Join the campaign first."))
    said = words.strip()[:LONGEST_COMMENT]
    if not said:
        raise Refused(N_("Say something."))
    event = TaskEvent.objects.create(task=task, verb="comment", by=by, at=clock.now(), comment=said)
    mapper = task.mapped_by_id or task.locked_by_id
    if mapper is not None and mapper != by.pk:
        transaction.on_commit(lambda: send_letter.enqueue(event.pk))
    return event


@transaction.atomic
def certify(*, by: "Person", campaign: Campaign) -> CampaignMember:
    """Give one's own certificate its number; raises Refused before anything of theirs was approved."""
    member = CampaignMember.objects.select_for_update(of=("self",)).filter(campaign=campaign, person=by).first()
    if member is None or not queries.count_approved(campaign, by.pk).tasks:
        raise Refused(N_("A certificate is given once a task that you mapped is approved."))
    if not member.certificate:
        member.certificate = token_hex(8)
        member.save(update_fields=["certificate"])
        _write(by, "certified", campaign, {"member": member.pk})
    return member


@transaction.atomic
def forget_person(*, by: "Person | None", person_id: UUID) -> None:
    """Take the name off the leaderboard and the certificate away; what was mapped stays on the map, by nobody."""
    CampaignMember.objects.filter(person_id=person_id).update(shown_name="", certificate="")


def _take(layer: Layer, properties: Mapping[str, object], geometry: object) -> dict[str, object]:
    shape = read_geometry(geometry)
    problems = check_geometry(shape, layer.geometry_type)
    if problems:
        raise problems[0].raised()
    return {"properties": read_schema(layer.schema).open.take(properties), "geometry": to_wkb(normalise(shape))}


def _check_seen(layer: Layer, key: str, seen: int | None) -> None:
    current = Feature.objects.filter(layer=layer, key=key, valid__contains=clock.today()).first()
    if current is None:
        raise NotFound
    if current.number != seen:
        raise Refused(N_("This feature has changed since you opened it; look at it again."))


def _next_number(task: CampaignTask) -> int:
    prefix = f"{task.campaign.code[:40]}-{task.number}-"
    used = [
        int(key.removeprefix(prefix))
        for key in Contribution.objects.filter(task=task, key__startswith=prefix).values_list("key", flat=True)
        if key.removeprefix(prefix).isdigit()
    ]
    there = Feature.objects.filter(layer=task.campaign.layer, key__startswith=prefix).values_list("key", flat=True)
    used += [int(key.removeprefix(prefix)) for key in there if key.removeprefix(prefix).isdigit()]
    return max(used, default=0) + 1


def _lock(task: CampaignTask) -> CampaignTask:
    related = ("campaign", "campaign__layer")
    return CampaignTask.objects.select_for_update(of=("self",)).select_related(*related).get(pk=task.pk)


def _check_move(by: "Person", task: CampaignTask, move: Move) -> TaskState:
    member = queries.find_member(task.campaign, by)
    facts = TaskFacts(
        state=TaskState(task.state),
        locked_by=task.locked_by_id,
        locked_until=task.locked_until,
        mapped_by=task.mapped_by_id,
        validated_by=task.validated_by_id,
    )
    level = Level(member.level) if member else None
    if level == Level.CITY and move == Move.APPROVE:
        _check_runs(by, task.campaign.owner_id)  # who brings something onto the map may edit the layer, too
    return check_can_move(
        move, facts, by=by.pk, level=level, campaign=CampaignState(task.campaign.state), now=clock.now()
    )


def _move(by: "Person", task: CampaignTask, move: Move, comment: str = "", **values: object) -> CampaignTask:
    for name, value in values.items():
        setattr(task, name, value)
    task.save(update_fields=list(values))
    _tell(by, task, move, comment)
    return task


def _tell(by: "Person", task: CampaignTask, move: Move, comment: str = "") -> None:
    words = comment.strip()[:LONGEST_COMMENT]
    TaskEvent.objects.create(task=task, verb=str(move), by=by, at=clock.now(), comment=words)
    content = {"campaign": task.campaign.code, "number": task.number, "change": task.change_id}
    journal.write(by=by, verb=f"{TASK}.{move}", subject=TASK, subject_id=task.pk, content=content)


def _check_runs(by: "Person", owner: int) -> None:
    permissions.check_can_for("run_campaign", identity.roles_of(by), owner, identity.organisations_of(by))


def _write(by: "Person", verb: str, campaign: Campaign, content: Mapping[str, object]) -> None:
    journal.write(
        by=by,
        verb=f"{SUBJECT}.{verb}",
        subject=SUBJECT,
        subject_id=campaign.pk,
        content={"code": campaign.code, **content},
    )
