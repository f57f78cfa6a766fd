"""Where the umbrella is, and where the strategy unit records it."""

from django.urls import path

from rivulus.strategy.views import umbrella as views

urlpatterns = [
    path("strategy/umbrella/", views.show_umbrella, name="umbrella"),
    path("strategy/umbrella/links/<int:pk>/", views.edit_link, name="edit_umbrella_link"),
    path("strategy/umbrella/<str:code>/link/", views.add_link, name="add_umbrella_link"),
    path("strategy/documents/<str:code>/objective/", views.add_objective, name="add_objective"),
]
