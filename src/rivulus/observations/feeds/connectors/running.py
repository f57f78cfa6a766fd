"""One run of a connector: ask, read, describe, store, and tell; nothing is lost where any of it fails."""

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_
from rivulus.observations.actions import connectors as actions
from rivulus.observations.actions.connectors import Report
from rivulus.observations.feeds.connectors import bodies
from rivulus.observations.feeds.connectors.formats import map_answer
from rivulus.observations.feeds.connectors.taking import Answer
from rivulus.observations.feeds.fetching import Fetched, Fetcher, Unanswered
from rivulus.observations.models import Connector, ConnectorRun
from rivulus.observations.rules.connectors.declarations import Declaration, base_of
from rivulus.observations.rules.connectors.mapped import Mapped, Problem
from rivulus.observations.rules.connectors.schedule import Outcome
from rivulus.observations.rules.weeks import microseconds

LEASE_S = 900.0
NOTHING = N_("The answer holds nothing that this connector knows.")
BROKEN = N_("Something went wrong on the platform's side; its log says more.")
logger = logging.getLogger(__name__)
type Validators = dict[str, dict[str, str]]


@dataclass(slots=True)
class Fetch:
    """All that a source answered, the validators for the next time, and whether anything changed at all."""

    documents: dict[str, tuple[bytes, ...]] = field(default_factory=dict)
    validators: Validators = field(default_factory=dict)
    is_changed: bool = False


def run(declaration: Declaration, *, fetcher: Fetcher | None = None) -> ConnectorRun | None:
    """Run a connector once, and return what it has to tell; None while another worker asks the same source."""
    connector = actions.lease(by=None, code=declaration.code, for_s=LEASE_S)
    if connector is None:
        return None
    asking = fetcher or Fetcher(declaration)
    started_at = clock.now()
    try:
        report = _run(declaration, connector, asking, started_at)
    except Unanswered as unanswered:
        report = _failed(asking, started_at, unanswered.refused, unanswered.wait_s)
    except Refused as refused:
        report = _failed(asking, started_at, refused)
    except Exception:
        logger.exception("Connector %s failed.", declaration.code)
        report = _failed(asking, started_at, Refused(BROKEN))
    finally:
        asking.close()
    return actions.finish(by=None, connector=connector, every_min=declaration.every_min, report=report)


def try_out(declaration: Declaration, *, fetcher: Fetcher | None = None) -> Mapped:
    """Ask and read, and store nothing; raises Refused with what is wrong."""
    asking = fetcher or Fetcher(declaration)
    try:
        return _read(declaration, fetch_all(declaration, asking, {}))
    except Unanswered as unanswered:
        raise unanswered.refused from unanswered
    finally:
        asking.close()


def _run(declaration: Declaration, connector: Connector, asking: Fetcher, started_at: dt.datetime) -> Report:
    fetched = fetch_all(declaration, asking, connector.validators)
    if not fetched.is_changed:
        return Report(
            started_at=started_at,
            outcome=Outcome.UNCHANGED,
            attempts=asking.attempts,
            received_bytes=asking.received,
            validators=fetched.validators,
        )
    mapped = _read(declaration, fetched)
    if mapped.problem_count and not mapped.readings and not mapped.things:
        first = mapped.problems[0]
        raise Refused(first.sentence, **first.values)
    stored = actions.take_in(by=None, connector=connector, declaration=declaration, mapped=mapped)
    return Report(
        started_at=started_at,
        outcome=Outcome.PARTIAL if mapped.problem_count else Outcome.STORED,
        attempts=asking.attempts,
        received_bytes=asking.received,
        things=len(mapped.things),
        readings=len(mapped.readings),
        stored=stored,
        problem_count=mapped.problem_count,
        problems=mapped.problems,
        validators=fetched.validators,
    )


def fetch_all(declaration: Declaration, asking: Fetcher, validators: Mapping[str, Mapping[str, str]]) -> Fetch:
    """Ask for every part; a part that did not change is taken from what was kept of it."""
    done = Fetch()
    for name, url in declaration.requests.items():
        held = bodies.find(declaration.code, name) if validators.get(name) else None
        first = asking.fetch(url, validators.get(name) if held is not None else None)
        if first.is_unchanged and held is not None:
            found: tuple[bytes, ...] = (held,)
            done.validators[name] = dict(validators[name])
        else:
            found = (first.body, *_further_pages(declaration, asking, first))
            done.is_changed = True
            _remember(declaration, done, name, first, pages=len(found))
        base = base_of(name)
        done.documents[base] = done.documents.get(base, ()) + found
    return done


def _further_pages(declaration: Declaration, asking: Fetcher, first: Fetched) -> list[bytes]:
    pages: list[bytes] = []
    url = first.next_url
    while url and len(pages) + 1 < declaration.pages:
        page = asking.fetch(url)
        pages.append(page.body)
        url = page.next_url
    return pages


def _remember(declaration: Declaration, done: Fetch, name: str, first: Fetched, *, pages: int) -> None:
    """Only an answer in one piece can be asked for changes."""
    if pages == 1 and (first.etag or first.modified):
        bodies.keep(declaration.code, name, first.body)
        done.validators[name] = {"etag": first.etag, "modified": first.modified}


def _read(declaration: Declaration, fetched: Fetch) -> Mapped:
    received_us = microseconds(clock.now())
    mapped = map_answer(Answer(fetched.documents, received_us), declaration)
    if mapped.things or mapped.problems:
        return mapped
    return Mapped(problems=(Problem("", NOTHING),), problem_count=1)


def _failed(asking: Fetcher, started_at: dt.datetime, refused: Refused, wait_s: float | None = None) -> Report:
    return Report(
        started_at=started_at,
        outcome=Outcome.FAILED,
        sentence=refused.sentence,
        values=refused.values,
        attempts=asking.attempts,
        received_bytes=asking.received,
        not_before=clock.now() + dt.timedelta(seconds=wait_s) if wait_s else None,
    )
