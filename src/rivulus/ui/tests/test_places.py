"""Places in a source: the whole pack, said in three languages."""

import csv
import io
from pathlib import Path

import pytest
from django.utils.translation import gettext_lazy, override

from rivulus.ui.places import place_text

PACK = Path(__file__).resolve().parents[4] / "pack" / "baia_mare"


def places() -> set[str]:
    files = (file.read_text(encoding="utf-8") for file in PACK.rglob("*.csv"))
    rows = (row for text in files for row in csv.DictReader(io.StringIO(text)))
    return {row["source_place"] for row in rows if row.get("source_place")}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ro", "cap. 4.2.2, viziune; nivel din Anexa 1 (E2.1); perioada derivată din nivel"),
        ("en", "ch. 4.2.2, vision; level from Annex 1 (E2.1); the period follows from the level"),
        ("hu", "4.2.2. fej., jövőkép; szint: 1. melléklet (E2.1); az időszak a szintből következik"),
    ],
)
def test_a_place_is_said_in_the_language_of_the_reader(language: str, words: str) -> None:
    with override(language):
        assert place_text("cap. 4.2.2, viziune; nivel din Anexa 1 (E2.1); perioada derivată din nivel") == words


def test_every_place_of_the_pack_is_known() -> None:
    for place in places():
        with override("ro"):
            assert place_text(place) == place
        with override("en"):
            assert place_text(place) != place


@pytest.mark.parametrize("place", ["", "Raport anual, p. 3", "<b>cap. 2</b>", "cap. doi"])
def test_a_place_in_other_words_stays_as_it_was_written(place: str) -> None:
    with override("hu"):
        assert place_text(place) == place


def test_words_that_wait_for_their_language_are_taken() -> None:
    assert place_text(gettext_lazy("chapters 4 and 5")) == str(gettext_lazy("chapters 4 and 5"))  # type: ignore[arg-type]
