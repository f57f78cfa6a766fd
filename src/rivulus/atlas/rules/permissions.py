"""Who may do what with layers, plans, land and campaigns: one table. Pure; roles by their codes."""

from collections.abc import Collection

from rivulus.atlas.terms import Visibility
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

RESIDENT, TEAM, DISPATCHER, DEPARTMENT = "resident", "project_team", "dispatcher", "department"
STRATEGY, PUBLISHER, ADMINISTRATOR = "strategy_unit", "publisher", "administrator"
STAFF = frozenset({TEAM, DISPATCHER, DEPARTMENT, STRATEGY, PUBLISHER, ADMINISTRATOR})
EDITORS = frozenset({DEPARTMENT, PUBLISHER, ADMINISTRATOR})

# What an editor does is besides limited to what their organisations own.
ALLOWED: dict[str, frozenset[str]] = {
    "see_staff_layers": STAFF,
    "edit_layer": EDITORS,
    "edit_feature": EDITORS,
    "import_features": EDITORS,
    "edit_plan": EDITORS,
    "review_plan": frozenset({DEPARTMENT, ADMINISTRATOR}),  # somebody other than who proposed it
    "edit_land": EDITORS,
    "run_campaign": EDITORS,
    "take_part": frozenset({RESIDENT}) | STAFF,  # everybody with an account
    "edit_recipe": EDITORS | {STRATEGY},
}

SENTENCES: dict[str, str] = {
    "see_staff_layers": N_("This layer is for the staff of the city and of the organisations."),
    "edit_layer": N_("Layers are described by departments, and by publishers for their own organisation."),
    "edit_feature": N_("Features are edited by departments, and by publishers for their own organisation."),
    "import_features": N_("Files are imported by departments, and by publishers for their own organisation."),
    "edit_plan": N_("Plans are prepared by departments, and by publishers for their own organisation."),
    "review_plan": N_("Plans are reviewed by departments of the city."),
    "edit_land": N_("The register of land is kept by departments, and by publishers for their own organisation."),
    "run_campaign": N_("Campaigns are run by departments and by publishers, such as the university."),
    "take_part": N_("Sign in to take part."),
    "edit_recipe": N_("Analyses are written by departments, publishers and the strategy unit."),
}
NOT_YOURS = N_("This belongs to another organisation.")


def can(verb: str, roles: Collection[str]) -> bool:
    """Say whether somebody with these roles may do this."""
    return bool(ALLOWED[verb] & frozenset(roles))


def check_can(verb: str, roles: Collection[str]) -> None:
    """Raise Refused with the sentence for this verb unless one of the roles allows it."""
    if not can(verb, roles):
        raise Refused(SENTENCES[verb])


def check_can_for(verb: str, roles: Collection[str], owner: int, organisations: Collection[int]) -> None:
    """Raise Refused unless one of the roles allows it and the owner is one of the person's organisations."""
    check_can(verb, roles)
    if owner not in organisations:
        raise Refused(NOT_YOURS)


def sees(visibility: str, owner: int, roles: Collection[str], organisations: Collection[int]) -> bool:
    """Say whether somebody sees what is visible so; owners see what is theirs."""
    if visibility == Visibility.PUBLIC or owner in organisations:
        return True
    return visibility == Visibility.STAFF and can("see_staff_layers", roles)
