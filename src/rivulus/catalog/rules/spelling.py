"""Words that were meant, for words that were typed wrongly: by the share of the trigrams that two words have."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

LEAST = 0.25
SHORTEST = 3


class Lexicon:
    """Words that are known; a word is compared with those only that share a trigram with it."""

    def __init__(self, words: Iterable[str]) -> None:
        self.trigrams: dict[str, frozenset[str]] = {}
        self.having: dict[str, list[str]] = defaultdict(list)
        for word in words:
            if len(word) >= SHORTEST and word not in self.trigrams:
                self.trigrams[word] = trigrams_of(word)
                for part in self.trigrams[word]:
                    self.having[part].append(word)

    def nearest(self, word: str) -> str:
        """Return the known word most like this one (itself, where it is known or part of one), or nothing."""
        wanted = trigrams_of(word)
        shared: dict[str, int] = defaultdict(int)
        for part in wanted:
            for other in self.having.get(part, ()):
                shared[other] += 1
        best, found = LEAST, ""
        for other, count in shared.items():
            likeness = count / (len(wanted) + len(self.trigrams[other]) - count)
            if likeness > best or (likeness == best and found and (len(other), other) < (len(found), found)):
                best, found = likeness, other
        return found

    def has_part(self, word: str) -> bool:
        """Say whether a word is known, or part of one that is."""
        return word in self.trigrams or any(word in other for other in self.trigrams)


def correct(lexicon: Lexicon, words: Sequence[str]) -> list[str]:
    """Return the words that were meant; nothing where one of them is like none that is known."""
    meant = [word if lexicon.has_part(word) else lexicon.nearest(word) for word in words]
    return meant if all(meant) else []


def trigrams_of(word: str) -> frozenset[str]:
    """Return the trigrams of a word, with two marks before it and one behind, as pg_trgm cuts them."""
    padded = f"  {word} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))
