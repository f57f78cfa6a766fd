"""Addresses of accounts and people; those of signing in itself are allauth's, under account/."""

from django.urls import path, register_converter

from rivulus.identity import views
from rivulus.identity.terms import Role


class RoleConverter:
    """A role in an address."""

    regex = "|".join(Role)

    def to_python(self, value: str) -> str:
        """Take the role as it is written."""
        return value

    def to_url(self, value: str) -> str:
        """Write the role as it is."""
        return str(value)


register_converter(RoleConverter, "role")

app_name = "identity"
urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/second-step/", views.second_step, name="second_step"),
    path("account/export/", views.export, name="export"),
    path("account/erase/", views.erase, name="erase"),
    path("people/", views.people, name="people"),
    path("people/<uuid:person_id>/", views.person, name="person"),
    path("people/<uuid:person_id>/grant/", views.grant, name="grant"),
    path("people/<uuid:person_id>/end/<role:role>/", views.end, name="end"),
    path("people/<uuid:person_id>/open/", views.set_open, name="set_open"),
    path("welcome/<str:secret>/", views.claim, name="claim"),
]
