"""Declarations and decisions."""

from django.urls import path

from rivulus.strategy.views import assessments

urlpatterns = [
    path("matrix/<str:code>/declare/", assessments.declare, name="declare"),
    path("assessments/", assessments.list_all, name="assessments"),
    path("assessments/<int:pk>/decide/", assessments.decide, name="decide"),
]
