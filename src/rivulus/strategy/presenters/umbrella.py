"""The umbrella in words: each direction with what it answers to, and who changed it."""

from collections.abc import Iterable
from dataclasses import dataclass

from rivulus.strategy import models
from rivulus.strategy.presenters.pillars import tone_of
from rivulus.strategy.presenters.viewer import name_of


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link, and who edited it (empty when it is as the pack of facts gives it)."""

    link: models.UmbrellaLink
    editor: str


@dataclass(frozen=True, slots=True)
class DirectionView:
    """A direction with the links that were asked for."""

    direction: models.Direction
    tone: str
    links: tuple[LinkView, ...]


def present_links(links: Iterable[models.UmbrellaLink], *, with_names: bool) -> tuple[LinkView, ...]:
    """Return links with the words for who edited them."""
    return tuple(
        LinkView(link, name_of(link.edited_by, with_name=with_names) if link.edited_at else "") for link in links
    )


def present_directions(
    directions: Iterable[models.Direction], links: Iterable[models.UmbrellaLink], *, with_names: bool
) -> list[DirectionView]:
    """Return every direction with its links; those without any are kept, because a gap is worth seeing."""
    by_direction: dict[int, list[LinkView]] = {}
    for view in present_links(links, with_names=with_names):
        by_direction.setdefault(view.link.direction_id, []).append(view)
    return [
        DirectionView(direction, tone_of(direction.pillar), tuple(by_direction.get(direction.pk, ())))
        for direction in directions
    ]
