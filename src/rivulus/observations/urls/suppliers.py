"""Addresses of the pages of suppliers."""

from django.urls import URLPattern, path

from rivulus.observations.views import devices, suppliers

urlpatterns: list[URLPattern] = [
    path("check-a-device/", devices.check, name="check_device"),
    path("suppliers/", suppliers.list_all, name="suppliers"),
    path("suppliers/new/", suppliers.new, name="supplier_new"),
    path("suppliers/<slug:code>/", suppliers.space, name="supplier"),
    path("suppliers/<slug:code>/keys/", suppliers.keys, name="supplier_keys"),
    path("suppliers/<slug:code>/keys/<int:pk>/revoke/", suppliers.revoke, name="supplier_revoke"),
    path("suppliers/<slug:code>/messages/", suppliers.device_messages, name="supplier_messages"),
    path("suppliers/<slug:code>/start/", suppliers.start, name="supplier_start"),
    path("suppliers/<slug:code>/manage/", suppliers.manage, name="supplier_manage"),
    path("suppliers/<slug:code>/members/", suppliers.add_member, name="supplier_add_member"),
    path("suppliers/<slug:code>/members/<int:pk>/remove/", suppliers.remove_member, name="supplier_remove_member"),
    path("suppliers/<slug:code>/active/", suppliers.set_active, name="supplier_set_active"),
]
