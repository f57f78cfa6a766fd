"""Projects with what was last reported of them; the words of the filters are those of the page."""

from collections.abc import Sequence
from decimal import Decimal

from django.http import Http404, HttpRequest
from django.utils import translation
from ninja import Query, Router

from rivulus.kernel.listing import LanguageQuery, ListQuery, add_listing, check_parameters
from rivulus.strategy import models
from rivulus.strategy.api import schemas
from rivulus.strategy.queries import projects as queries
from rivulus.strategy.queries.projects import Order, ProjectFilter
from rivulus.strategy.queries.reports import list_reports
from rivulus.strategy.terms import Status

router = Router()


class ProjectsQuery(ListQuery):
    """Which projects."""

    q: str = ""
    pillar: str = ""
    direction: str = ""
    status: Status | None = None
    priority: str = ""
    funding: str = ""
    year_from: int | None = None
    year_to: int | None = None
    value_min: Decimal | None = None
    value_max: Decimal | None = None
    order: Order = Order.CODE

    def wanted(self) -> ProjectFilter:
        """Return the filter of the page."""
        given = self.model_dump(exclude={"lang", "limit", "offset", "status"})
        return ProjectFilter(**given, status=self.status or "")


def find_projects(query: ProjectsQuery) -> Sequence[schemas.ProjectOut]:
    """Return the projects wanted."""
    found = queries.list_projects(query.wanted()).prefetch_related("funding")
    return [_project(project) for project in found]


add_listing(
    router,
    "/projects",
    context="strategy",
    title="Projects",
    query=ProjectsQuery,
    out=schemas.ProjectOut,
    find=find_projects,
)


@router.get(
    "/projects/{code}", response=schemas.ProjectDetailOut, summary="A project with its reports", url_name="project"
)
def get_project(request: HttpRequest, code: str, query: Query[LanguageQuery]) -> schemas.ProjectDetailOut:
    """Return a project, what its team reported, and the criteria it would move."""
    check_parameters(request, LanguageQuery)
    with translation.override(query.lang):
        try:
            project = queries.get_project(code)
        except models.Project.DoesNotExist:
            raise Http404("There is no such project.") from None
        return schemas.ProjectDetailOut(
            project=_project(project),
            reports=[_report(row) for row in list_reports(project)[:200]],
            criteria=[
                schemas.ProjectLinkOut(criterion=link.criterion.code, effect=link.effect, reason=link.reason)
                for link in queries.list_criterion_links(project)
            ],
        )


def _project(project: models.Project) -> schemas.ProjectOut:
    reported = f"{project.latest_year}-{project.latest_half}" if project.latest_year else None  # type: ignore[attr-defined]
    return schemas.ProjectOut(
        code=project.code,
        direction=project.direction.code,
        pillar=project.direction.pillar.code,
        title=project.title,
        responsible=project.responsible,
        status=project.current_status,  # type: ignore[attr-defined]
        percent=project.latest_percent,  # type: ignore[attr-defined]
        reported_for=reported,
        value_eur=project.value_eur,
        value_rhythm=project.value_rhythm,
        value_printed=project.value_printed,
        horizon_year=project.horizon_year,
        horizon_rhythm=project.horizon_rhythm,
        horizon_printed=project.horizon_printed,
        funding=sorted(source.code for source in project.funding.all()),
        priority=project.priority,
        source_place=project.source_place,
    )


def _report(row: models.ProgressReport) -> schemas.ReportOut:
    return schemas.ReportOut(
        year=row.year,
        half=row.half,
        status=row.status,
        percent=row.percent,
        spent_eur=row.spent_eur,
        expected_end=row.expected_end,
        summary=row.summary,
        risks=row.risks,
        is_demonstration=row.is_demonstration,
        reported_at=row.reported_at,
    )
