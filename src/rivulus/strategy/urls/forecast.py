"""Where the forecast is."""

from django.urls import path

from rivulus.strategy.views import forecast

urlpatterns = [path("forecast/", forecast.forecast, name="forecast")]
