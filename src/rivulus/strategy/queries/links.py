"""One link of a criterion, to be edited."""

from rivulus.strategy import models


def find_project_link(pk: int) -> models.ProjectCriterion | None:
    """Return the link of a project, with both ends."""
    return models.ProjectCriterion.objects.select_related("project", "criterion__pillar").filter(pk=pk).first()


def find_probe_link(pk: int) -> models.CriterionProbe | None:
    """Return the link of a probe, with its criterion."""
    return models.CriterionProbe.objects.select_related("criterion__pillar").filter(pk=pk).first()
