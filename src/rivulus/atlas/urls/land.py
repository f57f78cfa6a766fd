"""Addresses of the register of land and buildings."""

from django.urls import path

from rivulus.atlas.views import land

urlpatterns = [
    path("land/", land.list_all, name="land"),
    path("land/new/", land.new, name="land_new"),
    path("land/photos/<int:pk>/", land.photo, name="land_photo"),
    path("land/<slug:code>/", land.one, name="land_asset"),
    path("land/<slug:code>/edit/", land.edit, name="land_edit"),
    path("land/<slug:code>/do/", land.do, name="land_do"),
]
