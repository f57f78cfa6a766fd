"""Figures of domains, kept for some minutes: they look at weeks of hours, which is too much for every visitor."""

import datetime as dt

from django.core.cache import cache

from rivulus.kernel import clock
from rivulus.observations.queries.domain_figures import Figure, list_duty_figures, list_public_figures

SHAPE = 2  # of what is kept: a release that keeps something else does not read what another one kept
KEEP_S = 900  # the worker makes them anew every five minutes; without a worker a visitor does after fifteen


def list_figures(code: str, *, is_duty: bool) -> tuple[Figure, ...]:
    """Return the figures of a domain's public or duty page, at most a quarter of an hour old; raises NotFound."""
    found: tuple[Figure, ...] | None = cache.get(_key(code, is_duty))
    return make_figures(code, is_duty=is_duty) if found is None else found


def make_figures(code: str, *, is_duty: bool, now: dt.datetime | None = None) -> tuple[Figure, ...]:
    """Compute the figures of a domain and keep them."""
    listing = list_duty_figures if is_duty else list_public_figures
    found = listing(code, now=now or clock.now())
    cache.set(_key(code, is_duty), found, KEEP_S)
    return found


def _key(code: str, is_duty: bool) -> str:
    return f"observations:figures:{SHAPE}:{code}:{'duty' if is_duty else 'public'}"
