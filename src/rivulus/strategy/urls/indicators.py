"""Where indicators, comparisons and imports are."""

from django.urls import path

from rivulus.strategy.views import indicator_values, indicators

urlpatterns = [
    path("indicators/", indicators.list_all, name="indicators"),
    path("indicators/benchmark/", indicators.benchmark, name="benchmark"),
    path("indicators/import/", indicator_values.import_values, name="import_values"),
    path("indicators/import/template/", indicator_values.template, name="import_template"),
    path("indicators/<slug:code>/", indicators.one, name="indicator"),
    path("indicators/<slug:code>/value/", indicator_values.enter, name="indicator_value"),
]
