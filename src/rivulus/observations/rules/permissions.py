"""Who may do what with things, rules, alarms and suppliers: one table. Pure; roles by their codes."""

from collections.abc import Collection

from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

DISPATCHER, DEPARTMENT, STRATEGY, ADMINISTRATOR = "dispatcher", "department", "strategy_unit", "administrator"

ALLOWED: dict[str, frozenset[str]] = {
    "see_duty": frozenset({DISPATCHER, DEPARTMENT, STRATEGY, ADMINISTRATOR}),  # the duty pages, and what is not public
    "handle_alarm": frozenset({DISPATCHER, ADMINISTRATOR}),  # acknowledge, silence, close
    "task_actuator": frozenset({DISPATCHER, ADMINISTRATOR}),
    "edit_rule": frozenset({DISPATCHER, DEPARTMENT, ADMINISTRATOR}),
    "confirm_rule": frozenset({DEPARTMENT, ADMINISTRATOR}),  # the second person of a rule that acts on the street
    "edit_thing": frozenset({DEPARTMENT, ADMINISTRATOR}),
    "correct_observation": frozenset({DEPARTMENT, ADMINISTRATOR}),
    "import_observations": frozenset({DEPARTMENT, ADMINISTRATOR}),
    "manage_suppliers": frozenset({DEPARTMENT, ADMINISTRATOR}),
    "manage_connectors": frozenset({DEPARTMENT, ADMINISTRATOR}),
}

SENTENCES: dict[str, str] = {
    "see_duty": N_("The duty pages are for dispatchers and departments of the city."),
    "handle_alarm": N_("Alarms are handled by the dispatcher on duty."),
    "task_actuator": N_("Devices on the street are controlled by the dispatcher on duty."),
    "edit_rule": N_("Rules are written by dispatchers and departments."),
    "confirm_rule": N_("A rule that acts on the street is confirmed by a department."),
    "edit_thing": N_("Things and series are described by departments and suppliers."),
    "correct_observation": N_("Observations are corrected by departments."),
    "import_observations": N_("Observations are imported by departments."),
    "manage_suppliers": N_("Suppliers are managed by departments."),
    "manage_connectors": N_("Connectors are managed by departments."),
}


def can(verb: str, roles: Collection[str]) -> bool:
    """Say whether somebody with these roles may do this."""
    return bool(ALLOWED[verb] & frozenset(roles))


def check_can(verb: str, roles: Collection[str]) -> None:
    """Raise Refused with the sentence for this verb unless one of the roles allows it."""
    if not can(verb, roles):
        raise Refused(SENTENCES[verb])
