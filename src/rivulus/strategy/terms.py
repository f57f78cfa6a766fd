"""The words of the strategy: states, bases, statuses. Labels are msgids."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from rivulus.identity.terms import Role
from rivulus.kernel.words import N_
from rivulus.ui.terms import Tone


class Actor(Protocol):
    """A person as far as the strategy must know them: who they are, and what they may do now."""

    is_demonstration: bool

    @property
    def id(self) -> UUID:
        """Return who it is."""
        ...

    def active_roles(self) -> frozenset[Role]:
        """Return the roles that count now."""
        ...


class State(StrEnum):
    """How a criterion of the maturity matrix stands at a date."""

    MET = "met"
    IN_PROGRESS = "in_progress"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """How a state is known, from the strongest to the weakest."""

    MEASURED = "measured"
    DECLARED = "declared"
    RECONSTRUCTED = "reconstructed"
    UNKNOWN = "unknown"


class Mode(StrEnum):
    """How a probe speaks for a criterion: alone, or only together with a person's declaration."""

    MEASURED = "measured"
    BOTH = "both"


class Effect(StrEnum):
    """What finishing a project does to a criterion, by interpretation."""

    MEETS = "meets"
    CONTRIBUTES = "contributes"


class Status(StrEnum):
    """The life of a project."""

    IDEA = "idea"
    PREPARING = "preparing"
    APPLIED = "applied"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    SUSPENDED = "suspended"
    ABANDONED = "abandoned"


class Origin(StrEnum):
    """Who put a fact here: the pack of facts, or a person since."""

    PACK = "pack"
    PERSON = "person"


class Verdict(StrEnum):
    """What the second person says of a declaration."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"


class EvaluationKind(StrEnum):
    """The evaluations that chapter 6.3 asks for, and the yearly report."""

    EX_ANTE = "ex_ante"
    INTERIM_1 = "interim_1"
    INTERIM_2 = "interim_2"
    EX_POST = "ex_post"
    ANNUAL = "annual"


STATE_LABELS = {
    State.MET: N_("Met"),
    State.IN_PROGRESS: N_("In progress"),
    State.NOT_MET: N_("Not met"),
    State.UNKNOWN: N_("Not known"),
}
BASIS_LABELS = {
    Basis.MEASURED: N_("Measured"),
    Basis.DECLARED: N_("Declared"),
    Basis.RECONSTRUCTED: N_("Reconstructed from the strategy"),
    Basis.UNKNOWN: N_("Not known"),
}
STATUS_LABELS = {
    Status.IDEA: N_("Idea"),
    Status.PREPARING: N_("In preparation"),
    Status.APPLIED: N_("Funding applied for"),
    Status.IN_PROGRESS: N_("Under way"),
    Status.DONE: N_("Finished"),
    Status.SUSPENDED: N_("Suspended"),
    Status.ABANDONED: N_("Abandoned"),
}
EFFECT_LABELS = {
    Effect.MEETS: N_("would satisfy, together with the other projects so marked"),
    Effect.CONTRIBUTES: N_("would help"),
}
MODE_LABELS = {
    Mode.MEASURED: N_("the measurement decides"),
    Mode.BOTH: N_("the measurement and a declaration are both needed"),
}
EVALUATION_LABELS = {
    EvaluationKind.EX_ANTE: N_("Ex-ante evaluation"),
    EvaluationKind.INTERIM_1: N_("Interim evaluation (1)"),
    EvaluationKind.INTERIM_2: N_("Interim evaluation (2)"),
    EvaluationKind.EX_POST: N_("Ex-post evaluation"),
    EvaluationKind.ANNUAL: N_("Annual report"),
}

# One mineral of the city's collection for each pillar.
TONES: Mapping[str, Tone] = {
    "E": Tone.GOLD,
    "C": Tone.AMETHYST,
    "Me": Tone.MALACHITE,
    "L": Tone.CHESTNUT,
    "Mo": Tone.STREAM,
    "G": Tone.STIBNITE,
}
