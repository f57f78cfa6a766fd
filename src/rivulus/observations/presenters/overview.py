"""The city now: each domain as a card."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from rivulus.observations.presenters.domains import FigureWords, headline, present_figures
from rivulus.observations.queries.things import DomainCount
from rivulus.observations.terms import DOMAIN_NAMES, Domain


@dataclass(frozen=True, slots=True)
class Card:
    """A domain: how many things measure it, and where its page is."""

    domain: Domain
    name: str
    url: str
    things: int
    is_simulated: bool
    headline: FigureWords | None = None


def present_cards(counts: Mapping[str, DomainCount], *, with_headlines: bool = False) -> list[Card]:
    """Return the domains that have things, in their own order; a headline costs the figures of its domain."""
    return [_card(domain, counts[domain], with_headlines) for domain in Domain if domain in counts]


def _card(domain: Domain, count: DomainCount, with_headline: bool) -> Card:
    shown = headline(present_figures(domain, is_duty=False)) if with_headline else None
    return Card(
        domain=domain,
        name=gettext(DOMAIN_NAMES[domain]),
        url=reverse("observations:domain", args=[domain]),
        things=count.things,
        is_simulated=shown.is_simulated if shown else count.simulated > 0,
        headline=shown,
    )
