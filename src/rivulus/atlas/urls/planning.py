"""Addresses of plans and of what they say of a parcel."""

from django.urls import path

from rivulus.atlas.views import parcels, plans

urlpatterns = [
    path("parcel/", parcels.search, name="parcel_search"),
    path("parcel/print.pdf", parcels.as_pdf, name="parcel_pdf"),
    path("parcel/<str:key>/", parcels.one, name="parcel"),
    path("plans/", plans.list_all, name="plans"),
    path("plans/documents/<int:pk>/", parcels.document, name="plan_document"),
    path("plans/<slug:code>/", plans.one, name="plan"),
    path("plans/<slug:code>/propose/", plans.propose, name="amendment_propose"),
    path("plans/<slug:code>/amendments/<int:number>/", plans.amendment, name="amendment"),
    path("plans/<slug:code>/amendments/<int:number>/move/", plans.move, name="amendment_move"),
    path("plans/<slug:code>/amendments/<int:number>/decide/", plans.decide, name="amendment_decide"),
    path("plans/<slug:code>/amendments/<int:number>/zone/", plans.zone, name="amendment_zone"),
]
