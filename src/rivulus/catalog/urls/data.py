"""Addresses of pages: data."""

from django.urls import URLPattern, path

from rivulus.catalog.views import exploring, sql, uploads

urlpatterns: list[URLPattern] = [
    path("data/<slug:code>/", exploring.explore, name="explore"),
    path("embed/<slug:code>/", exploring.embed, name="embed"),
    path("sql/", sql.page, name="sql"),
    path("uploads/", uploads.list_all, name="uploads"),
    path("uploads/<int:pk>/", uploads.one, name="upload"),
    path("uploads/<int:pk>/change/", uploads.change, name="upload_change"),
    path("uploads/<int:pk>/schema.json", uploads.schema, name="upload_schema"),
]
