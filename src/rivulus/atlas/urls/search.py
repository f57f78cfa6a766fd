"""Address of the search for places."""

from django.urls import path

from rivulus.atlas.views import search

urlpatterns = [path("search/", search.search, name="search")]
