"""Where the pillars and the documents are."""

from django.urls import path

from rivulus.strategy.views import pillars as views

urlpatterns = [
    path("strategy/", views.list_pillars, name="pillars"),
    path("strategy/documents/", views.list_documents, name="documents"),
    path("strategy/unit/", views.show_unit, name="structure"),
    path("strategy/<str:code>/", views.show_pillar, name="pillar"),
]
