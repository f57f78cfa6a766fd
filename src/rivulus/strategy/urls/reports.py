"""Reporting, photos of reports, and the people of a project."""

from django.urls import path

from rivulus.strategy.views import reports

urlpatterns = [
    path("projects/<str:code>/report/", reports.report, name="report"),
    path("projects/<str:code>/team/", reports.team, name="team"),
    path("photos/<int:pk>/", reports.photo, name="photo"),
]
