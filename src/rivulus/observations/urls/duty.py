"""Addresses of the pages for those on duty."""

from django.urls import URLPattern, path

from rivulus.observations.views import control, duty

urlpatterns: list[URLPattern] = [
    path("duty/", duty.city, name="duty"),
    path("duty/domains/<slug:code>/", duty.domain, name="duty_domain"),
    path("duty/things/<int:pk>/control/", control.control, name="control"),
]
