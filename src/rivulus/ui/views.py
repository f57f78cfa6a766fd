"""The gallery: every token and component, shown and explained."""

from dataclasses import replace

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rivulus.ui import samples
from rivulus.ui.terms import BasisName, NoticeKind, StateName


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """The style guide; its forms send nothing and its figures are made up."""
    paginator = Paginator(range(240), 20)
    return render(
        request,
        "ui/gallery.html",
        {
            "tones": list(zip(samples.MINERALS, samples.list_minerals(), strict=True)),
            "grounds": ["paper", "surface", "sunken", "ink", "ink-muted", "edge", "line"],
            "states": list(StateName),
            "bases": list(BasisName),
            "notices": list(NoticeKind),
            "pillars": list(zip(samples.CODES, samples.list_pillars(), samples.MINERALS, strict=True)),
            "form": samples.SampleForm(),
            "wrong_form": samples.SampleForm({"pillar": "nowhere", "kind": "half"}, auto_id="id_wrong_%s"),
            "page": paginator.get_page(request.GET.get("page")),
            "steps": samples.list_steps(),
            "charts": [
                samples.get_crystal(),
                samples.get_bars(),
                samples.get_grouped(),
                samples.get_stacked(),
                samples.get_steps(),
                samples.get_years(),
                samples.get_timeline(),
                samples.get_time_series(),
                samples.get_sketch(),
            ],
            "map_sketch": replace(samples.get_sketch(), key="sample-spots"),
            "map_bounds": (23.56, 47.65, 23.60, 47.67),
        },
    )
