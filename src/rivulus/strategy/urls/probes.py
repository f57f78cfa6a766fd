"""The probes and their histories."""

from django.urls import path

from rivulus.strategy.views import probes

urlpatterns = [
    path("probes/", probes.list_all, name="probes"),
    path("probes/measure/", probes.measure_now, name="measure_now"),
    path("probes/<slug:name>/", probes.show, name="probe"),
]
