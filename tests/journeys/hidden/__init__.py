"""What of the city the public may not see, each thing marked with a word of its own: a word that is found tells where from."""

from tests.journeys.hidden.vault import Vault


def build() -> Vault:
    """Write secrets wherever the models can hold some, through the actions of those who would; takes a few seconds."""
    from tests.journeys.hidden import atlas, catalog, land, observations, people

    vault = Vault()
    people.build(vault)
    atlas.build(vault)
    land.build(vault)
    catalog.build(vault)
    observations.build(vault)
    return vault
