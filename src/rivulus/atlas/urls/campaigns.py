"""Addresses of community digitising."""

from django.urls import path

from rivulus.atlas.views import campaigns, tasks

urlpatterns = [
    path("campaigns/", campaigns.list_all, name="campaigns"),
    path("campaigns/new/", campaigns.new, name="campaign_new"),
    path("campaigns/certificates/<slug:number>/", campaigns.certificate, name="certificate"),
    path("campaigns/<slug:code>/", campaigns.one, name="campaign"),
    path("campaigns/<slug:code>/do/", campaigns.do, name="campaign_do"),
    path("campaigns/<slug:code>/certificate.pdf", campaigns.certificate_pdf, name="certificate_pdf"),
    path("campaigns/<slug:code>/approved.osc", campaigns.as_osm_change, name="campaign_osc"),
    path("campaigns/<slug:code>/tasks/<int:number>/", tasks.one, name="task"),
    path("campaigns/<slug:code>/tasks/<int:number>/do/", tasks.do, name="task_do"),
    path("campaigns/<slug:code>/tasks/<int:number>/draw/", tasks.draw, name="task_draw"),
]
