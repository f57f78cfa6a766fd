"""What the home page asks of the contexts below."""

from dataclasses import dataclass

from rivulus.strategy.queries.matrix import Matrix, get_matrix
from rivulus.strategy.queries.pillars import Gap, list_gaps
from rivulus.strategy.queries.projects import ProjectFilter, list_projects
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


def get_front() -> Front:
    """Return what the home page shows, in a fixed number of queries."""
    matrix = get_matrix()
    cells = matrix.cells
    known = [cell for cell in cells if cell.state is not State.UNKNOWN]
    statuses = [project.current_status for project in list_projects(ProjectFilter())]  # type: ignore[attr-defined]
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
        projects=len(statuses),
        projects_under_way=statuses.count(Status.IN_PROGRESS),
        projects_done=statuses.count(Status.DONE),
    )
