"""Where the evaluations are."""

from django.urls import path

from rivulus.strategy.views import evaluations as views

urlpatterns = [
    path("evaluations/", views.list_all, name="evaluations"),
    path("evaluations/new/", views.new, name="new_evaluation"),
    path("evaluations/compare/", views.compare, name="compare"),
    path("evaluations/<int:pk>/", views.one, name="evaluation"),
    path("evaluations/<int:pk>/snapshot.json", views.snapshot, name="snapshot"),
    path("evaluations/<int:pk>/reports/", views.reports, name="reports_of_evaluation"),
    path("evaluations/<int:pk>/report/<str:language>/", views.report_file, name="report_file"),
]
