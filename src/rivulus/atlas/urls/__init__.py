"""Addresses of the atlas."""

from rivulus.atlas.urls import base, campaigns, land, layers, planning, recipes, search

app_name = "atlas"
urlpatterns = [
    *base.urlpatterns,
    *search.urlpatterns,
    *layers.urlpatterns,
    *planning.urlpatterns,
    *land.urlpatterns,
    *campaigns.urlpatterns,
    *recipes.urlpatterns,
]
