"""The matrix and its criteria."""

from django.urls import path

from rivulus.strategy.views import matrix

urlpatterns = [
    path("matrix/", matrix.show_matrix, name="matrix"),
    path("matrix/<str:code>/", matrix.show_criterion, name="criterion"),
]
