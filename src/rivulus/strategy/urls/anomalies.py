"""Where the faults of the source are."""

from django.urls import path

from rivulus.strategy.views import anomalies

urlpatterns = [path("anomalies/", anomalies.list_all, name="anomalies")]
