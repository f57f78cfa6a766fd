"""Addresses of the pages of connectors and imports."""

from django.urls import path

from rivulus.observations.views import connectors, imports

urlpatterns = [
    path("connectors/", connectors.list_all, name="connectors"),
    path("connectors/<slug:code>/", connectors.one, name="connector"),
    path("connectors/<slug:code>/try/", connectors.try_now, name="connector_try"),
    path("connectors/<slug:code>/change/", connectors.change, name="connector_change"),
    path("connectors/<slug:code>/runs/<int:pk>/", connectors.run, name="connector_run"),
    path("imports/", imports.list_all, name="imports"),
    path("imports/<int:pk>/", imports.one, name="import"),
    path("imports/<int:pk>/change/", imports.change, name="import_change"),
    path("imports/<int:pk>/rejects.csv", imports.rejects, name="import_rejects"),
]
