"""Places that are found by words, replaced source by source."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from rivulus.atlas.actions.base.merging import Difference, Merge, box_words
from rivulus.atlas.rules.base.places import PlaceRow

if TYPE_CHECKING:
    from rivulus.identity.models import Person

COLUMNS = (
    "key", "kind", "name", "number", "detail", "postcode", "words", "weight", "is_exact", "longitude", "latitude", "box",
)  # fmt: skip


@transaction.atomic
def replace_places(*, by: "Person | None", source: str, rows: Iterable[PlaceRow]) -> Difference:
    """Make the places of a source exactly these; ``by`` answers for it in the journal line of the caller."""
    return Merge("atlas_place", "key", COLUMNS, scope=("source", source)).whole(map(_columns, rows))


def _columns(row: PlaceRow) -> Sequence[object]:
    return (
        row.key,
        str(row.kind),
        row.name,
        row.number,
        row.detail,
        row.postcode,
        row.words,
        row.weight,
        row.is_exact,
        row.longitude,
        row.latitude,
        box_words(row.box),
    )
