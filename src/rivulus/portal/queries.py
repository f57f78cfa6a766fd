"""What the home page asks of the contexts below."""

from dataclasses import dataclass
from typing import Any

from rivulus.identity.queries import roles_of
from rivulus.identity.terms import Role
from rivulus.observations.queries.alarms import count_unacknowledged
from rivulus.observations.queries.things import DomainCount, count_by_domain
from rivulus.strategy.queries.assessments import count_waiting
from rivulus.strategy.queries.matrix import Matrix, get_matrix
from rivulus.strategy.queries.pillars import Gap, list_gaps
from rivulus.strategy.queries.projects import Late, count_by_status, list_owing, list_projects_of
from rivulus.strategy.terms import Basis, State, Status


@dataclass(frozen=True, slots=True)
class Front:
    """Where the city stands, as far as one screen holds it."""

    matrix: Matrix
    gaps: tuple[Gap, ...]
    criteria: int
    met: int
    in_progress: int
    not_met: int
    unknown: int
    measured: int
    declared: int
    reconstructed: int
    projects: int
    projects_under_way: int
    projects_done: int
    domains: dict[str, DomainCount]

    @property
    def things(self) -> int:
        """How many things measure the city."""
        return sum(count.things for count in self.domains.values())

    @property
    def is_simulated(self) -> bool:
        """Tell whether every one of them is simulated."""
        return bool(self.domains) and all(count.simulated == count.things for count in self.domains.values())


def get_front() -> Front:
    """Return what the home page shows, in a fixed number of queries."""
    matrix = get_matrix()
    cells = matrix.cells
    known = [cell for cell in cells if cell.state is not State.UNKNOWN]
    statuses = count_by_status()
    return Front(
        matrix=matrix,
        gaps=tuple(list_gaps(matrix)),
        criteria=len(cells),
        met=matrix.count(State.MET),
        in_progress=matrix.count(State.IN_PROGRESS),
        not_met=matrix.count(State.NOT_MET),
        unknown=matrix.count(State.UNKNOWN),
        measured=sum(cell.basis is Basis.MEASURED for cell in known),
        declared=sum(cell.basis is Basis.DECLARED for cell in known),
        reconstructed=sum(cell.basis is Basis.RECONSTRUCTED for cell in known),
        projects=sum(statuses.values()),
        projects_under_way=statuses.get(Status.IN_PROGRESS, 0),
        projects_done=statuses.get(Status.DONE, 0),
        domains=count_by_domain(),
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits for one person."""

    roles: frozenset[Role]
    projects: tuple[Any, ...]
    owed: tuple[Late, ...]
    waiting: int
    criteria_reconstructed: int
    alarms: int

    @property
    def is_dispatcher(self) -> bool:
        """Tell whether the person watches over the city."""
        return Role.DISPATCHER in self.roles

    @property
    def is_supplier(self) -> bool:
        """Tell whether the person brings devices."""
        return Role.SUPPLIER in self.roles

    @property
    def is_publisher(self) -> bool:
        """Tell whether the person may describe or review datasets."""
        return bool(self.roles & {Role.PUBLISHER, Role.DEPARTMENT, Role.ADMINISTRATOR})

    @property
    def has_work(self) -> bool:
        """Tell whether the desk shows anything at all."""
        return bool(self.owed or self.projects or self.roles - {Role.RESIDENT, Role.PROJECT_TEAM})

    @property
    def is_strategy_unit(self) -> bool:
        """Tell whether the person may declare and confirm."""
        return Role.STRATEGY_UNIT in self.roles

    @property
    def is_department(self) -> bool:
        """Tell whether the person may enter indicator values."""
        return bool(self.roles & {Role.DEPARTMENT, Role.STRATEGY_UNIT})

    @property
    def is_administrator(self) -> bool:
        """Tell whether the person keeps the accounts."""
        return Role.ADMINISTRATOR in self.roles


def get_desk(person: Any) -> Desk:
    """Return what waits for a person: their projects and reports, declarations to confirm, criteria to look at."""
    roles = roles_of(person)
    is_unit = Role.STRATEGY_UNIT in roles
    own = tuple(list_projects_of(person))
    mine = {project.pk for project in own}
    owing = list_owing() if is_unit or mine else []
    return Desk(
        roles=roles,
        projects=own,
        owed=tuple(late for late in owing if is_unit or late.project.pk in mine),
        waiting=count_waiting() if is_unit else 0,
        criteria_reconstructed=_count_reconstructed() if is_unit else 0,
        alarms=count_unacknowledged() if Role.DISPATCHER in roles else 0,
    )


def _count_reconstructed() -> int:
    return sum(cell.basis is Basis.RECONSTRUCTED for cell in get_matrix().cells)
