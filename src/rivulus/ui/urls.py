"""The one page of this room: its own style guide."""

from django.urls import path

from rivulus.ui import views

app_name = "ui"
urlpatterns = [path("", views.gallery, name="gallery")]
