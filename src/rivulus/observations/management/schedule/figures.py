"""When the figures of the domains are made anew (in UTC)."""

from django.tasks import task

from rivulus.kernel.tasks import periodic
from rivulus.observations.queries.domains import find_domain
from rivulus.observations.queries.kept_figures import make_figures
from rivulus.observations.queries.things import count_by_domain


@periodic("*/5 * * * *")
@task
def make_all_figures() -> None:
    """Make the figures of every domain that has things, so that no visitor waits for them."""
    for code in count_by_domain(with_private=True):
        if find_domain(code) is not None:
            make_figures(code, is_duty=False)
            make_figures(code, is_duty=True)
