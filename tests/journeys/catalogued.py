"""What the journeys find in the catalog: datasets in every state, a request, something made with the data, a neighbour."""

from rivulus.catalog.actions import datasets, harvest, live, quality, requests
from rivulus.catalog.feeds.tables import refreshing
from rivulus.catalog.rules.datasets import Metadata
from rivulus.catalog.terms import Format, HarvestKind, ReuseKind, Source
from rivulus.identity import feeds
from rivulus.identity.actions import affiliate
from rivulus.identity.models import Person
from rivulus.identity.queries import find_city, find_organisation
from rivulus.kernel.publishing import find_table

DATASET, DRAFT, REQUEST, NEIGHBOUR, UNIVERSITY = "arborii-din-parcuri", "statiile-meteo", 1, "recea", "cunbm"
TABLE, PLACES = "strategy-criteria", "observations-things"


def build(ana: Person, dan: Person, flavia: Person, pack: object) -> None:
    """Load the organisations, and let Ana, Dan and Flavia do what they do."""
    feeds.load(by=None, folder=pack)  # type: ignore[arg-type]
    university, city = find_organisation(UNIVERSITY), find_city()
    assert university is not None and city is not None
    affiliate(by=None, person=flavia, organisation=university, reason="For the journeys.")
    said = Metadata(
        title_ro="Arborii din parcuri",
        title_en="Trees in the parks",
        title_hu="A parkok fái",
        description_ro="Fiecare arbore din parcurile orașului, cu specie și vârstă.",
        theme=("ENVI",),
        keywords=("arbori", "parcuri"),
        contact_name="Spații verzi",
        contact_email="verde@example.org",
        frequency="ANNUAL",
        spatial={"siruta": 106318},
    )
    tree = datasets.create_dataset(by=flavia, organisation=university, said=said, source=Source.LINK)
    datasets.add_link(by=flavia, dataset=tree, url="https://data.example.org/trees.csv", format=Format.CSV)
    tree = datasets.propose_dataset(by=flavia, dataset=tree)
    tree = datasets.publish_dataset(by=dan, dataset=tree, seen=tree.revision)
    draft = Metadata(title_ro="Stațiile meteo", description_ro="Stațiile meteo ale universității.", theme=("ENVI",))
    datasets.create_dataset(by=flavia, organisation=university, said=draft, source=Source.LINK)
    asked = requests.ask_for_data(by=ana, organisation=city, title="Harta arborilor căzuți", text="Pentru un proiect.")
    requests.open_request(by=dan, request=asked, title=asked.title, text=asked.text)
    requests.propose_reuse(
        by=ana, title="Harta arborilor", kind=ReuseKind.APPLICATION, url="https://map.example.org", text="", author="",
        datasets=[tree],
    )  # fmt: skip
    harvest.add_source(
        by=dan,
        code=NEIGHBOUR,
        title="Recea",
        organisation=city,
        kind=HarvestKind.DCAT,
        url="https://r.example.org/c.ttl",
    )
    live.sync_live_datasets(by=None)
    for name in ("strategy_criteria", "observations_things"):
        table = find_table(name)
        assert table is not None and refreshing.refresh(table, is_wanted_now=True)
    quality.assess_all(by=None)
