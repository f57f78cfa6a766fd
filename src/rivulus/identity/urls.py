"""Addresses of accounts and people; those of signing in itself are allauth's, under account/."""

from django.urls import path, register_converter

from rivulus.identity.terms import Role
from rivulus.identity.views import organisations
from rivulus.identity.views import people as views


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
    path("people/organisations/", organisations.list_all, name="organisations"),
    path("people/organisations/new/", organisations.new, name="organisation_new"),
    path("people/organisations/<slug:code>/", organisations.one, name="organisation"),
    path("people/organisations/<slug:code>/people/", organisations.affiliate, name="affiliate"),
    path("people/organisations/<slug:code>/people/<int:pk>/end/", organisations.end, name="end_affiliation"),
    path("people/organisations/<slug:code>/open/", organisations.set_open, name="organisation_set_open"),
    path("welcome/<str:secret>/", views.claim, name="claim"),
]
