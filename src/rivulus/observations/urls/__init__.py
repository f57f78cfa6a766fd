"""Where the pages of observations are; SensorThings and messages of devices have addresses of their own."""

from rivulus.observations.urls import (
    automations,
    connectors,
    dashboards,
    domains,
    duty,
    forecasts,
    suppliers,
    things,
)

app_name = "observations"
urlpatterns = [
    *automations.urlpatterns,
    *connectors.urlpatterns,
    *dashboards.urlpatterns,
    *domains.urlpatterns,
    *duty.urlpatterns,
    *forecasts.urlpatterns,
    *suppliers.urlpatterns,
    *things.urlpatterns,
]
