"""Editing the interpretations of a criterion."""

from django.urls import path

from rivulus.strategy.views import links

urlpatterns = [
    path("matrix/<str:code>/links/project/", links.add_project, name="add_project_link"),
    path("matrix/<str:code>/links/probe/", links.add_probe, name="add_probe_link"),
    path("links/project/<int:pk>/", links.edit_project, name="edit_project_link"),
    path("links/probe/<int:pk>/", links.edit_probe, name="edit_probe_link"),
]
