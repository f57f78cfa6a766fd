"""Where the pages of the portal are."""

from django.urls import path

from rivulus.portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
    path("accessibility/", views.accessibility, name="accessibility"),
]
