"""Who may do what with a task of a campaign, and when: lock, map, validate, approve."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_


class Level(StrEnum):
    """What somebody is in a campaign; each level may do what those before it may."""

    STUDENT = "student"
    TEACHER = "teacher"
    CITY = "city"


LEVEL_NAMES: Mapping[Level, str] = {
    Level.STUDENT: N_("Mapper"),
    Level.TEACHER: N_("Validator (teacher)"),
    Level.CITY: N_("Approver (city)"),
}
RANK: Mapping[Level, int] = {Level.STUDENT: 0, Level.TEACHER: 1, Level.CITY: 2}


class CampaignState(StrEnum):
    """Whether people may take part."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


CAMPAIGN_STATE_NAMES: Mapping[CampaignState, str] = {
    CampaignState.DRAFT: N_("Being prepared"),
    CampaignState.OPEN: N_("Open"),
    CampaignState.CLOSED: N_("Closed"),
}
CAMPAIGN_MOVES: Mapping[CampaignState, frozenset[CampaignState]] = {
    CampaignState.DRAFT: frozenset({CampaignState.OPEN}),
    CampaignState.OPEN: frozenset({CampaignState.CLOSED}),
    CampaignState.CLOSED: frozenset({CampaignState.OPEN}),
}


class TaskState(StrEnum):
    """How far a task is."""

    READY = "ready"
    LOCKED = "locked"
    MAPPED = "mapped"
    VALIDATED = "validated"
    APPROVED = "approved"


TASK_STATE_NAMES: Mapping[TaskState, str] = {
    TaskState.READY: N_("To be mapped"),
    TaskState.LOCKED: N_("Somebody is mapping"),
    TaskState.MAPPED: N_("Mapped, to be validated"),
    TaskState.VALIDATED: N_("Validated, to be approved"),
    TaskState.APPROVED: N_("Approved"),
}


class Move(StrEnum):
    """What may be done with a task."""

    LOCK = "lock"
    RELEASE = "release"
    SUBMIT = "submit"
    VALIDATE = "validate"
    APPROVE = "approve"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Way:
    """From which states a move starts, where it leads, and the level it takes."""

    starts: frozenset[TaskState]
    leads: TaskState
    level: Level


WAYS: Mapping[Move, Way] = {
    Move.LOCK: Way(frozenset({TaskState.READY}), TaskState.LOCKED, Level.STUDENT),
    Move.RELEASE: Way(frozenset({TaskState.LOCKED}), TaskState.READY, Level.STUDENT),
    Move.SUBMIT: Way(frozenset({TaskState.LOCKED}), TaskState.MAPPED, Level.STUDENT),
    Move.VALIDATE: Way(frozenset({TaskState.MAPPED}), TaskState.VALIDATED, Level.TEACHER),
    Move.APPROVE: Way(frozenset({TaskState.VALIDATED}), TaskState.APPROVED, Level.CITY),
    Move.RETURN: Way(frozenset({TaskState.MAPPED, TaskState.VALIDATED}), TaskState.READY, Level.TEACHER),
}
LOCK_FOR = dt.timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """What is known of a task when somebody wants to move it."""

    state: TaskState
    locked_by: UUID | None = None
    locked_until: dt.datetime | None = None
    mapped_by: UUID | None = None
    validated_by: UUID | None = None

    def state_at(self, now: dt.datetime) -> TaskState:
        """Return the state: a lock that has run out is none."""
        if self.state == TaskState.LOCKED and self.locked_until is not None and self.locked_until <= now:
            return TaskState.READY
        return self.state


def check_can_move(
    move: Move, task: TaskFacts, *, by: UUID, level: Level | None, campaign: CampaignState, now: dt.datetime
) -> TaskState:
    """Return the state after a move; raise Refused with what stands in its way.

    Whoever mapped does not validate, and whoever mapped or validated does not approve: three pairs of eyes.
    """
    if campaign != CampaignState.OPEN:
        raise Refused(N_("This campaign is not open."))
    if level is None:
        raise Refused(N_("Join the campaign first."))
    way = WAYS[move]
    if RANK[level] < RANK[way.level]:
        raise Refused(_TOO_LOW[way.level])
    state = task.state_at(now)
    if state not in way.starts:
        raise Refused(_taken(move, state))
    if move in (Move.RELEASE, Move.SUBMIT) and task.locked_by != by:
        raise Refused(N_("Somebody else holds this task."))
    if move in (Move.VALIDATE, Move.RETURN) and task.mapped_by == by:
        raise Refused(N_("A second person looks at what you have mapped."))
    if move == Move.APPROVE and by in (task.mapped_by, task.validated_by):
        raise Refused(N_("Somebody who neither mapped nor validated this task approves it."))
    return way.leads


_TOO_LOW: Mapping[Level, str] = {
    Level.STUDENT: N_("Join the campaign first."),
    Level.TEACHER: N_("Teachers validate what was mapped."),
    Level.CITY: N_("The city approves what was validated."),
}


def _taken(move: Move, state: TaskState) -> str:
    if move == Move.LOCK and state == TaskState.LOCKED:
        return N_("Somebody is mapping this task already; take another one.")
    if move == Move.SUBMIT:
        return N_("Your lock of this task has run out; take it again. What you drew is still there.")
    return N_("This task is not where this can be done.")
