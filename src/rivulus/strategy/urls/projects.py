"""The portfolio; fixed words come before codes."""

from django.urls import path

from rivulus.strategy.views import projects

urlpatterns = [
    path("projects/", projects.projects, name="projects"),
    path("projects/timeline/", projects.timeline, name="timeline"),
    path("projects/budget/", projects.budget, name="budget"),
    path("projects/overdue/", projects.overdue, name="overdue"),
    path("projects/<str:code>/", projects.project, name="project"),
]
