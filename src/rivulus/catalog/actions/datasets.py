"""Describing datasets, and their way from draft to the public and back."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from rivulus.catalog.actions.quality import assess_some
from rivulus.catalog.models import Dataset, Distribution, Event
from rivulus.catalog.queries import datasets as queries
from rivulus.catalog.queries.viewing import authors_of, subject_of, who_acts
from rivulus.catalog.queries.ways import formats_of, list_ways
from rivulus.catalog.rules import datasets as rules
from rivulus.catalog.rules.datasets import Metadata
from rivulus.catalog.terms import Format, Source, State
from rivulus.journal import actions as journal
from rivulus.kernel import clock
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_, fold

if TYPE_CHECKING:
    from rivulus.identity.models import Organisation, Person

SUBJECT = "catalog.dataset"


@transaction.atomic
def create_dataset(
    *, by: "Person | None", organisation: "Organisation", said: Metadata, source: Source = Source.FILE, code: str = ""
) -> Dataset:
    """Begin a dataset as a draft of an organisation; without a code one is made of its title."""
    if not organisation.is_active:
        raise Refused(N_("This organisation is closed."))
    rules.check_can_edit(who_acts(by), rules.Subject(organisation.pk, State.DRAFT, source))
    rules.check_metadata(said, source=source)
    wanted = code or rules.make_code(fold(said.title_ro), queries.list_taken_codes(""))
    rules.check_code(wanted)
    if queries.find_dataset(wanted):
        raise Refused(N_("There is a dataset with this code already."))
    dataset = Dataset(
        code=wanted,
        organisation_id=organisation.pk,
        source=source,
        created_by_id=by.pk if by is not None else None,
        is_demonstration=bool(by and by.is_demonstration),
    )
    _say(dataset, said)
    dataset.save()
    _write(
        by, "created", dataset, {"code": wanted, "organisation": organisation.code, "source": str(source)}, said=said
    )
    return dataset


@transaction.atomic
def change_dataset(*, by: "Person | None", dataset: Dataset, said: Metadata, seen: int, reason: str = "") -> Dataset:
    """Say something else of a dataset. ``seen`` is the revision that was on the screen.

    What is public is corrected in public: with a reason, as a new version.
    """
    locked = _lock(dataset)
    rules.check_can_edit(who_acts(by), subject_of(locked))
    if locked.state == State.ARCHIVED:
        raise Refused(N_("This dataset is archived; propose it again first."))
    if seen != locked.revision:
        raise Refused(N_("Somebody else changed this dataset meanwhile; look at it again, then change it."))
    rules.check_metadata(said, source=Source(locked.source))
    before, after = rules.as_json(queries.metadata_of(locked)), rules.as_json(said)
    changes = rules.compare(before, after)
    if not changes:
        return locked
    is_public = locked.state == State.PUBLISHED
    if is_public:
        rules.check_reason(reason)
        locked.version += 1
    _say(locked, said)
    _save(locked)
    content = {"fields": [change.field for change in changes], "version": locked.version}
    _write(by, "corrected" if is_public else "changed", locked, content, said=said, reason=reason)
    _assess_anew(by, locked)
    return locked


@transaction.atomic
def propose_dataset(*, by: "Person | None", dataset: Dataset) -> Dataset:
    """Hand a draft, or an archived dataset, to somebody else to look at."""
    locked = _lock(dataset)
    rules.check_can_edit(who_acts(by), subject_of(locked))
    rules.check_move(State(locked.state), State.REVIEW)
    ways = list_ways(locked)
    rules.check_ready(queries.metadata_of(locked), ways=len(ways))
    locked.formats = formats_of(ways)
    return _move(by, locked, State.REVIEW, "proposed", "")


@transaction.atomic
def send_back_dataset(*, by: "Person", dataset: Dataset, reason: str) -> Dataset:
    """Return a proposed dataset to its authors, with what to do; an author may take it back too."""
    locked = _lock(dataset)
    who = who_acts(by)
    rules.check_move(State(locked.state), State.DRAFT)
    if not (rules.can_edit(who, subject_of(locked)) or who.roles & rules.REVIEWERS):
        raise Refused(rules.NOT_YOURS)
    rules.check_reason(reason)
    return _move(by, locked, State.DRAFT, "sent_back", reason)


@transaction.atomic
def publish_dataset(*, by: "Person | None", dataset: Dataset, seen: int) -> Dataset:
    """Let a proposed dataset out: somebody else than who wrote it. ``seen`` is the revision that was looked at."""
    locked = _lock(dataset)
    rules.check_can_publish(who_acts(by), subject_of(locked, authors_of(locked)))
    if seen != locked.revision:
        raise Refused(N_("Somebody else changed this dataset meanwhile; look at it again, then change it."))
    ways = list_ways(locked)
    rules.check_ready(queries.metadata_of(locked), ways=len(ways))
    locked.formats = formats_of(ways)
    now = clock.now()
    if locked.issued_at is None:
        locked.issued_at = now
    else:
        locked.version += 1
    locked.data_changed_at = locked.data_changed_at or now
    _move(by, locked, State.PUBLISHED, "published", "")
    _assess_anew(by, locked)
    return locked


@transaction.atomic
def archive_dataset(*, by: "Person | None", dataset: Dataset, reason: str) -> Dataset:
    """Take a dataset out of the catalog; its page stays and says why."""
    locked = _lock(dataset)
    rules.check_can_edit(who_acts(by), subject_of(locked))
    if locked.source == Source.LIVE and by is not None:
        raise Refused(N_("This dataset is a table of the platform; it goes when the table is no longer public."))
    rules.check_move(State(locked.state), State.ARCHIVED)
    rules.check_reason(reason)
    return _move(by, locked, State.ARCHIVED, "archived", reason)


@transaction.atomic
def add_link(
    *,
    by: "Person | None",
    dataset: Dataset,
    url: str,
    format: Format,
    title: str = "",
    is_api: bool = False,
    reason: str = "",
) -> Distribution:
    """Add an address elsewhere from which the dataset can be had."""
    locked = _lock(dataset)
    rules.check_can_edit(who_acts(by), subject_of(locked))
    rules.check_url(url)
    _check_open_to_links(locked, reason)
    rank = Distribution.objects.filter(dataset=locked).count()
    row = Distribution.objects.create(
        dataset=locked, url=url, format=format, title=title.strip(), is_api=is_api, rank=rank
    )
    _links_changed(by, locked, "link_added", {"url": url, "format": str(format)}, reason)
    return row


@transaction.atomic
def remove_link(*, by: "Person | None", distribution: Distribution, reason: str = "") -> Distribution:
    """Take an address elsewhere away; it stays in the history."""
    locked = _lock(distribution.dataset)
    rules.check_can_edit(who_acts(by), subject_of(locked))
    _check_open_to_links(locked, reason)
    row = Distribution.objects.select_for_update(of=("self",)).get(pk=distribution.pk)
    if row.withdrawn_at is not None or not row.url:
        raise Refused(N_("This address is not there any more."))
    left = [way for way in list_ways(locked) if way.distribution != row.pk]
    if locked.state == State.PUBLISHED and not left:
        raise Refused(N_("Add another file or address first: a public dataset has at least one."))
    row.withdrawn_at = clock.now()
    row.save(update_fields=["withdrawn_at"])
    _links_changed(by, locked, "link_removed", {"url": row.url}, reason)
    return row


@transaction.atomic
def note_data_changed(
    *, by: "Person | None" = None, dataset: Dataset, revision: str = "", at: dt.datetime | None = None
) -> Dataset:
    """Note that the data of a dataset changed.

    What a person brought is an event and a line; what the platform refreshed by itself is only noted with the dataset,
    for that happens many times a day.
    """
    locked = _lock(dataset)
    locked.data_changed_at, locked.data_revision = at or clock.now(), revision[:200]
    if locked.source != Source.HARVEST:
        locked.formats = formats_of(list_ways(locked)) or locked.formats
    locked.revision += 1
    locked.save(update_fields=["data_changed_at", "data_revision", "formats", "revision"])
    if by is not None:
        _write(by, "data", locked, {"revision": locked.data_revision})
    return locked


def _say(dataset: Dataset, said: Metadata) -> None:
    for name in queries.TEXT_FIELDS:
        setattr(dataset, name, getattr(said, name))
    dataset.theme, dataset.keywords = list(said.theme), list(said.keywords)
    dataset.spatial = dict(said.spatial)
    begin, end = said.temporal
    temporal: Any = DateRange(begin, end, "[]") if begin or end else None
    dataset.temporal = temporal
    dataset.search_text = queries.make_search_text(said, code=dataset.code, organisation=dataset.organisation_id)


def _check_open_to_links(dataset: Dataset, reason: str) -> None:
    if dataset.source == Source.LIVE:
        raise Refused(N_("This dataset is a table of the platform; its files make themselves."))
    if dataset.state == State.ARCHIVED:
        raise Refused(N_("This dataset is archived; propose it again first."))
    if dataset.state == State.PUBLISHED:
        rules.check_reason(reason)


def _links_changed(
    by: "Person | None", dataset: Dataset, verb: str, content: Mapping[str, object], reason: str
) -> None:
    dataset.formats = formats_of(list_ways(dataset))
    if dataset.state == State.PUBLISHED:
        dataset.version += 1
        dataset.data_changed_at = clock.now()
    _save(dataset)
    _write(by, verb, dataset, content, reason=reason)
    _assess_anew(by, dataset)


def _assess_anew(by: "Person | None", dataset: Dataset) -> None:
    """Whoever improves a description sees at once what it brought; of drafts no score is kept."""
    if dataset.state == State.PUBLISHED:
        assess_some(by=by, numbers=[dataset.pk])


def _move(by: "Person | None", dataset: Dataset, wanted: State, verb: str, reason: str) -> Dataset:
    dataset.state = wanted
    _save(dataset)
    _write(by, verb, dataset, {"state": str(wanted)}, said=queries.metadata_of(dataset), reason=reason)
    return dataset


def _save(dataset: Dataset) -> None:
    dataset.revision += 1
    dataset.changed_at = clock.now()
    dataset.save()


def _lock(dataset: Dataset) -> Dataset:
    return Dataset.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=dataset.pk)


def _write(
    by: "Person | None",
    verb: str,
    dataset: Dataset,
    content: Mapping[str, object],
    *,
    said: Metadata | None = None,
    reason: str = "",
) -> None:
    Event.objects.create(
        dataset=dataset,
        verb=verb,
        by_id=by.pk if by is not None else None,
        at=clock.now(),
        reason=reason.strip()[:500],
        metadata=rules.as_json(said) | {"version": dataset.version} if said is not None else {},
    )
    journal.write(
        by=by,
        verb=f"catalog.dataset.{verb}",
        subject=SUBJECT,
        subject_id=dataset.pk,
        content={**content, **({"reason": reason.strip()} if reason.strip() else {})},
    )
