"""Where the choice is."""

from django.urls import path

from rivulus.strategy.views import choice

urlpatterns = [path("forecast/choice/", choice.choice, name="choice")]
