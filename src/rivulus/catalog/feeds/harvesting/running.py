"""One visit to a catalog elsewhere: fetch, read, take in, report."""

from rivulus.catalog.actions import harvest as actions
from rivulus.catalog.feeds.fetching import Fetched, Web
from rivulus.catalog.feeds.harvesting import ckan, dcat
from rivulus.catalog.models import HarvestRun, HarvestSource
from rivulus.catalog.rules.harvest import MOST_PAGES, Visit
from rivulus.catalog.terms import HarvestKind
from rivulus.kernel.errors import Refused

TIMEOUT_S, PREVIEW_TIMEOUT_S = 60.0, 15.0


def harvest(source: HarvestSource, *, fetch: dcat.Fetch | None = None) -> HarvestRun | None:
    """Visit a catalog and keep the report; None where another visit is under way."""
    run = actions.begin_run(by=None, source=source)
    if run is None:
        return None
    try:
        visit = read(source, fetch=fetch)
        return actions.take_in(by=None, run=run, visit=visit)
    except Refused as refused:
        return actions.fail_run(by=None, run=run, why=str(refused))
    except Exception as error:
        actions.fail_run(by=None, run=run, why=f"{type(error).__name__}")
        raise


def read(source: HarvestSource, *, fetch: dcat.Fetch | None = None, is_preview: bool = False) -> Visit:
    """Read what a catalog has, without changing anything; a preview reads its first page only."""
    is_dcat = source.kind == HarvestKind.DCAT
    visit, accept = (dcat.visit, dcat.ACCEPT) if is_dcat else (ckan.visit, ckan.ACCEPT)
    web = Web(timeout_s=PREVIEW_TIMEOUT_S if is_preview else TIMEOUT_S)

    def get(url: str) -> Fetched:
        return web.get(url, accept=accept)

    try:
        return visit(source.url, fetch or get, most_pages=1 if is_preview else MOST_PAGES)
    finally:
        web.close()
