"""Addresses of analyses."""

from django.urls import path

from rivulus.atlas.views import recipes

urlpatterns = [
    path("analyses/", recipes.list_all, name="recipes"),
    path("analyses/new/", recipes.new, name="recipe_new"),
    path("analyses/raster/", recipes.raster, name="raster_new"),
    path("analyses/<slug:code>/", recipes.one, name="recipe"),
    path("analyses/<slug:code>/answer.csv", recipes.as_csv, name="recipe_csv"),
    path("analyses/<slug:code>/do/", recipes.do, name="recipe_do"),
    path("analyses/<slug:code>/<int:run>/", recipes.one, name="recipe_run"),
]
