"""Who may do what in the strategy: one table, read by actions, faces and tests alike."""

from collections.abc import Collection

from rivulus.identity.terms import Role
from rivulus.kernel.errors import Refused
from rivulus.kernel.words import N_

UNIT = frozenset({Role.STRATEGY_UNIT, Role.ADMINISTRATOR})
NOBODY: frozenset[Role] = frozenset()

# verb: roles that may do it anywhere. A project's own team may report for it besides (see ``may_report``).
ALLOWED: dict[str, frozenset[Role]] = {
    "read": frozenset(Role),
    "declare": frozenset({Role.STRATEGY_UNIT}),
    "confirm": frozenset({Role.STRATEGY_UNIT}),
    "edit_links": frozenset({Role.STRATEGY_UNIT}),
    "enter_values": frozenset({Role.STRATEGY_UNIT, Role.DEPARTMENT}),
    "report_any_project": frozenset({Role.STRATEGY_UNIT}),
    "assign_team": UNIT,
    "evaluate": frozenset({Role.STRATEGY_UNIT}),
    "measure_now": UNIT,
    "see_names": frozenset({Role.STRATEGY_UNIT, Role.ADMINISTRATOR, Role.DEPARTMENT}),
    "see_overdue": frozenset({Role.STRATEGY_UNIT, Role.ADMINISTRATOR, Role.DEPARTMENT, Role.PROJECT_TEAM}),
}
SENTENCES = {
    "declare": N_("Only the strategy unit declares the state of a criterion."),
    "confirm": N_("Only the strategy unit confirms or refuses a declaration."),
    "edit_links": N_("Only the strategy unit edits these links."),
    "enter_values": N_("Only the strategy unit and the departments enter indicator values."),
    "report_any_project": N_("Only the project's team or the strategy unit reports its progress."),
    "assign_team": N_("Only the strategy unit or an administrator names the people of a project."),
    "evaluate": N_("Only the strategy unit makes an evaluation."),
    "measure_now": N_("Only the strategy unit or an administrator starts a measurement."),
    "see_names": N_("Names of colleagues are shown to those who work for the city hall."),
    "see_overdue": N_("This list is for those who work on the projects."),
}


def check_can(verb: str, roles: Collection[Role]) -> None:
    """Refuse with a sentence unless one of ``roles`` may do ``verb``."""
    if not ALLOWED[verb] & set(roles):
        raise Refused(SENTENCES[verb])


def can(verb: str, roles: Collection[Role]) -> bool:
    """Tell whether one of ``roles`` may do ``verb``."""
    return bool(ALLOWED[verb] & set(roles))


def check_can_report(roles: Collection[Role], *, is_member: bool) -> None:
    """Refuse unless the person belongs to the project's team with that role, or to the strategy unit."""
    if not (is_member and Role.PROJECT_TEAM in roles):
        check_can("report_any_project", roles)
