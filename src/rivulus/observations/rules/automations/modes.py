"""What becomes of a firing while earlier runs of the same rule for the same series still wait."""

from enum import StrEnum

from rivulus.observations.rules.automations.syntax import Mode


class Admission(StrEnum):
    """How a new run is taken in."""

    START = "start"
    SKIP = "skip"
    QUEUE = "queue"
    REPLACE = "replace"  # the running ones end, and this one starts


def admit(mode: Mode, most: int, *, running: int, queued: int) -> Admission:
    """Return what becomes of one more run; ``most`` bounds the parallel and the queued ones."""
    if running == 0:
        return Admission.START
    if mode is Mode.RESTART:
        return Admission.REPLACE
    if mode is Mode.PARALLEL:
        return Admission.START if running < most else Admission.SKIP
    if mode is Mode.QUEUED:
        return Admission.QUEUE if queued < most else Admission.SKIP
    return Admission.SKIP
