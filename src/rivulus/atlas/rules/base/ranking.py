"""How well a place fits what somebody looks for. Pure."""

from dataclasses import dataclass
from functools import lru_cache

FITS_WELL, FITS = 0.8, 0.58
ALIKE = (1.0, 0.93, 0.8, 0.66)  # the same, begins so, one slip, two slips
FINISHED_FROM = 2  # letters from which the beginning of a word is taken for it
WEIGHT_SHARE, LENGTH_SHARE = 0.06, 0.08


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place as far as it matters here: the words of its name, of its other names, and of where it is."""

    own: tuple[str, ...]
    others: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    weight: int = 0


def score(wanted: tuple[str, ...], candidate: Candidate) -> float:
    """Return how well a place fits, from 0 to a little over 1.

    Every wanted word should be among its words, at least nearly; names that say much more than was asked for come
    after those that say just that; then the weight decides.
    """
    own, others, around = (
        [max((alike(word, other) for other in words), default=0.0) for word in wanted]
        for words in (candidate.own, candidate.others, candidate.around)
    )
    if max((*own, *others), default=0.0) < ALIKE[3]:
        return 0.0  # only where it is was named, not what it is
    found = list(map(max, own, others, around))
    fit = sum(found) / len(wanted)
    missing = sum(value < ALIKE[3] for value in found)
    said = sum(value >= ALIKE[3] for value in map(max, own, others))
    surplus = max(0, len(candidate.own) - said) / max(1, len(candidate.own))
    bonus = WEIGHT_SHARE * min(candidate.weight, 100) / 100
    return max(0.0, fit - 0.15 * missing - LENGTH_SHARE * surplus + bonus)


@lru_cache(maxsize=1 << 16)
def alike(word: str, other: str) -> float:
    """Return how far a word that was typed may be another: 1 where it is, 0 where it is not."""
    if word == other:
        return ALIKE[0]
    if len(word) >= FINISHED_FROM and other.startswith(word):
        return ALIKE[1]
    if len(word) < 4 or word.isdigit() or abs(len(word) - len(other)) > 2:
        return 0.0
    slips = count_slips(word, other, 2)
    if slips == 1:
        return ALIKE[2]
    if slips == 2 and len(word) >= 6:
        return ALIKE[3]
    # a word that is not typed to its end may have a slip as well
    if len(word) >= 5 and len(other) > len(word) and count_slips(word, other[: len(word)], 1) <= 1:
        return ALIKE[3]
    return 0.0


def count_slips(word: str, other: str, most: int) -> int:
    """Return how many letters were missed, added, changed or swapped with their neighbour; ``most + 1`` for more."""
    if abs(len(word) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        earlier, before, row = before, row, [i]
        for j, sign in enumerate(other, 1):
            steps = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != sign))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == sign:
                steps = min(steps, earlier[j - 2] + 1)
            row.append(steps)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
