"""What the tests of the catalog are made of: the city, the university, their people, datasets, public tables."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from rivulus.catalog.actions import datasets as actions
from rivulus.catalog.models import Dataset
from rivulus.catalog.rules.datasets import Metadata
from rivulus.catalog.terms import Format, Source
from rivulus.identity import actions as identity
from rivulus.identity.actions.organisations import About
from rivulus.identity.models import Organisation, Person
from rivulus.identity.terms import OrganisationKind
from rivulus.kernel.publishing import Column, ColumnType, Row, Table

SAID = Metadata(
    title_ro="Arborii din parcuri",
    title_en="Trees in the parks",
    title_hu="A parkok fái",
    description_ro="Fiecare arbore din parcurile orașului, cu specie și vârstă.",
    description_en="Every tree in the city's parks, with species and age.",
    theme=("ENVI",),
    keywords=("arbori", "parcuri"),
    contact_name="Spații verzi",
    contact_email="verde@example.org",
    frequency="ANNUAL",
    spatial={"siruta": 106318},
)


def make_city() -> Organisation:
    """The city."""
    about = About(
        name_ro="Primăria Baia Mare", name_en="Baia Mare City Hall", kind=OrganisationKind.TOWN_HALL, siruta=106318
    )
    return identity.found_organisation(by=None, code="baia-mare", about=about, is_city=True)


def make_university() -> Organisation:
    """The university."""
    about = About(name_ro="Centrul Universitar Nord", kind=OrganisationKind.UNIVERSITY, email="date@example.org")
    return identity.found_organisation(by=None, code="cunbm", about=about)


def make_draft(by: Person | None, organisation: Organisation, *, link: bool = True, **said: Any) -> Dataset:
    """A draft with an address to download from."""
    dataset = actions.create_dataset(by=by, organisation=organisation, said=replace(SAID, **said), source=Source.LINK)
    if link:
        actions.add_link(by=by, dataset=dataset, url="https://data.example.org/trees.csv", format=Format.CSV)
        dataset.refresh_from_db()
    return dataset


def make_published(organisation: Organisation, **said: Any) -> Dataset:
    """A dataset that everybody may fetch."""
    dataset = make_draft(None, organisation, **said)
    dataset = actions.propose_dataset(by=None, dataset=dataset)
    return actions.publish_dataset(by=None, dataset=dataset, seen=dataset.revision)


def make_table(
    name: str = "city_benches",
    *,
    rows: Callable[[], Iterable[Row]] = lambda: [(1, "Parcul Central", None)],
    **other: Any,
) -> Table:
    """A public table."""
    values: dict[str, Any] = {
        "title": {"ro": "Băncile", "en": "Benches", "hu": "Padok"},
        "description": {"ro": "Băncile din oraș, una pe rând.", "en": "The benches of the city."},
        "theme": "ENVI",
        "columns": (
            Column("number", ColumnType.INTEGER, {"ro": "Număr", "en": "Number"}),
            Column("place", ColumnType.STRING, {"ro": "Loc", "en": "Place"}),
            Column("position", ColumnType.GEOJSON),
        ),
        "revision": lambda: "1",
        "key": ("number",),
        "keywords": ("bănci",),
        "update_rhythm": "DAILY",
    }
    return Table(name=name, rows=rows, **(values | other))
